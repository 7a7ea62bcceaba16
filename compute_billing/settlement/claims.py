"""Read claims: by fund, month and state, what each demands for which award, and for which use."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from compute_billing.settlement.operations import ClaimNotFound
from kernel.errors import DomainError
from kernel.sql import execute, row, rows, statement
from kernel.transactions import transaction_if_not_already

ROOM: Final = "compute_billing.settlement"
FILE_PAGE: Final = 1_000


class UnknownClaimLine(DomainError):
    """The claim has no such line."""

    code = "unknown_claim_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """Which claims are asked for; None asks for any."""

    month: date | None = None
    state: str | None = None
    programme: str | None = None
    level: str | None = None
    budget_year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimShown:
    """A claim in words; `amount` is micro-yuan and negative where corrections outweigh.

    `netted` of it is kept back for what the claimant owes the fund. `kind` says whether it claims
    shares that the claimant did without, or what it paid.

    `fund_document_no` is the document that opened the fund, `budget_document_no` and
    `treasury_receipt_no` those of the payment, empty until it is paid.
    """

    claim_id: int
    public_id: UUID
    programme: str
    programme_name: str
    level: str
    budget_year: int
    fund_document_no: str
    claimant: str
    claimant_name: str
    month: date
    sequence: int
    kind: str
    state: str
    amount: int
    netted: int
    lines: int
    made_at: datetime
    submitted_at: datetime | None
    paid_at: datetime | None
    budget_document_no: str
    treasury_receipt_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedAward:
    """What a claim demands for an award: Σ amounts = the claim's."""

    tenant: str
    tenant_name: str
    reference: str
    rate_ppm: int
    lines: int
    basis: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKey:
    """The names of a line within its claim: of its charge, and of the award."""

    source: str
    external_id: str
    segment_no: int
    revision: int
    award: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A line of a claim with the use that it is for; a correction's is negative.

    `quantity` is milli-card-milliseconds of the charge, `basis` and `amount` micro-yuan. `bill` is
    the number of the bill on which the charge stands, `source_file` and `source_line` say where
    its delivery was reported.
    """

    charge_id: int
    award_id: int
    tenant: str
    tenant_name: str
    award: str
    rate_ppm: int
    source: str
    source_name: str
    external_id: str
    segment_no: int
    revision: int
    segment_start: datetime
    segment_end: datetime
    card_type: str
    quantity: int
    basis: int
    amount: int
    is_correction: bool
    bill: str
    source_file: str
    source_line: int


def claims(
    *,
    claimant_id: int | None,
    wanted: ClaimFilter,
    after: UUID | None = None,
    limit: int,
) -> list[ClaimShown]:
    """Return claims of one claimant or (None) of all, the newest first, from behind `after` on.

    Raises:
        ClaimNotFound: there is no claim `after` among them.
    """
    last = None if after is None else claim_of(public_id=after, claimant_id=claimant_id).claim_id
    return _claims(claimant_id=claimant_id, wanted=wanted, after=last, public_id=None, limit=limit)


def claim_of(*, public_id: UUID, claimant_id: int | None) -> ClaimShown:
    """Return a claim, of one claimant or (None) of any.

    Raises:
        ClaimNotFound: there is none, or it is another claimant's.
    """
    found = _claims(
        claimant_id=claimant_id, wanted=ClaimFilter(), after=None, public_id=public_id, limit=1
    )
    if not found:
        message = "There is no such claim."
        raise ClaimNotFound(message)
    return found[0]


def _claims(
    *,
    claimant_id: int | None,
    wanted: ClaimFilter,
    after: int | None,
    public_id: UUID | None,
    limit: int,
) -> list[ClaimShown]:
    found = rows(
        statement(ROOM, "claims.sql"),
        claimant_id=claimant_id,
        public_id=public_id,
        after=after,
        limit=limit,
        **asdict(wanted),
    )
    return [ClaimShown(**line) for line in found]


def awards_of_claim(*, claim_id: int) -> list[ClaimedAward]:
    """Return what a claim demands for each award, by tenant."""
    found = rows(statement(ROOM, "claim_awards.sql"), claim_id=claim_id)
    return [ClaimedAward(**line) for line in found]


def lines_of_claim(
    *,
    claim_id: int,
    after: LineKey | None,
    limit: int,
    awards: Sequence[str] | None = None,
) -> list[EvidenceLine]:
    """Return a claim's lines in the order of their charges, from behind `after` on.

    With `awards`, those of these awards alone, named by their references.

    Raises:
        UnknownClaimLine: the claim has no line `after`.
    """
    last = None if after is None else _place(claim_id, after)
    return _lines(claim_id=claim_id, after=last, limit=limit, awards=awards)


def every_line_of_claim(
    *, claim_id: int, awards: Sequence[str] | None = None
) -> Iterator[EvidenceLine]:
    """Yield all lines of a claim, or those of some of its awards, read in pages."""
    after = None
    while page := _lines(claim_id=claim_id, after=after, limit=FILE_PAGE, awards=awards):
        yield from page
        after = page[-1].charge_id, page[-1].award_id


def _lines(
    *,
    claim_id: int,
    after: tuple[int, int] | None,
    limit: int,
    awards: Sequence[str] | None,
) -> list[EvidenceLine]:
    after_charge, after_award = after or (None, None)
    with transaction_if_not_already():
        # Compiling a statement over many partitions takes longer than running it.
        execute("SET LOCAL jit = off")
        found = rows(
            statement(ROOM, "claim_lines.sql"),
            claim_id=claim_id,
            after_charge=after_charge,
            after_award=after_award,
            limit=limit,
            awards=None if awards is None else list(awards),
        )
    return [EvidenceLine(**line) for line in found]


def _place(claim_id: int, key: LineKey) -> tuple[int, int]:
    found = row(statement(ROOM, "claim_line_place.sql"), claim_id=claim_id, **asdict(key))
    if found is None:
        message = "The claim has no such line."
        raise UnknownClaimLine(message)
    return found["charge_id"], found["award_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChoices:
    """By what claims can be told apart: programmes (code, name), years and months of claims."""

    programmes: list[tuple[str, str]]
    budget_years: list[int]
    months: list[date]


def claim_choices() -> ClaimChoices:
    """Return what the claims that there are can be filtered by, the newest first."""
    found = rows(statement(ROOM, "claim_choices.sql"))
    return ClaimChoices(
        programmes=sorted({(line["code"], line["name"]) for line in found}),
        budget_years=sorted({line["budget_year"] for line in found}, reverse=True),
        months=sorted({line["month"] for line in found}, reverse=True),
    )

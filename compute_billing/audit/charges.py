"""Read what usage was charged, who bears it, and by which postings: "why this amount"."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final

from compute_billing.audit.laws import ROOM
from compute_billing.metering.queries import Usage, usage_by_key
from kernel.errors import DomainError
from kernel.sql import row, rows, statement

# One record has a segment per price, band and month, and a revision per rerate.
CHARGES_OF_RECORD_MAX: Final = 1_000
# What of a line of shares_of_charges tells of the posting.
POSTING: Final = ("posting_id", "posted_at", "posted", "source_kind", "destination_kind")


class UnknownCharge(DomainError):
    """A tenant has no such charge."""

    code = "unknown_charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeKey:
    """A charge by the names that it has outside."""

    source: str
    external_id: str
    segment_no: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFilter:
    """Which charges are asked for; None asks for any."""

    booked_month: date | None = None
    usage_month: date | None = None
    project: str | None = None
    card_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The movement in the books that carries a share, together with its like."""

    posting_id: int
    posted_at: datetime
    unit: str
    amount: int
    from_kind: str
    to_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one payer bears of a charge, in his unit; `payer` is his lot, award or cause."""

    payer_kind: str
    payer: str
    unit: str
    amount: int
    cause: str
    posting: Posting | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The price of a segment in words; gross = discount + programme + tenant.

    `cause` is why it was made (usage, reversal, rerate, respread, recharge); what takes back
    another charge has negative figures and names it. `counter_before` is what of this price's
    month was charged before it.
    """

    charge_id: int
    recorded_month: date
    source: str
    source_name: str
    external_id: str
    segment_no: int
    revision: int
    usage_month: date
    booked_month: date
    segment_start: datetime
    segment_end: datetime
    issuer: str
    issuer_name: str
    price_list: str
    list_kind: str
    customer_class: str
    card_type: str
    band: str
    band_starts_minute: int | None
    band_ends_minute: int | None
    unit_price_micro: int | None
    project: str | None
    quantity: int
    quantity_in_kind: int
    counter_before: int
    gross: int
    discount: int
    programme: int
    tenant: int
    cause: str
    charged_at: datetime
    reverses: ChargeKey | None
    shares: Sequence[Share] = field(default=())

    @property
    def key(self) -> ChargeKey:
        """Return its names outside."""
        return ChargeKey(
            source=self.source,
            external_id=self.external_id,
            segment_no=self.segment_no,
            revision=self.revision,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A usage record with its source line, and its charges, shares and postings if asked for."""

    usage: Usage
    charges: Sequence[Charge] | None


def charge_page(
    *, tenant_id: int, wanted: ChargeFilter, after: ChargeKey | None, limit: int
) -> list[Charge]:
    """Return a tenant's charges in the order in which they were made, from behind `after` on.

    Raises:
        UnknownCharge: the tenant has no charge `after`.
    """
    month, charge_id = (None, None) if after is None else _place(tenant_id=tenant_id, key=after)
    found = rows(
        statement(ROOM, "charge_page.sql"),
        tenant_id=tenant_id,
        usage_ids=None,
        recorded_month=None,
        after_month=month,
        after_id=charge_id,
        limit=limit,
        **asdict(wanted),
    )
    return [_charge(charge) for charge in found]


def explain_usage(
    *, tenant_id: int, source: str, external_id: str, with_charges: bool = True
) -> Explanation:
    """Return why a record of a tenant costs what it costs, in three queries.

    Raises:
        UnknownUsage: the tenant has no such record.
    """
    usage = usage_by_key(tenant_id=tenant_id, source=source, external_id=external_id)
    charges = charges_of(tenant_id=tenant_id, usage=[usage]) if with_charges else None
    return Explanation(usage=usage, charges=charges)


def charges_of(*, tenant_id: int, usage: Sequence[Usage]) -> list[Charge]:
    """Return the charges of some records of a tenant with their shares and postings.

    In two queries for each month in which the records were recorded.
    """
    by_month: dict[date, list[int]] = defaultdict(list)
    for record in usage:
        by_month[record.recorded_month].append(record.usage_id)
    return [
        charge
        for month, usage_ids in sorted(by_month.items())
        for charge in _charges_of(tenant_id=tenant_id, recorded_month=month, usage_ids=usage_ids)
    ]


def _charges_of(*, tenant_id: int, recorded_month: date, usage_ids: list[int]) -> list[Charge]:
    found = rows(
        statement(ROOM, "charge_page.sql"),
        tenant_id=tenant_id,
        usage_ids=usage_ids,
        recorded_month=recorded_month,
        after_month=None,
        after_id=None,
        limit=CHARGES_OF_RECORD_MAX * len(usage_ids),
        **asdict(ChargeFilter()),
    )
    shares = _shares(
        tenant_id=tenant_id,
        recorded_month=recorded_month,
        charge_ids=[charge["charge_id"] for charge in found],
    )
    return [_charge(charge, shares=shares[charge["charge_id"]]) for charge in found]


def _charge(found: dict[str, Any], *, shares: Sequence[Share] = ()) -> Charge:
    external_id, segment_no, revision = (
        found.pop(f"reverses_{name}") for name in ("external_id", "segment_no", "revision")
    )
    reverses = (
        None
        if external_id is None
        else ChargeKey(
            source=found["source"],
            external_id=external_id,
            segment_no=segment_no,
            revision=revision,
        )
    )
    return Charge(**found, reverses=reverses, shares=shares)


def _place(*, tenant_id: int, key: ChargeKey) -> tuple[date, int]:
    found = row(statement(ROOM, "charge_place.sql"), tenant_id=tenant_id, **asdict(key))
    if found is None:
        message = "There is no such charge."
        raise UnknownCharge(message)
    return found["recorded_month"], int(found["id"])


def _shares(
    *, tenant_id: int, recorded_month: date, charge_ids: list[int]
) -> dict[int, list[Share]]:
    shares: dict[int, list[Share]] = defaultdict(list)
    found = rows(
        statement(ROOM, "shares_of_charges.sql"),
        tenant_id=tenant_id,
        recorded_month=recorded_month,
        charge_ids=charge_ids,
    )
    for line in found:
        posting_id, posted_at, amount, from_kind, to_kind = (line.pop(name) for name in POSTING)
        posting = (
            None
            if amount is None
            else Posting(
                posting_id=posting_id,
                posted_at=posted_at,
                unit=line["unit"],
                amount=amount,
                from_kind=from_kind,
                to_kind=to_kind,
            )
        )
        shares[line.pop("charge_id")].append(Share(**line, posting=posting))
    return shares

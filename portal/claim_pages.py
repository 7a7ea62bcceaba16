"""Claims on funds as pages and files show them: primitives only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from compute_billing.settlement.claims import ClaimedAward, ClaimShown, EvidenceLine
from compute_billing.settlement.states import ClaimState
from kernel.money import Money
from kernel.periods import month_text
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.settlement_pages import CLAIM_STATES
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.usage_pages import encoded_record
from portal.wording import Text, worded
from portal.wording_of_decisions import LEVELS

CLAIM_COLUMNS: Final = (
    *("id", "programme", "level", "budget_year", "fund_document_no", "claimant", "month"),
    *("sequence", "kind", "state", "lines", "amount", "kept_back", "made_at"),
    *("submitted_at", "paid_at"),
    *("budget_document_no", "treasury_receipt_no", "sealed_by"),
)
AWARD_COLUMNS: Final = ("tenant", "award", "rate_ppm", "lines", "basis", "amount")
LINE_COLUMNS: Final = (
    *("tenant", "award", "rate_ppm", "source", "external_id", "segment_no", "revision"),
    *("segment_start", "segment_end", "card_type", "quantity_card_seconds", "basis", "amount"),
    *("is_correction", "bill", "source_file", "source_line", "sealed_by"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPage:
    """A claim: what it demands, of whom, and how far it is."""

    title: str
    programme: str
    fund: str
    fund_url: str
    claimant: str
    month: date
    sequence: int
    state: Text
    amount: MoneyFigure
    kept_back: MoneyFigure | None
    is_paid_back: bool
    lines: str
    made_at: datetime
    submitted_at: datetime | None
    paid_at: datetime | None
    budget_document_no: str
    treasury_receipt_no: str
    is_draft: bool
    is_paid: bool
    submit_url: str
    payment_url: str


def _fund(claim: ClaimShown) -> str:
    return f"{worded(LEVELS, claim.level)} {claim.budget_year}"


def claims_table(claims: Sequence[ClaimShown]) -> Table:
    """Return claims as a table, each with the way to its page."""
    return Table(
        name=_("Claims"),
        columns=[
            _("Programme"),
            _("Month"),
            _("Claimant"),
            _("State"),
            _("Handed in"),
            _("Paid out"),
            _("Lines"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=str(claim.public_id),
                cells=[
                    TableCell(
                        text=claim.programme_name,
                        url=reverse("claim", args=[claim.public_id]),
                        note=_fund(claim),
                    ),
                    words(month_text(claim.month), note=_("no. %(n)s") % {"n": claim.sequence}),
                    words(claim.claimant_name),
                    words(worded(CLAIM_STATES, claim.state)),
                    instant(claim.submitted_at),
                    instant(claim.paid_at),
                    count(claim.lines),
                    amount(figures.money(claim.amount), name="amount"),
                ],
            )
            for claim in claims
        ],
    )


def claim_page(claim: ClaimShown) -> ClaimPage:
    """Return a claim for its page."""
    state = ClaimState(claim.state)
    place = {"programme": claim.programme, "level": claim.level, "year": claim.budget_year}
    return ClaimPage(
        title=f"{claim.programme_name} {month_text(claim.month)}",
        programme=claim.programme_name,
        fund=_fund(claim),
        fund_url=reverse("fund", kwargs=place),
        claimant=claim.claimant_name,
        month=claim.month,
        sequence=claim.sequence,
        state=worded(CLAIM_STATES, claim.state),
        amount=figures.money(claim.amount),
        kept_back=figures.money(claim.netted) if claim.netted else None,
        is_paid_back=claim.amount < 0,
        lines=f"{claim.lines:,}",
        made_at=claim.made_at,
        submitted_at=claim.submitted_at,
        paid_at=claim.paid_at,
        budget_document_no=claim.budget_document_no,
        treasury_receipt_no=claim.treasury_receipt_no,
        is_draft=state is ClaimState.DRAFT,
        is_paid=state is ClaimState.PAID,
        submit_url=reverse("claim-hand-in", args=[claim.public_id]),
        payment_url=reverse("claim-pay", args=[claim.public_id]),
    )


def awards_table(awards: Sequence[ClaimedAward]) -> Table:
    """Return what a claim demands for each of some awards, and for them in all."""
    basis = sum(award.basis for award in awards)
    return Table(
        name=_("By award"),
        columns=[_("Tenant"), _("Award"), _("Rate"), _("Lines"), _("Basis"), _("Amount")],
        rows=[
            TableRow(
                key=award.reference,
                cells=[
                    TableCell(text=award.tenant_name, code=award.tenant),
                    words(award.reference),
                    TableCell(text=figures.percent(award.rate_ppm, 1_000_000)),
                    count(award.lines),
                    amount(figures.money(award.basis), name="basis"),
                    amount(figures.money(award.amount), name="amount"),
                ],
            )
            for award in awards
        ],
        total=TableRow(
            key="total",
            cells=[
                TableCell(text=_("Total")),
                words(""),
                TableCell(text="–"),
                count(sum(award.lines for award in awards)),
                amount(figures.money(basis), name="basis"),
                amount(figures.money(sum(award.amount for award in awards)), name="amount"),
            ],
        ),
    )


def lines_table(lines: Sequence[EvidenceLine]) -> Table:
    """Return lines of a claim, each with the way to why its use costs what it costs."""
    return Table(
        name=_("Lines"),
        columns=[
            _("Use"),
            _("Award"),
            _("Started"),
            _("Card type"),
            _("Card-hours"),
            _("Basis"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=f"{line.external_id} {line.segment_no} {line.revision} {line.award}",
                cells=[
                    TableCell(
                        text=line.external_id,
                        url=reverse(
                            "usage-why", args=[encoded_record(line.source, line.external_id)]
                        ),
                        note=line.source_name,
                        badge=_("correction") if line.is_correction else "",
                    ),
                    words(line.award, note=line.tenant_name),
                    instant(line.segment_start),
                    words(line.card_type),
                    TableCell(text=figures.card_hours(line.quantity), figure="card_hours"),
                    amount(figures.money(line.basis), name="basis"),
                    amount(figures.money(line.amount), name="amount"),
                ],
            )
            for line in lines
        ],
    )


def _yuan(micro: int) -> Decimal:
    return Decimal(Money(micro).to_text())


def claim_cells(claims: Iterable[ClaimShown], *, head: str) -> Iterator[list[Cell]]:
    """Yield the rows of the file of claims, each with the head of the seals."""
    for claim in claims:
        yield [
            str(claim.public_id),
            claim.programme,
            claim.level,
            claim.budget_year,
            claim.fund_document_no,
            claim.claimant,
            month_text(claim.month),
            claim.sequence,
            claim.kind,
            claim.state,
            claim.lines,
            _yuan(claim.amount),
            _yuan(claim.netted),
            claim.made_at,
            claim.submitted_at,
            claim.paid_at,
            claim.budget_document_no,
            claim.treasury_receipt_no,
            head,
        ]


def award_cells(awards: Iterable[ClaimedAward]) -> Iterator[list[Cell]]:
    """Yield the rows of the file of a claim's awards."""
    for award in awards:
        yield [
            award.tenant,
            award.reference,
            award.rate_ppm,
            award.lines,
            _yuan(award.basis),
            _yuan(award.amount),
        ]


def line_cells(lines: Iterable[EvidenceLine], *, head: str) -> Iterator[list[Cell]]:
    """Yield the rows of a claim's evidence, each with the head of the seals."""
    for line in lines:
        yield [
            line.tenant,
            line.award,
            line.rate_ppm,
            line.source,
            line.external_id,
            line.segment_no,
            line.revision,
            line.segment_start,
            line.segment_end,
            line.card_type,
            Decimal(card_seconds_text(line.quantity)),
            _yuan(line.basis),
            _yuan(line.amount),
            "yes" if line.is_correction else "no",
            line.bill,
            line.source_file,
            line.source_line,
            head,
        ]

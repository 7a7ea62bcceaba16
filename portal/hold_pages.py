"""Holds of a tenant, from what the ledger says to what their pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.api_paging import encoded
from compute_billing.ledger.hold_reading import HoldInWords, PartInWords
from kernel.money import Money
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import ACCOUNTS, Text, worded

MONEY_UNIT: Final = "CNY"
# What became of a hold: its state in the books, and whether usage took anything of it.
STATES: Final[Mapping[str, tuple[Promise, str, bool | None]]] = {
    "open": (gettext_lazy("set aside"), "open", None),
    "captured": (gettext_lazy("used"), "closed", True),
    "released": (gettext_lazy("let go unused"), "closed", False),
    "expired": (gettext_lazy("expired"), "expired", None),
}
HOLD_COLUMNS: Final = (
    *("id", "state", "job", "reference", "operator", "cluster", "card_type", "cards", "project"),
    *("starts_at", "covered_until", "expires_at", "ended_at", "held", "captured"),
    *("held_card_seconds", "captured_card_seconds"),
)
PART_COLUMNS: Final = ("stage", "lot", "unit", "amount", "captured", "released", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPage:
    """A hold, and on which lots it lies."""

    public_id: UUID
    tenant: str
    tenant_name: str
    job: str
    operator: str
    cluster: str
    cards: str
    project: str
    reference: str
    state: Text
    starts_at: datetime
    covered_until: datetime
    expires_at: datetime
    ended_at: datetime | None
    held: TableCell
    captured: TableCell
    parts: Table


def state_of(hold: HoldInWords) -> str:
    """Return what became of a hold."""
    if hold.state != "closed":
        return hold.state
    return "captured" if hold.captured or hold.captured_card_time else "released"


def lot_word(*, tenant: str, stage: str, reference: str, unit: str) -> str:
    """Return by which word the page of a lot is found."""
    return encoded(tenant, stage, reference, unit)


def holds_table(holds: Sequence[HoldInWords]) -> Table:
    """Return holds as a table."""
    return Table(
        name=_("Holds"),
        columns=[
            _("Job"),
            _("State"),
            _("Cards"),
            _("Covers until"),
            _("Still set aside"),
            _("Used"),
        ],
        rows=[_row(hold) for hold in holds],
    )


def _row(hold: HoldInWords) -> TableRow:
    note = ", ".join(part for part in (hold.cluster_name, hold.project_name) if part)
    address = reverse("tenant-hold", args=[hold.public_id])
    return TableRow(
        key=str(hold.public_id),
        cells=[
            TableCell(text=hold.allocation_key, note=note, url=address),
            words(STATES[state_of(hold)][0]),
            TableCell(text=f"{figures.cards(hold.milli_cards)} × {hold.card_type}"),
            instant(hold.covered_until),
            _both(hold.held, hold.held_card_time, name="held"),
            _both(hold.captured, hold.captured_card_time, name="captured"),
        ],
    )


def _both(micro: int, card_time: int, *, name: str) -> TableCell:
    """Return money, card time, or the one above the other: what a hold has of them."""
    hours = _("%(hours)s card-hours") % {"hours": figures.card_hours(card_time)}
    if card_time and not micro:
        return TableCell(text=hours, figure=name)
    return TableCell(money=figures.money(micro), note=hours if card_time else "", figure=name)


def hold_page(hold: HoldInWords, *, parts: Sequence[PartInWords], tells_lots: bool) -> HoldPage:
    """Put the page of a hold together; lots are for those who may read bills."""
    return HoldPage(
        public_id=hold.public_id,
        tenant=hold.tenant,
        tenant_name=hold.tenant_name,
        job=hold.allocation_key,
        operator=hold.operator_name,
        cluster=hold.cluster_name,
        cards=f"{figures.cards(hold.milli_cards)} × {hold.card_type}",
        project=hold.project_name or "",
        reference=hold.reference,
        state=STATES[state_of(hold)][0],
        starts_at=hold.starts_at,
        covered_until=hold.covered_until,
        expires_at=hold.expires_at,
        ended_at=hold.ended_at,
        held=_both(hold.held, hold.held_card_time, name="held"),
        captured=_both(hold.captured, hold.captured_card_time, name="captured"),
        parts=Table(
            name=_("On these lots"),
            columns=[
                _("Lot"),
                _("Set aside at first"),
                _("Used"),
                _("Let go"),
                _("Still set aside"),
            ],
            rows=[_part(part, tenant=hold.tenant, tells_lots=tells_lots) for part in parts],
        ),
    )


def _part(part: PartInWords, *, tenant: str, tells_lots: bool) -> TableRow:
    word = lot_word(tenant=tenant, stage=part.stage, reference=part.reference, unit=part.unit)
    has_page = tells_lots and part.stage != "credit"
    left = part.amount - part.captured - part.released
    return TableRow(
        key=word,
        cells=[
            TableCell(
                text=worded(ACCOUNTS, part.stage),
                code=part.reference,
                url=reverse("tenant-lot", args=[word]) if has_page else "",
            ),
            quantity(part.amount, unit=part.unit, name="amount"),
            quantity(part.captured, unit=part.unit, name="captured"),
            quantity(part.released, unit=part.unit, name="released"),
            quantity(left, unit=part.unit, name="held"),
        ],
    )


def quantity(number: int, *, unit: str, name: str) -> TableCell:
    """Return money, or card time in card-hours."""
    if unit == MONEY_UNIT:
        return amount(figures.money(number), name=name)
    hours = _("%(hours)s card-hours") % {"hours": figures.card_hours(number)}
    return TableCell(text=hours, figure=name)


def exact(number: int, *, unit: str) -> Decimal:
    """Return a quantity for a file: yuan, or card-seconds."""
    text = Money(number).to_text() if unit == MONEY_UNIT else card_seconds_text(number)
    return Decimal(text)


def hold_cells(hold: HoldInWords) -> list[Cell]:
    """Return a hold as a row of a file."""
    return [
        *(str(hold.public_id), state_of(hold), hold.allocation_key, hold.reference),
        *(hold.operator, hold.cluster, hold.card_type, Decimal(hold.milli_cards) / 1000),
        *(hold.project, hold.starts_at, hold.covered_until, hold.expires_at, hold.ended_at),
        *(exact(hold.held, unit=MONEY_UNIT), exact(hold.captured, unit=MONEY_UNIT)),
        *(exact(hold.held_card_time, unit=""), exact(hold.captured_card_time, unit="")),
    ]


def part_cells(part: PartInWords) -> list[Cell]:
    """Return a part of a hold as a row of a file."""
    left = part.amount - part.captured - part.released
    numbers = (part.amount, part.captured, part.released, left)
    return [
        *(part.stage, part.reference, part.unit),
        *(exact(number, unit=part.unit) for number in numbers),
    ]

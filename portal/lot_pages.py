"""A lot from its grant to its last fen, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import encoded
from compute_billing.audit.lots import LotMovement, LotUse
from compute_billing.audit.usage import UsageTenant
from compute_billing.ledger.queries import Lot
from portal.exports import Cell
from portal.hold_pages import exact, quantity
from portal.tables import Table, TableCell, TableRow, instant, words
from portal.wording import ACCOUNTS, LOT_MOVEMENTS, Text, worded

COLUMNS: Final = (
    *("charge", "transaction", "from", "to", "job", "source", "record", "is_reversal", "unit"),
    "amount",
)

MOVEMENT_COLUMNS: Final = ("what", "reference", "occurred_at", "unit", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPage:
    """A lot: what it was granted for, what is left of it, and what became of the rest."""

    tenant: UsageTenant
    kind: Text
    reference: str
    operator: str
    funded_by: str
    scope: str
    granted: TableCell
    left: TableCell
    held: TableCell
    starts_at: datetime
    expires_at: datetime | None
    has_expired: bool
    uses: Table
    movements: Table


def scope_name(lot: Lot) -> str:
    """Return for what alone a lot may be spent; '' for anything."""
    named = (lot.card_type, lot.cluster_name, lot.project_name)
    return ", ".join(name for name in named if name)


def lot_page(
    lot: Lot,
    *,
    tenant: UsageTenant,
    uses: Sequence[LotUse],
    movements: Sequence[LotMovement],
    now: datetime,
) -> LotPage:
    """Put the page together."""
    return LotPage(
        tenant=tenant,
        kind=worded(ACCOUNTS, lot.stage),
        reference=lot.reference,
        operator=lot.operator_name,
        funded_by=lot.funded_by,
        scope=scope_name(lot),
        granted=quantity(lot.granted, unit=lot.unit, name="granted"),
        left=quantity(lot.posted, unit=lot.unit, name="left"),
        held=quantity(lot.held, unit=lot.unit, name="held"),
        starts_at=lot.starts_at,
        expires_at=lot.expires_at,
        has_expired=lot.expires_at is not None and lot.expires_at <= now,
        uses=Table(
            name=_("What it paid"),
            columns=[_("Job"), _("Used from"), _("Used until"), _("Charge"), _("Amount")],
            rows=[_use(use, unit=lot.unit) for use in uses],
        ),
        movements=Table(
            name=_("What else moved"),
            columns=[_("What"), _("When"), _("Amount")],
            rows=[_movement(n, movement, unit=lot.unit) for n, movement in enumerate(movements)],
        ),
    )


def _use(use: LotUse, *, unit: str) -> TableRow:
    record = reverse("usage-why", args=[encoded(use.source, use.record)])
    return TableRow(
        key=str(use.charge_id),
        cells=[
            TableCell(text=use.job or use.record, note=use.source_name, url=record),
            instant(use.segment_start),
            instant(use.segment_end),
            words(str(use.charge_id), note=_("taken back") if use.is_reversal else ""),
            quantity(use.amount, unit=unit, name="use"),
        ],
    )


def _movement(number: int, movement: LotMovement, *, unit: str) -> TableRow:
    return TableRow(
        key=str(number),
        cells=[
            TableCell(text=worded(LOT_MOVEMENTS, movement.kind), code=movement.reference),
            instant(movement.occurred_at),
            quantity(movement.amount, unit=unit, name="movement"),
        ],
    )


def use_cells(use: LotUse, *, unit: str) -> list[Cell]:
    """Return what a charge took as a row of a file: money in yuan, card time in card-seconds."""
    return [
        *(str(use.charge_id), str(use.transaction_id), use.segment_start, use.segment_end),
        *(use.job, use.source, use.record, "yes" if use.is_reversal else "no", unit),
        exact(use.amount, unit=unit),
    ]


def movement_cells(movement: LotMovement, *, unit: str) -> list[Cell]:
    """Return what else moved as a row of a file."""
    moved = exact(movement.amount, unit=unit)
    return [movement.kind, movement.reference, movement.occurred_at, unit, moved]

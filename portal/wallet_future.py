"""What a tenant's lots hold at the beginning of a day to come, if nothing is used until then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from compute_billing.ledger import queries
from compute_billing.ledger.queries import StageBalance
from portal import figures
from portal.exports import Cell
from portal.figures import MoneyFigure
from portal.hold_pages import MONEY_UNIT, exact, quantity
from portal.tables import Table, TableCell, TableRow
from portal.wording import ACCOUNTS, worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """What was asked for, and either what is wrong with it or the sums at that moment."""

    typed: str
    error: str = ""
    at: datetime | None = None
    money: MoneyFigure | None = None
    held: Sequence[StageBalance] = ()


def future_balance(*, tenant_id: int, typed: str, now: datetime) -> Future:
    """Return the balance at the beginning of a day, which is a sum over the lots valid then."""
    if not typed:
        return Future(typed="")
    at = _midnight(typed)
    if at is None:
        return Future(typed=typed, error=_("Type a day as 2026-12-31."))
    if at <= now:
        return Future(typed=typed, error=_("Choose a day to come: this one has begun."))
    held = queries.tenant_balance(tenant_id=tenant_id, at=at)
    return Future(
        typed=typed,
        at=at,
        money=figures.money(sum(part.posted for part in held if part.unit == MONEY_UNIT)),
        held=held,
    )


def _midnight(typed: str) -> datetime | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


def future_table(held: Sequence[StageBalance]) -> Table:
    """Return what lots of each kind hold."""
    return Table(
        name=_("Balance by kind of lot"),
        columns=[_("Lot"), _("Left"), _("Held for jobs")],
        rows=[_row(part) for part in held],
    )


def _row(part: StageBalance) -> TableRow:
    return TableRow(
        key=f"{part.stage} {part.unit}",
        cells=[
            TableCell(
                text=worded(ACCOUNTS, part.stage),
                note="" if part.unit == MONEY_UNIT else part.unit.removeprefix("CT:"),
            ),
            quantity(part.posted, unit=part.unit, name="left"),
            quantity(part.held, unit=part.unit, name="held"),
        ],
    )


def future_cells(part: StageBalance, *, at: datetime | None) -> list[Cell]:
    """Return what lots of a kind hold as a row of a file: yuan, or card-seconds."""
    left, held = (exact(number, unit=part.unit) for number in (part.posted, part.held))
    return [at, part.stage, part.unit, left, held]

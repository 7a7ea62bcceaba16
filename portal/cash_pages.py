"""What the desk of cash shows: texts, amounts and rows of files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.cash.queries import DayShown, MovementShown, Side
from kernel.money import MICRO_PER_FEN, Money
from portal.exports import Cell
from portal.figures import money
from portal.tables import Table, TableCell, TableRow, amount, count, instant, words
from portal.wording import LOT_MOVEMENTS, Text, worded

KINDS: Final[Mapping[str, Text]] = {
    "missing_here": gettext_lazy("missing in our books"),
    "missing_there": gettext_lazy("missing at the keeper"),
    "amount_differs": gettext_lazy("the amounts differ"),
    "fee_not_booked": gettext_lazy("fee not booked"),
    "late": gettext_lazy("late"),
}
ENDINGS: Final[Mapping[str, Text]] = {
    "": gettext_lazy("open"),
    "found": gettext_lazy("its other half came"),
    "paired": gettext_lazy("paired"),
    "booked": gettext_lazy("booked"),
}
COUNTERS: Final[Mapping[str, Text]] = {
    "fee": gettext_lazy("a fee: the operator's expense"),
    "own": gettext_lazy("the operator's own money"),
    "transfer": gettext_lazy("a transfer between two places"),
}
KEEPERS: Final[Mapping[str, Text]] = {
    "stripe": gettext_lazy("Stripe"),
    "bank": gettext_lazy("bank account"),
}
SIDES: Final[Mapping[str, Text]] = {
    "told": gettext_lazy("At the keeper"),
    "booked": gettext_lazy("In the books"),
    "aside": gettext_lazy("Set aside: no tenant's"),
}
# What a keeper tells of, and transactions of the books that move no lot.
MOVEMENT_KINDS: Final[Mapping[str, Text]] = {
    "charge": gettext_lazy("paid in"),
    "fee": gettext_lazy("fee of the keeper"),
    "payment_fee": gettext_lazy("fee of the keeper"),
    "stripe_fee": gettext_lazy("fee of the keeper"),
    "tax_fee": gettext_lazy("tax on fees of the keeper"),
    "refund": gettext_lazy("refunded to the payer"),
    "dispute": gettext_lazy("disputed by the payer's bank"),
    "line": gettext_lazy("bank transfer"),
    "payout": gettext_lazy("paid out to the bank account"),
    "adjustment": gettext_lazy("adjusted by the keeper"),
    "cash_difference": gettext_lazy("a difference booked"),
}
SIDE_COLUMNS: Final = ("side", "opening", "moves", "closing")
DAY_COLUMNS: Final = (
    *("account", "day", "told_opening", "told_moves", "told_closing"),
    *("booked_opening", "booked_moves", "booked_closing", "aside_closing", "gap"),
    *("differences", "reconciled_at"),
)
MOVEMENT_COLUMNS: Final = (
    *("movement", "told_reference", "booked_reference", "told", "booked", "aside"),
)
DIFFERENCE_COLUMNS: Final = (
    *("id", "account", "movement", "kind", "told_reference", "booked_reference", "amount"),
    *("first_day", "last_day", "first_seen_at", "ended_at", "ending", "reason"),
)


def place(custody: str) -> str:
    """Return where money lies, as people call it: a bank's number in groups of four."""
    keeper, _colon, number = custody.partition(":")
    if keeper != "bank":
        return f"Stripe · {number}" if keeper == "stripe" else custody
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _fen(fen: int, *, name: str = "") -> TableCell:
    return amount(money(fen * MICRO_PER_FEN), name=name)


def days_table(days: Sequence[DayShown]) -> Table:
    """Return days of accounts, each with the way to its page."""
    return Table(
        name=_("Reconciled days"),
        columns=[
            _("Day"),
            _("Account"),
            _("Moved at the keeper"),
            _("Closing at the keeper"),
            _("Closing in the books"),
            _("Set aside"),
            _("Differences"),
        ],
        rows=[
            TableRow(
                key=f"{one.day} {one.custody}",
                cells=[
                    TableCell(text=one.day.isoformat(), url=day_address(one)),
                    words(place(one.custody), note=worded(KEEPERS, one.keeper)),
                    _fen(one.told.moves_fen),
                    _fen(one.told.closing_fen, name="told"),
                    _fen(one.booked.closing_fen, name="booked"),
                    _fen(one.aside.closing_fen),
                    count(one.standing, alarm=True, figure="standing"),
                ],
            )
            for one in days
        ],
    )


def day_address(one: DayShown) -> str:
    """Return the address of a day's page."""
    return reverse("cash-day", args=[one.account_id, one.day.isoformat()])


def sides_of(one: DayShown) -> list[tuple[str, Side]]:
    """Return the sides of a day: the keeper's, the books', and what is set aside."""
    return [("told", one.told), ("booked", one.booked), ("aside", one.aside)]


def sides_table(sides: Sequence[tuple[str, Side]]) -> Table:
    """Return opening, moves and closing of a day, side by side."""
    return Table(
        name=_("Both sides of the day"),
        columns=[_("Side"), _("Opening"), _("Moves"), _("Closing")],
        rows=[
            TableRow(
                key=key,
                cells=[
                    words(worded(SIDES, key)),
                    _fen(side.opening_fen),
                    _fen(side.moves_fen),
                    _fen(side.closing_fen, name=key),
                ],
            )
            for key, side in sides
        ],
    )


def side_cells(found: tuple[str, Side]) -> list[Cell]:
    """Return a side of a day as a row of the file."""
    key, side = found
    return [key, _yuan(side.opening_fen), _yuan(side.moves_fen), _yuan(side.closing_fen)]


def movement_name(key: str) -> Text:
    """Return what kind of movement a key names: the keeper's, or a transaction of the books."""
    kind = key.partition(":")[0]
    return (
        MOVEMENT_KINDS.get(kind)
        or LOT_MOVEMENTS.get(kind)
        or (_("another movement") if kind else "")
    )


def movements_table(movements: Sequence[MovementShown], *, names: Mapping[str, str]) -> Table:
    """Return what both sides say of a day, movement by movement, by name where it has one."""
    return Table(
        name=_("Movements"),
        columns=[_("Movement"), _("Booked"), _("At the keeper"), _("In the books")],
        rows=[
            TableRow(
                key=one.key,
                cells=[
                    words(
                        names.get(one.key) or movement_name(one.key),
                        code=one.told_reference,
                        url=""
                        if one.difference_id is None
                        else reverse("cash-difference", args=[one.difference_id]),
                        badge="" if one.difference_id is None else _("difference"),
                    ),
                    words(movement_name(one.booked_reference), code=one.booked_reference),
                    _fen(one.told_fen),
                    _fen(one.booked_fen + one.aside_fen),
                ],
            )
            for one in movements
        ],
    )


def differences_table(found: Sequence[Any], *, names: Mapping[str, str]) -> Table:
    """Return differences, each with the way to its page, by name where a movement has one."""
    return Table(
        name=_("Differences"),
        columns=[
            _("Movement"),
            _("Kind"),
            _("Account"),
            _("Since"),
            _("Ended"),
            _("How"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=str(one.public_id),
                cells=[
                    words(
                        names.get(one.key) or movement_name(one.key),
                        code="" if one.key in names else one.key,
                        url=reverse("cash-difference", args=[one.public_id]),
                    ),
                    words(worded(KINDS, one.kind)),
                    words(place(one.account.custody)),
                    TableCell(text=one.first_day.isoformat()),
                    instant(one.ended_at),
                    words(worded(ENDINGS, one.ending)),
                    _fen(one.amount_fen, name="amount"),
                ],
            )
            for one in found
        ],
    )


def choices(found: Iterable[Any]) -> list[tuple[str, str]]:
    """Return differences as a form offers them."""
    return [
        (str(one.public_id), f"{place(one.account.custody)} · {one.first_day} · {one.key}")
        for one in found
    ]


def _yuan(fen: int) -> Decimal:
    return Decimal(Money.from_fen(fen).fen_text())


def day_cells(days: Iterable[DayShown]) -> Iterator[list[Cell]]:
    """Yield the rows of the file of days."""
    for one in days:
        yield [
            one.custody,
            one.day,
            *(_yuan(fen) for fen in (one.told.opening_fen, one.told.moves_fen)),
            _yuan(one.told.closing_fen),
            *(_yuan(fen) for fen in (one.booked.opening_fen, one.booked.moves_fen)),
            _yuan(one.booked.closing_fen),
            _yuan(one.aside.closing_fen),
            _yuan(one.gap_fen),
            one.standing,
            one.reconciled_at,
        ]


def movement_cells(one: MovementShown) -> list[Cell]:
    """Return a movement of a day as a row of a file."""
    return [
        *(one.key, one.told_reference, one.booked_reference),
        *(_yuan(one.told_fen), _yuan(one.booked_fen), _yuan(one.aside_fen)),
    ]


def difference_cells(one: Any) -> list[Cell]:
    """Return a difference as a row of a file."""
    last_day: date | None = one.last_day
    return [
        *(str(one.public_id), one.account.custody, one.key, one.kind),
        *(one.told_reference, one.booked_reference, _yuan(one.amount_fen)),
        *(one.first_day, last_day, one.first_seen_at, one.ended_at, one.ending, one.reason),
    ]

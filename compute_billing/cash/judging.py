"""Where the sides of a movement part, and whether they meet again. Pure.

All items of one key are about one movement. At the end of each day the keeper has told so much of
it and we have explained so much; while these differ, there is a difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final

TOLD: Final = "told"
FEE: Final = "fee:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What a side says of a key: fen that came in on a day."""

    day: date
    side: str
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which the sides of a key differed: from `first_day` up to `last_day`, outside.

    `amount_fen` is told less explained, at the end of the day that was asked for.
    """

    kind: str
    amount_fen: int
    first_day: date
    last_day: date | None
    told_reference: str
    booked_reference: str


def gaps(*, key: str, movements: Sequence[Movement], up_to: date) -> list[Gap]:
    """Return the times in which a key's sides differed at the end of a day not after `up_to`.

    A gap whose other half has come by now is over, even if it came after `up_to`: it was late.
    """
    found: list[Gap] = []
    standing, first_day, amount = 0, None, 0
    ordered = sorted(movements, key=attrgetter("day"))
    for day, of_day in groupby(ordered, key=attrgetter("day")):
        standing += sum(_sign(one) * one.amount_fen for one in of_day)
        if first_day is not None and standing == 0:
            found.append(_gap("late", amount, first_day, day, movements))
            first_day = None
        elif standing != 0 and day <= up_to:
            first_day, amount = first_day or day, standing
    if first_day is not None:
        known = [one for one in movements if one.day <= up_to]
        found.append(_gap(_kind(key, known), amount, first_day, None, known))
    return found


def _sign(movement: Movement) -> int:
    return 1 if movement.side == TOLD else -1


def _kind(key: str, movements: Iterable[Movement]) -> str:
    sides = {one.side == TOLD for one in movements}
    if sides == {True, False}:
        return "amount_differs"
    if sides == {False}:
        return "missing_there"
    return "fee_not_booked" if key.startswith(FEE) else "missing_here"


def _gap(
    kind: str, amount: int, first_day: date, last_day: date | None, movements: Sequence[Movement]
) -> Gap:
    told = [one.reference for one in movements if one.side == TOLD]
    others = [one.reference for one in movements if one.side != TOLD]
    return Gap(
        kind=kind,
        amount_fen=amount,
        first_day=first_day,
        last_day=last_day,
        told_reference=told[0] if told else "",
        booked_reference=others[0] if others else "",
    )

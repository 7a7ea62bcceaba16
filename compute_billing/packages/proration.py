"""Terms by natural months, and what of a term's price a day leaves over. Pure, in whole numbers.

A month's share is its days over the days of that month, so that a card-month costs the same in
February and in March. Source of the rounding: the resize examples of public clouds, in which
12/30 + 8/31 is 0.6581 and amounts are cut to fen.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kernel.money import MICRO_PER_FEN, divide_half_up
from kernel.periods import month_after, month_of, months_later

# The least common multiple of 28, 29, 30 and 31: every share of a month is a whole number of these.
PARTS_PER_MONTH: Final = 377_580
FACTOR_SCALE: Final = 10_000
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The days of one natural month that a span of days has in it."""

    month: date
    starts_on: date
    ends_on: date
    month_days: int

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.ends_on - self.starts_on).days

    @property
    def parts(self) -> int:
        """Return its share of the month, in 1/PARTS_PER_MONTH."""
        return self.days * (PARTS_PER_MONTH // self.month_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A bought stretch of whole months: its first day, the day after its last, and its price."""

    starts_on: date
    ends_on: date
    months: int
    price_micro: int


def months_after(day: date, count: int) -> date:
    """Return the same day so many months later, or that month's last day where it is shorter.

    Terms are reckoned from the first day of the order, so that an order from 31 January that is
    renewed in February ends on 31 March and not on the 28th.
    """
    month = months_later(month_of(day), count)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def pieces(starts_on: date, ends_on: date) -> Iterator[Piece]:
    """Yield the natural months of a span of days, each with its part of it."""
    day = starts_on
    while day < ends_on:
        month = month_of(day)
        following = min(month_after(month), ends_on)
        yield Piece(
            month=month,
            starts_on=day,
            ends_on=following,
            month_days=monthrange(month.year, month.month)[1],
        )
        day = following


def parts_between(starts_on: date, ends_on: date) -> int:
    """Return the shares of the natural months of a span, in 1/PARTS_PER_MONTH."""
    return sum(piece.parts for piece in pieces(starts_on, ends_on))


def factor(term: Term, day: date) -> int:
    """Return how many months of a term are left at the beginning of a day, in 1/FACTOR_SCALE.

    Before the term and on its first day these are all its months. Later it is the sum of the
    shares of the natural months that are left, but never more than the months less what was used:
    a term from 15 January to 15 February has 17/31 + 14/28 = 1.0484 months in it, and nobody gets
    more back than he did not use. Rounded half up, once.
    """
    whole = term.months * PARTS_PER_MONTH
    if day <= term.starts_on:
        return term.months * FACTOR_SCALE
    if day >= term.ends_on:
        return 0
    left = parts_between(day, term.ends_on)
    unused = whole - parts_between(term.starts_on, day)
    return divide_half_up(max(min(left, unused), 0) * FACTOR_SCALE, PARTS_PER_MONTH)


def worth(*, price_micro: int, cards: int, factor: int) -> int:
    """Return what so many cards cost for so many months, in micro-yuan, cut to whole fen."""
    fen = price_micro // MICRO_PER_FEN * cards * factor // FACTOR_SCALE
    return fen * MICRO_PER_FEN


def left_of(term: Term, *, cards: int, day: date) -> int:
    """Return what so many cards of a term are still worth at the beginning of a day."""
    return worth(price_micro=term.price_micro, cards=cards, factor=factor(term, day))


def fee_of(amount_micro: int, *, fee_ppm: int) -> int:
    """Return what is kept of an amount that is given back; the rest is whole fen."""
    kept = amount_micro * (PPM - fee_ppm) // PPM // MICRO_PER_FEN * MICRO_PER_FEN
    return amount_micro - kept


def days_between(starts_on: date, ends_on: date) -> list[date]:
    """Return the days of a span."""
    return [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days)]

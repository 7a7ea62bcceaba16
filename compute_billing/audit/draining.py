"""When what is left no longer pays what is used, at the pace of the last days. Pure.

Each stream of use draws from one lot at a time, in the order in which rating burns them: card time,
then promotions, then own money. A lot pays from its beginning to its end, and no longer. What is
held for a job pays that job for as long as the hold covers it, and nothing else. Time is whole
milliseconds, rounded up; amounts are fractions, so that nothing is lost on the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

MILLISECOND: Final = timedelta(milliseconds=1)
IN_KIND: Final = "in_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is used: whose compute, which cluster, cards and project."""

    operator_id: int
    cluster_id: int
    meter_id: int
    project_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is used in a place: quantity in each millisecond, and what a unit of it costs."""

    place: Place
    pace: Fraction
    price: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A lot as it is now: what of it is free, and what it may be spent on (None: on anything)."""

    stage: str
    free: int
    operator_id: int
    cluster_id: int | None
    meter_id: int | None
    project_id: int | None
    starts_at: datetime
    expires_at: datetime | None

    def pays(self, place: Place, *, at: datetime) -> bool:
        """Say whether it pays for use of a place at an instant."""
        is_valid = self.starts_at <= at and (self.expires_at is None or at < self.expires_at)
        return (
            is_valid
            and self.operator_id == place.operator_id
            and self.cluster_id in (None, place.cluster_id)
            and self.meter_id in (None, place.meter_id)
            and self.project_id in (None, place.project_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a hold pays by itself: so many milli-cards of a place, in [starts_at, until)."""

    place: Place
    milli_cards: int
    starts_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """When something that is used can no longer be paid, and what expires unused before.

    `ends_at` is None when all is paid up to the horizon; `is_by_expiry` says that a lot had
    something left for it and was over. `unused` is in micro-yuan, of lots of money alone.
    """

    ends_at: datetime | None
    is_by_expiry: bool
    unused: int


@dataclass(slots=True)
class _Lot:
    source: Source
    left: Fraction


def drain(
    *,
    streams: Sequence[Stream],
    lots: Sequence[Source],
    kept: Sequence[Kept],
    now: datetime,
    until: datetime,
) -> Drained:
    """Let streams draw on lots, in burn order, from `now` on, and look no further than `until`."""
    left = [_Lot(lot, Fraction(lot.free)) for lot in lots]
    at, unused = now, Fraction(0)
    while at < until:
        drawn: dict[int, Fraction] = {}
        for stream in streams:
            pace = _pace(stream, kept, at=at)
            payer = _payer(stream, left, at=at)
            if payer is None and pace * stream.price > 0:
                by_expiry = _has_expired(stream, left, at=at)
                return Drained(ends_at=at, is_by_expiry=by_expiry, unused=int(unused))
            if payer is not None:
                is_time = left[payer].source.stage == IN_KIND
                rate = pace if is_time else pace * stream.price
                drawn[payer] = drawn.get(payer, Fraction(0)) + rate
        then = min(_ends(left, drawn, kept, at=at, until=until))
        for number, rate in drawn.items():
            left[number].left = max(
                left[number].left - rate * ((then - at) // MILLISECOND), Fraction(0)
            )
        unused += sum(
            (lot.left for lot in left if lot.source.expires_at == then and _is_money(lot)),
            Fraction(0),
        )
        at = then
    return Drained(ends_at=None, is_by_expiry=False, unused=int(unused))


def _pace(stream: Stream, kept: Sequence[Kept], *, at: datetime) -> Fraction:
    """Return what a stream draws beyond what holds pay by themselves."""
    own = sum(
        hold.milli_cards
        for hold in kept
        if hold.place == stream.place and hold.starts_at <= at < hold.until
    )
    return max(stream.pace - own, Fraction(0))


def _payer(stream: Stream, lots: Sequence[_Lot], *, at: datetime) -> int | None:
    """Return the number of the first lot that has something left for a stream."""
    for number, lot in enumerate(lots):
        if lot.left > 0 and lot.source.pays(stream.place, at=at):
            return number
    return None


def _ends(
    lots: Sequence[_Lot],
    drawn: dict[int, Fraction],
    kept: Sequence[Kept],
    *,
    at: datetime,
    until: datetime,
) -> Iterator[datetime]:
    """Return the instants at which who draws on what may change."""
    yield until
    for number, rate in drawn.items():
        if rate > 0:
            yield min(at + ceil(lots[number].left / rate) * MILLISECOND, until)
    borders = [(lot.source.starts_at, lot.source.expires_at) for lot in lots if lot.left > 0]
    for border in [*borders, *((hold.starts_at, hold.until) for hold in kept)]:
        yield from (moment for moment in border if moment is not None and moment > at)


def _has_expired(stream: Stream, lots: Sequence[_Lot], *, at: datetime) -> bool:
    return any(
        lot.left > 0
        and lot.source.expires_at == at
        and lot.source.pays(stream.place, at=at - MILLISECOND)
        for lot in lots
    )


def _is_money(lot: _Lot) -> bool:
    return lot.source.stage != IN_KIND

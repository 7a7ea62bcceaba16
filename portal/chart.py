"""The bars of a month's card-hours per day, as numbers that a template draws. Pure.

The drawing is 1,000 units high and one unit per day wide and is stretched to the page, so no
text stands in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kernel.periods import month_after
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR
from portal import figures

HEIGHT: Final = 1000
# Every one of them, times ten, is a whole number of grid lines.
STEPS: Final = (1, 2, 4, 6, 8, 10)
GRID_LINES: Final = 4
LEAST_HOURS: Final = 20
HOURS_PER_DAY: Final = 24
MILLI_PER_CARD: Final = 1000
LABELLED_DAYS: Final = (1, 8, 15, 22, 29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day: its place and height in the drawing, and what it says."""

    position: int
    y: int
    height: int
    day: date
    hours: str
    used: str
    is_labelled: bool
    is_peak: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A month of bars under a scale from its top to zero.

    `capacity` is what the cards can give in a day, in milli-card-milliseconds.
    """

    bars: tuple[Bar, ...]
    scale: tuple[str, ...]
    grid: tuple[int, ...]
    capacity: int | None
    capacity_y: int | None
    capacity_hours: str
    peak: Bar | None


def daily_chart(*, month: date, quantities: Mapping[date, int], milli_cards: int | None) -> Chart:
    """Return the chart of a month; with `milli_cards` it shows what the cards could give."""
    days = [month + timedelta(days=n) for n in range((month_after(month) - month).days)]
    capacity = _capacity(milli_cards)
    highest = max([*(quantities.get(day, 0) for day in days), capacity or 0])
    top = _round_top(highest)
    peak_day = max(days, key=lambda day: quantities.get(day, 0))
    bars = tuple(
        _bar(day, quantity=quantities.get(day, 0), top=top, capacity=capacity, peak_day=peak_day)
        for day in days
    )
    peak = bars[peak_day.day - 1] if quantities.get(peak_day, 0) > 0 else None
    return Chart(
        bars=bars,
        scale=tuple(_hours_label(top * n // GRID_LINES) for n in range(GRID_LINES, -1, -1)),
        grid=tuple(HEIGHT * n // GRID_LINES for n in range(GRID_LINES)),
        capacity=capacity,
        capacity_y=None if capacity is None else HEIGHT - HEIGHT * capacity // top,
        capacity_hours="" if capacity is None else _hours_label(capacity),
        peak=peak,
    )


def _bar(day: date, *, quantity: int, top: int, capacity: int | None, peak_day: date) -> Bar:
    height = HEIGHT * max(quantity, 0) // top
    return Bar(
        position=day.day - 1,
        y=HEIGHT - height,
        height=height,
        day=day,
        hours=figures.card_hours(quantity),
        used="" if capacity is None else figures.percent(quantity, capacity),
        is_labelled=day.day in LABELLED_DAYS,
        is_peak=day == peak_day and quantity > 0,
    )


def _capacity(milli_cards: int | None) -> int | None:
    if milli_cards is None:
        return None
    return milli_cards * HOURS_PER_DAY * MILLI_CARD_MS_PER_CARD_HOUR // MILLI_PER_CARD


def _round_top(highest: int) -> int:
    """Return the next round number of card-hours at or above the highest bar."""
    hours = max(-(-highest // MILLI_CARD_MS_PER_CARD_HOUR), LEAST_HOURS)
    magnitude = int("1" + "0" * (len(str(hours)) - 1))
    step = next(step for step in STEPS if step * magnitude >= hours)
    return step * magnitude * MILLI_CARD_MS_PER_CARD_HOUR


def _hours_label(quantity: int) -> str:
    return f"{quantity // MILLI_CARD_MS_PER_CARD_HOUR:,}"

"""Card-hours per day, as the numbers that a chart draws and the table beside it says. Pure.

The drawing is Chart.js's, in `static/portal/charts.js`; it reads `Chart.drawing` from the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.periods import month_after
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR, card_hours_text
from portal import figures
from portal.wording import Text

HOURS_PER_DAY: Final = 24
MILLI_PER_CARD: Final = 1000
PLACES: Final = 2
# More colours than these nobody tells apart.
SERIES_MAX: Final = 8
REST: Final = gettext_lazy("all others")

Quantities = Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What is stacked under one name: a quantity for each day, in milli-card-milliseconds."""

    name: Text
    quantities: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day in words: all of its card-hours, each series' part, what part of the cards' time."""

    day: date
    hours: str
    parts: tuple[str, ...]
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Days in a row. `capacity` is what the cards can give in a day, in milli-card-ms."""

    days: tuple[Day, ...]
    series: tuple[Series, ...]
    capacity: int | None
    capacity_hours: str
    peak: Day | None

    @property
    def is_stacked(self) -> bool:
        """Say whether a day is made of several parts."""
        return len(self.series) > 1

    @property
    def drawing(self) -> dict[str, Any]:
        """Return what is drawn; numbers are texts, so that none is rounded on the way."""
        return {
            "labels": [_label(day.day, first=n == 0) for n, day in enumerate(self.days)],
            "titles": [date_format(day.day, "MONTH_DAY_FORMAT") for day in self.days],
            "totals": [_with_part(day) for day in self.days],
            "series": [
                {
                    "name": str(series.name),
                    "values": [card_hours_text(n, places=PLACES) for n in series.quantities],
                    "texts": [figures.card_hours(n) for n in series.quantities],
                }
                for series in self.series
            ],
            "capacity": None
            if self.capacity is None
            else {
                "name": _("all cards, all day"),
                "value": card_hours_text(self.capacity, places=PLACES),
                "text": self.capacity_hours,
            },
        }


def _label(day: date, *, first: bool) -> str:
    """Return the day, with its month where a month begins in the middle of the chart."""
    return f"{day.month}/{day.day}" if day.day == 1 and not first else f"{day.day}"


def _with_part(day: Day) -> str:
    return f"{day.hours} ({day.used})" if day.used else day.hours


def daily_chart(*, month: date, quantities: Quantities, milli_cards: int | None) -> Chart:
    """Return the chart of a month; with `milli_cards` it shows what the cards could give."""
    return stacked_chart(
        first=month, last=last_day(month), parts={"": quantities}, milli_cards=milli_cards
    )


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month_after(month) - timedelta(days=1)


def stacked_chart(
    *, first: date, last: date, parts: Mapping[str, Quantities], milli_cards: int | None = None
) -> Chart:
    """Return the chart of days that are made of named parts, the largest at the bottom.

    Beyond SERIES_MAX parts the smallest are one.
    """
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    capacity = _capacity(milli_cards)
    series = _largest_first(
        [
            Series(name=name, quantities=tuple(quantities.get(day, 0) for day in dates))
            for name, quantities in parts.items()
        ]
    )
    totals = [sum(of_day) for of_day in zip(*(each.quantities for each in series), strict=True)]
    days = tuple(
        Day(
            day=day,
            hours=figures.card_hours(total),
            parts=tuple(figures.card_hours(each.quantities[n]) for each in series),
            used="" if capacity is None else figures.percent(total, capacity),
        )
        for n, (day, total) in enumerate(zip(dates, totals or [0] * len(dates), strict=True))
    )
    highest = max(totals, default=0)
    return Chart(
        days=days,
        series=tuple(series),
        capacity=capacity,
        capacity_hours="" if capacity is None else _whole_hours(capacity),
        peak=days[totals.index(highest)] if highest > 0 else None,
    )


def _largest_first(series: list[Series]) -> list[Series]:
    ordered = sorted(series, key=lambda each: (-sum(each.quantities), str(each.name)))
    if len(ordered) <= SERIES_MAX:
        return ordered
    kept, rest = ordered[: SERIES_MAX - 1], ordered[SERIES_MAX - 1 :]
    sums = (sum(of_day) for of_day in zip(*(each.quantities for each in rest), strict=True))
    return [*kept, Series(name=REST, quantities=tuple(sums))]


def _capacity(milli_cards: int | None) -> int | None:
    if milli_cards is None:
        return None
    return milli_cards * HOURS_PER_DAY * MILLI_CARD_MS_PER_CARD_HOUR // MILLI_PER_CARD


def _whole_hours(quantity: int) -> str:
    return f"{quantity // MILLI_CARD_MS_PER_CARD_HOUR:,}"

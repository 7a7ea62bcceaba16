"""Half-open intervals of time, and months as the date of their first day. Pure.

Where a month begins is not computed here: rows of `kernel.BillingMonth` say it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kernel.errors import DomainError

MONTHS_PER_YEAR: Final = 12

_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


class UnableToReadMonth(DomainError):
    """A text is not a month such as 2026-10."""

    code = "malformed_month"


class UnableToFormPeriod(DomainError):
    """A period would end before it starts, or mixes instants without a zone."""

    code = "malformed_period"


@dataclass(frozen=True, slots=True)
class Period:
    """The instants from `start` up to, not including, `end`; no `end` means for ever."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse instants without a zone and periods that end before they start."""
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            message = "A period needs instants with a time zone."
            raise UnableToFormPeriod(message)
        if self.end is not None and self.end < self.start:
            message = f"A period cannot end at {self.end} before it starts at {self.start}."
            raise UnableToFormPeriod(message)

    def contains(self, moment: datetime) -> bool:
        """Say whether `moment` lies in the period; its end does not."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Say whether the two share an instant; periods that touch do not."""
        return self.intersection(other) is not None

    def intersection(self, other: "Period") -> "Period | None":
        """Return the shared instants, or None where there are none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        if end is not None and end <= start:
            return None
        return Period(start, end)


def parse_month(text: str) -> date:
    """Read "2026-10" as the date of its first day.

    Raises:
        UnableToReadMonth: not four digits, a dash and a month from 01 to 12.
    """
    match = _MONTH.fullmatch(text)
    if match is None or match["year"] == "0000":
        message = f"{text[:20]!r} is not a month: write it as YYYY-MM, such as 2026-10."
        raise UnableToReadMonth(message, details={"text": text[:20]})
    return date(int(match["year"]), int(match["month"]), 1)


def month_text(month: date) -> str:
    """Return "2026-10" for any date in October 2026."""
    return f"{month.year:04d}-{month.month:02d}"


def month_of(day: date) -> date:
    """Return the first day of the month that `day` lies in."""
    return date(day.year, day.month, 1)


def months_later(month: date, count: int) -> date:
    """Return the first day of the month `count` months after (or before) `month`."""
    months = month.year * MONTHS_PER_YEAR + month.month - 1 + count
    year, index = divmod(months, MONTHS_PER_YEAR)
    return date(year, index + 1, 1)


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return months_later(month, 1)


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return months_later(month, -1)

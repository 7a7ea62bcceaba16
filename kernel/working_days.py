"""Working days of mainland China, with 调休: weekends that are worked, weekdays that are not.

The State Council publishes the arrangement of a year in the autumn before. Years come from the
package chinesecalendar; a year that it does not know yet may be given in the file that
`WORKING_DAYS_PATH` names. For any other year the exact functions refuse, and `expected_deadline`
says that its day may still move.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import chinese_calendar
from django.conf import settings

from kernel.errors import DomainError

# Terms are shorter than this.
AHEAD_DAYS_MIN: Final = 60
_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)


class WorkingDaysUnknown(DomainError):
    """The arrangement of holidays of this year is not known here yet."""

    code = "working_days_unknown"


class MalformedWorkingDaysFile(ValueError):
    """The file that WORKING_DAYS_PATH names cannot be read as an arrangement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day of a term; provisional when the year's arrangement may still move it."""

    day: date
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What a year changes of its weeks: weekdays off, and weekend days that are worked."""

    rest_days: frozenset[date]
    extra_working_days: frozenset[date]


def is_working_day(*, day: date) -> bool:
    """Say whether offices work on this day.

    Raises:
        WorkingDaysUnknown: the year's arrangement is not known.
    """
    known = _known(day)
    if known is None:
        message = (
            f"The holidays of {day.year} are not known here yet: update the package "
            "chinesecalendar, or name a WORKING_DAYS_PATH with the published arrangement."
        )
        raise WorkingDaysUnknown(message, details={"year": day.year})
    return known


def add_working_days(*, day: date, days: int) -> date:
    """Return the `days`-th working day after `day`; the day itself does not count.

    So a term is counted by 民法典 art. 201: it begins on the day after.

    Raises:
        WorkingDaysUnknown: the term reaches into a year whose arrangement is not known.
        ValueError: `days` is not positive.
    """
    _refuse_no_days(days)
    reached = day
    for _ in range(days):
        reached += _ONE_DAY
        while not is_working_day(day=reached):
            reached += _ONE_DAY
    return reached


def expected_deadline(*, day: date, days: int) -> Deadline:
    """Return the `days`-th working day after `day`, or where it will probably be.

    In a year that is not known, Monday to Friday count as worked except 1 January, which is a
    holiday by statute; such a day is `is_provisional` and must be shown as that.

    Raises:
        ValueError: `days` is not positive.
    """
    _refuse_no_days(days)
    reached, counted, guessed = day, 0, False
    while counted < days:
        reached += _ONE_DAY
        known = _known(reached)
        guessed = guessed or known is None
        counted += _probably_works(reached) if known is None else known
    return Deadline(day=reached, is_provisional=guessed)


def expected_working_day(*, day: date) -> date:
    """Return the day itself where offices work on it, or the next one on which they probably do.

    So a day of payment that falls on a holiday is moved by 民法典 art. 203.
    """
    return expected_deadline(day=day - _ONE_DAY, days=1).day


def known_until() -> date:
    """Return the last day whose arrangement is known, counted without a gap."""
    year = max(chinese_calendar.holidays).year
    while year + 1 in _arrangements(settings.WORKING_DAYS_PATH):
        year += 1
    return date(year, 12, 31)


def lie_ahead(*, today: date) -> bool:
    """Say whether the days are known on which deadlines that are set today may fall."""
    return today + timedelta(days=AHEAD_DAYS_MIN) <= known_until()


def _known(day: date) -> bool | None:
    """Say whether the day is worked, or None where nobody has told; the file goes first."""
    arrangement = _arrangements(settings.WORKING_DAYS_PATH).get(day.year)
    if arrangement is not None:
        is_weekday = day.weekday() < _SATURDAY
        return day in arrangement.extra_working_days or (
            is_weekday and day not in arrangement.rest_days
        )
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def _probably_works(day: date) -> bool:
    return day.weekday() < _SATURDAY and (day.month, day.day) != (1, 1)


def _refuse_no_days(days: int) -> None:
    if days < 1:
        message = "A term has at least one working day."
        raise ValueError(message)


@lru_cache(maxsize=4)
def _arrangements(path: str | None) -> dict[int, Arrangement]:
    """Return the arrangements of the file by year: {"2027": {"rest_days": ["2027-01-01", …]}}."""
    if not path:
        return {}
    try:
        years = json.loads(Path(path).read_text(encoding="utf-8"))
        return {int(year): _arrangement(int(year), stated) for year, stated in years.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"WORKING_DAYS_PATH {path!r} is not an arrangement of holidays: {error}"
        raise MalformedWorkingDaysFile(message) from error


def _arrangement(year: int, stated: dict[str, list[str]]) -> Arrangement:
    rest = frozenset(date.fromisoformat(text) for text in stated["rest_days"])
    extra = frozenset(date.fromisoformat(text) for text in stated["extra_working_days"])
    strangers = sorted(day for day in rest | extra if day.year != year)
    if strangers or not rest:
        message = f"{strangers[0]} is not in {year}" if strangers else f"{year} has no rest days"
        raise ValueError(message)
    return Arrangement(rest_days=rest, extra_working_days=extra)

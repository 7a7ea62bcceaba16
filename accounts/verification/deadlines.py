"""By when officers decide, and how long it holds."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from kernel.working_days import Deadline, expected_deadline

# 行政许可法 art. 42 gives 20 working days and asks for less where less is promised; platforms
# answer in one to three. Five leaves room for a question to the registration office.
REVIEW_WORKING_DAYS: Final = 5
# Officers are reminded when so many working days are left.
NEAR_WORKING_DAYS: Final = 2
# A size is that of the last year's figures, which enterprises report anew every year
# (企业信息公示暂行条例 art. 8).
TERM_YEARS: Final = 1


def review_deadline(*, submitted_at: datetime) -> Deadline:
    """Return the last day to decide what was submitted at an instant."""
    return expected_deadline(day=local_day(submitted_at), days=REVIEW_WORKING_DAYS)


def is_near(*, due_on: date, today: date) -> bool:
    """Say whether no more than NEAR_WORKING_DAYS are left after today, the last day included."""
    return expected_deadline(day=today, days=NEAR_WORKING_DAYS).day >= due_on


def term_end(*, verified_at: datetime) -> datetime:
    """Return when a verification ends: with the day before the same date TERM_YEARS later.

    What begins on 29 February ends with 28 February.
    """
    day = local_day(verified_at)
    year = day.year + TERM_YEARS
    is_leap_day = (day.month, day.day) == (2, 29)
    end = date(year, 3, 1) if is_leap_day else day.replace(year=year)
    return datetime.combine(end, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


def last_day(until: datetime) -> date:
    """Return the last day of a half-open term, as people name its end."""
    return local_day(until - timedelta(microseconds=1))


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()

"""By when officers decide."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from kernel.working_days import Deadline, expected_deadline

# 行政许可法 art. 42 gives 20 working days and asks for less where less is promised; platforms
# answer in one to three. Five leaves room for a question to the registration office.
REVIEW_WORKING_DAYS: Final = 5


def review_deadline(*, submitted_at: datetime) -> Deadline:
    """Return the last day to decide what was submitted at an instant."""
    return expected_deadline(day=local_day(submitted_at), days=REVIEW_WORKING_DAYS)


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()

"""By when each step is done, and how many approve. Pure but for the calendar.

No published programme that we saw names these terms; they are the house's own, and stand in
docs/adr/0070 and 0071.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from kernel.working_days import expected_deadline

DRAFT_DAYS: Final = 90
OFFICER_WORKING_DAYS: Final = 5
SUPPLEMENT_WORKING_DAYS: Final = 10
REVIEW_WORKING_DAYS: Final = 5
# 「两小时通过」: the panel of the fast track has so long.
FAST_TRACK: Final = timedelta(hours=2)
APPROVAL_WORKING_DAYS: Final = 5
APPEAL_WORKING_DAYS: Final = 15
# A credit report tells of the day that stands on it.
CREDIT_REPORT_DAYS: Final = 30
# Nobody reviews or decides for whom he belonged to within this time.
CONFLICT_LOOK_BACK: Final = timedelta(days=365)

YUAN: Final = 1_000_000
# From so many micro-yuan on so many approve; an exception needs one more.
APPROVERS_BY_AMOUNT: Final = ((0, 1), (1_000_000 * YUAN, 2), (5_000_000 * YUAN, 3))


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def end_of(day: date) -> datetime:
    """Return the first instant after a day where the exchange is."""
    return datetime.combine(
        day + timedelta(days=1), time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE)
    )


def last_day(due_at: datetime) -> date:
    """Return the last day of a term that ends at an instant."""
    return local_day(due_at - timedelta(microseconds=1))


def due(*, now: datetime, working_days: int) -> datetime:
    """Return when a term ends that begins now: after the `working_days`-th working day."""
    return end_of(expected_deadline(day=local_day(now), days=working_days).day)


def approvals_needed(*, amount_micro: int, is_exception: bool) -> int:
    """Return how many people have to approve an amount."""
    needed = max(count for least, count in APPROVERS_BY_AMOUNT if amount_micro >= least)
    return needed + is_exception

"""Until when use may be disputed, and by when that is answered. Pure but for the calendar."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from kernel.working_days import expected_deadline

# Two bills: who reads the bill of a month has a month left after it to ask about any of its use.
WINDOW_DAYS: Final = 60
# 电信条例 art. 31 has complaints about charges answered within 15 days; a job is one look at a log.
ANSWER_WORKING_DAYS: Final = 5
ESCALATION_WORKING_DAYS: Final = 10
DECISION_WORKING_DAYS: Final = 10
# Who answers is reminded when so many working days are left.
NEAR_WORKING_DAYS: Final = 1


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def disputable_until(*, recorded_at: datetime) -> date:
    """Return the last day on which use that came into the books then may be disputed."""
    return local_day(recorded_at) + timedelta(days=WINDOW_DAYS)


def answer_due_on(*, opened_at: datetime) -> date:
    """Return the last day for the operator's answer."""
    return expected_deadline(day=local_day(opened_at), days=ANSWER_WORKING_DAYS).day


def escalable_until(*, answered_at: datetime) -> date:
    """Return the last day on which the operator's answer may be taken to the house."""
    return expected_deadline(day=local_day(answered_at), days=ESCALATION_WORKING_DAYS).day


def decision_due_on(*, escalated_at: datetime) -> date:
    """Return the last day for the decision of the house."""
    return expected_deadline(day=local_day(escalated_at), days=DECISION_WORKING_DAYS).day


def near_by(*, today: date) -> date:
    """Return the last day that is near: what is due by it has NEAR_WORKING_DAYS left, or fewer."""
    return expected_deadline(day=today, days=NEAR_WORKING_DAYS).day

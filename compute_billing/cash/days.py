"""Days of the billing time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def day_of(moment: datetime) -> date:
    """Return the day on which an instant lies."""
    return moment.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def start_of(day: date) -> datetime:
    """Return the instant at which a day begins."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


def last_whole_day(now: datetime) -> date:
    """Return the last day that is over."""
    return day_of(now) - timedelta(days=1)

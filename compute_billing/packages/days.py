"""Days of the billing time zone: terms begin and end at their borders."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def day_of(moment: datetime) -> date:
    """Return the day that an instant lies in."""
    return moment.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def next_day(moment: datetime) -> date:
    """Return the first day that begins after an instant: nothing sold or changed begins before."""
    return day_of(moment) + timedelta(days=1)


def first_instant(day: date) -> datetime:
    """Return the beginning of a day."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


def milliseconds_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return the whole milliseconds between two instants."""
    return (ends_at - starts_at) // timedelta(milliseconds=1)

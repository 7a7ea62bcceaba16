"""When what is owed is asked for, and how it ages. Pure but for the calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from kernel.working_days import expected_working_day

# Asking for less costs more than it brings: one yuan.
OPENS_HOUR: Final = 9
LEAST_MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A step of asking: so many days after the due day (before it, below zero)."""

    number: int
    days: int


# The last one asks people of the house to decide; nothing is stopped by itself.
LAST_LEVEL: Final = 5

BUCKETS: Final = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90")


def levels() -> list[Level]:
    """Return the steps of asking; their days are settings (docs/adr/0068)."""
    return [
        Level(number=number, days=days)
        for number, days in enumerate(settings.DUNNING_DAYS, start=1)
    ]


def local_day(instant: datetime) -> date:
    """Return the day of an instant where the exchange is."""
    return instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def due_on(*, since: date, net_days: int) -> date:
    """Return when what is owed since a day is due: a working day."""
    return expected_working_day(day=since + timedelta(days=net_days))


def is_time_to_ask(instant: datetime) -> bool:
    """Say whether offices are open: a working day, from OPENS_HOUR on."""
    local = instant.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE))
    return local.hour >= OPENS_HOUR and expected_working_day(day=local.date()) == local.date()


def level_reached(*, due: date, today: date) -> int:
    """Return the highest level whose working day has come; zero before the first."""
    reached = 0
    for level in levels():
        if expected_working_day(day=due + timedelta(days=level.days)) <= today:
            reached = level.number
    return reached


def bucket(*, due: date, today: date) -> str:
    """Return how long something is overdue, as one of BUCKETS."""
    late = (today - due).days
    if late <= 0:
        return BUCKETS[0]
    return BUCKETS[min((late - 1) // 30 + 1, len(BUCKETS) - 1)]

"""What tenants ask for: jobs with cards, run time and fate, from a seeded random source.

Pure. Times are whole seconds from the first instant of the month in the centre's own time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from demo.cast import Tenant

SECOND: Final = 1
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400

SHORTEST: Final = 20 * SECOND
LONGEST: Final = 9 * DAY
# The heavy tail: Pareto from four hours on; with this exponent the mean is finite, barely.
TAIL_FROM: Final = 4 * HOUR
TAIL_EXPONENT: Final = 1.35
# Large jobs that would block everybody for a week are not admitted: card-seconds of one job.
CARD_SECONDS_MAX: Final = 64 * 2 * DAY

HOLIDAY_DAYS: Final = 7
HOLIDAY_LOAD: Final = 0.45
WEEKEND_LOAD: Final = 0.6
# Submissions by hour of the day: quiet before eight, two crests, a long evening.
HOUR_LOAD: Final = (3, 2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 12, 9, 10, 13, 13, 12, 11, 8, 8, 9, 9, 7, 5)

Fate = Literal["completed", "failed", "cancelled", "withdrawn", "stillborn"]
FATES: Final[dict[Fate, int]] = {
    "completed": 820,
    "failed": 85,
    "cancelled": 70,
    "withdrawn": 20,
    "stillborn": 5,
}
RESTARTS_MAX: Final = 3
SUSPENDED_PART: Final = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What was submitted, and what would become of it.

    `seconds` is how long it would hold its cards. A failed job dies after `dies_after` of them and
    is started again; a cancelled one ends there. A withdrawn one is cancelled while it waits, a
    stillborn one ends in the second in which it starts. `suspended` seconds do not count.
    """

    number: int
    tenant: Tenant
    account: str
    submitted: int
    cards: int
    seconds: int
    fate: Fate
    dies_after: int
    suspended: int


def day_loads(*, days: int, first_weekday: int) -> list[float]:
    """Return how busy each day is: National Day holidays, weekends, other days.

    The week after the holiday works through its first weekend, as it does in China.
    """
    loads = []
    for day in range(days):
        weekday = (first_weekday + day) % 7
        if day < HOLIDAY_DAYS:
            loads.append(HOLIDAY_LOAD)
        elif weekday >= 5 and day > HOLIDAY_DAYS + 3:
            loads.append(WEEKEND_LOAD)
        else:
            loads.append(1.0)
    return loads


def jobs_of(tenant: Tenant, *, rng: Random, loads: Sequence[float]) -> list[Job]:
    """Return the tenant's jobs of the month by time of submission, not yet numbered."""
    instants = sorted(_instant(rng, loads=loads) for _ in range(tenant.jobs))
    return [_job(tenant, submitted=instant, rng=rng, days=len(loads)) for instant in instants]


def _instant(rng: Random, *, loads: Sequence[float]) -> int:
    day = rng.choices(range(len(loads)), weights=loads)[0]
    hour = rng.choices(range(24), weights=HOUR_LOAD)[0]
    return day * DAY + hour * HOUR + rng.randrange(HOUR)


def _job(tenant: Tenant, *, submitted: int, rng: Random, days: int) -> Job:
    cards = rng.choices(list(tenant.sizes), weights=list(tenant.sizes.values()))[0]
    seconds = min(_seconds(tenant, rng=rng), max(CARD_SECONDS_MAX // cards, HOUR))
    fate = rng.choices(list(FATES), weights=list(FATES.values()))[0]
    is_late = submitted > days * DAY * 2 // 3
    account = tenant.account
    if tenant.second_account and is_late and rng.random() < 0.25:
        account = tenant.second_account
    return Job(
        number=0,
        tenant=tenant,
        account=account,
        submitted=submitted,
        cards=cards,
        seconds=seconds,
        fate=fate,
        dies_after=max(SHORTEST, int(seconds * rng.uniform(0.05, 0.95))),
        suspended=_suspended(seconds, rng=rng),
    )


def _seconds(tenant: Tenant, *, rng: Random) -> int:
    """Draw a run time: log-normal for most, Pareto for the heavy tail."""
    if rng.random() < tenant.tail:
        drawn = TAIL_FROM * rng.paretovariate(TAIL_EXPONENT)
    else:
        drawn = rng.lognormvariate(math.log(tenant.median_minutes * MINUTE), tenant.spread)
    return min(max(int(drawn), SHORTEST), LONGEST)


def _suspended(seconds: int, *, rng: Random) -> int:
    """Draw for how long a job is suspended: some of those that run for more than an hour."""
    if seconds < HOUR or rng.random() >= SUSPENDED_PART:
        return 0
    return int(seconds * rng.uniform(0.02, 0.3))

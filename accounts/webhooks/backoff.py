"""When a delivery is tried again: full jitter under a ceiling that doubles. Pure."""

import random
from datetime import datetime, timedelta
from typing import Final

FIRST_CEILING: Final = timedelta(seconds=30)
CEILING_MAX: Final = timedelta(hours=12)
STEP_MIN: Final = timedelta(seconds=1)
_DOUBLINGS_MAX: Final = 16


def ceiling(attempts: int) -> timedelta:
    """Return the longest wait after so many attempts."""
    return min(FIRST_CEILING * (1 << min(attempts - 1, _DOUBLINGS_MAX)), CEILING_MAX)


def next_attempt(
    *,
    attempts: int,
    now: datetime,
    give_up_at: datetime,
    asked: timedelta | None = None,
    chance: random.Random | None = None,
) -> datetime | None:
    """Return when to try again after `attempts` failures, or None: it is given up.

    Where the receiver `asked` for a wait, that is the wait.

    The wait is anything up to the ceiling, so that endpoints that failed together are not called
    together again. The last attempt is made when the time is up, however the dice fell.
    """
    if now >= give_up_at:
        return None
    if asked is not None:
        return min(now + max(asked, STEP_MIN), give_up_at)
    dice = chance or random.SystemRandom()
    span = ceiling(attempts) - STEP_MIN
    wait = STEP_MIN + timedelta(milliseconds=dice.randint(0, span // timedelta(milliseconds=1)))
    return min(now + wait, give_up_at)

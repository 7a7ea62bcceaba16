"""When something that failed is tried again: the wait doubles, up to an hour. Pure."""

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=10)
WAIT_MAX: Final = timedelta(hours=1)
_DOUBLINGS_MAX: Final = 12


def again_at(*, attempts: int, now: datetime) -> datetime:
    """Return when to try again after so many attempts; there is no last one."""
    return now + min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), _DOUBLINGS_MAX)), WAIT_MAX)


def look_again_at(*, since: datetime, now: datetime) -> datetime:
    """Return when to ask about something that Stripe has not told the end of.

    Webhooks tell it sooner; this is for those that never come. The older, the more rarely.
    """
    return now + min(max((now - since) / 4, timedelta(minutes=1)), timedelta(hours=6))

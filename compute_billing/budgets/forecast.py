"""What will have been spent at the end of a period, at the pace of the last days. Pure.

The pace is the mean of BURN_TIME, a whole week, so that quiet week-ends and loud Mondays count as
they come; it is told on the page. Whole numbers throughout: nothing is rounded up.
"""

from datetime import datetime, timedelta
from typing import Final

BURN_TIME: Final = timedelta(days=7)


def forecast_at_end(*, spent: int, recent: int, ends_at: datetime, now: datetime) -> int:
    """Return the spend at the end of a period; `recent` is what BURN_TIME before `now` cost.

    A period that is over, or a recent past of corrections alone, forecasts what is spent.
    """
    left = max(ends_at - now, timedelta(0))
    return spent + max(recent, 0) * (left // timedelta(milliseconds=1)) // (
        BURN_TIME // timedelta(milliseconds=1)
    )


def reached(percents: list[int], *, part: int, whole: int) -> list[int]:
    """Return the thresholds, in per cent of `whole`, that `part` has reached, the lowest first."""
    return sorted(percent for percent in set(percents) if part * 100 >= percent * whole)

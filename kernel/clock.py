"""The only place that reads the clock. Call it at an edge and pass `now` inwards."""

from datetime import UTC, datetime


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut `moment` to whole milliseconds, the resolution of every stored instant."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def utc_now() -> datetime:
    """Return the present instant in UTC, cut to whole milliseconds."""
    return whole_milliseconds(datetime.now(UTC))

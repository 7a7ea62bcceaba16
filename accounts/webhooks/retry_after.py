"""What a receiver asks by `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. Pure."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# Who asks for more is asked again after so long: nobody stops three days of trying by a header.
RETRY_AFTER_MAX: Final = timedelta(hours=12)
# 429 Too Many Requests, 503 Service Unavailable: the answers to which the header belongs.
STATUSES: Final = frozenset({429, 503})


def asked_wait(*, text: str, status: int | None, now: datetime) -> timedelta | None:
    """Return how long the receiver asks to be left alone, at most RETRY_AFTER_MAX.

    None where he asks nothing, or nothing that is understood; a date that has passed is no wait.
    """
    if status not in STATUSES:
        return None
    wait = _wait(text.strip(), now=now)
    return None if wait is None else min(max(wait, timedelta(0)), RETRY_AFTER_MAX)


def _wait(text: str, *, now: datetime) -> timedelta | None:
    if text.isascii() and text.isdigit():
        # So many digits are more than any bound.
        return RETRY_AFTER_MAX if len(text) > 9 else timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return None if at.tzinfo is None else at - now

"""Tell an organisation of keys that are about to expire, once each."""

from datetime import datetime, timedelta
from typing import Final

from accounts.models import ApiKey
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import Telling, tell
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction

AHEAD: Final = timedelta(days=7)


def tell_expiring_keys(*, now: datetime) -> int:
    """Tell of each live key that expires within AHEAD; return how many there are.

    A key whose end was moved is told of again: the subject names its end.
    """
    with transaction():
        ending = ApiKey.objects.filter(
            revoked_at=None, expires_at__gt=now, expires_at__lte=now + AHEAD
        )
        keys = list(ending.order_by("id"))
        tell([_telling(key) for key in keys], now=now)
        wake_after_commit("mail")
    return len(keys)


def _telling(key: ApiKey) -> Telling:
    expires_at = "" if key.expires_at is None else key.expires_at.isoformat()
    return Telling(
        kind=Kind.KEY_EXPIRING,
        organisation_id=key.organisation_id,
        about={"key": str(key.public_id), "prefix": key.prefix, "expires_at": expires_at},
        subject=f"key:{key.pk}:{expires_at}",
    )

"""When a session showed a second factor, how long that counts, and who must have shown one."""

from datetime import UTC, datetime, timedelta
from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from accounts import queries
from accounts.models import User

# Adding a factor takes showing it: whoever did so in this session need not show it again.
ADDED_SESSION_KEY: Final = "second_factor_added_by"
ADDED_AT_SESSION_KEY: Final = "second_factor_added_at"
_METHOD: Final = "mfa"
# Clocks of two machines of one house differ by less.
_AHEAD_MAX: Final = timedelta(minutes=1)


def note_added(*, request: HttpRequest, user: User, now: datetime) -> None:
    """Remember that the person added a second factor in this session."""
    request.session[ADDED_SESSION_KEY] = user.pk
    request.session[ADDED_AT_SESSION_KEY] = now.timestamp()


def shown_at(*, request: HttpRequest, user: User) -> datetime | None:
    """Return when the person last showed a second factor in this session; None if he did not."""
    records = get_authentication_records(request, user)
    instants = [record["at"] for record in records if record.get("method") == _METHOD]
    if request.session.get(ADDED_SESSION_KEY) == user.pk:
        instants.append(request.session.get(ADDED_AT_SESSION_KEY, 0))
    return datetime.fromtimestamp(max(instants), UTC) if instants else None


def was_shown(*, request: HttpRequest, user: User, within: timedelta, now: datetime) -> bool:
    """Say whether the person showed a second factor in this session, and not longer ago.

    One of the future counts as never shown: no clock of the house can have seen it.
    """
    at = shown_at(request=request, user=user)
    return at is not None and -_AHEAD_MAX <= now - at < within


def lets_staff_act(*, request: HttpRequest, user: User, now: datetime) -> bool:
    """Say whether somebody of the house showed a second factor lately enough to act."""
    within = timedelta(hours=settings.STAFF_FACTOR_HOURS)
    return was_shown(request=request, user=user, within=within, now=now)


def lets_money_out(*, request: HttpRequest, user: User, now: datetime) -> bool:
    """Say whether the person has just shown a second factor that he still has."""
    within = timedelta(minutes=settings.MONEY_OUT_FACTOR_MINUTES)
    was_just_shown = was_shown(request=request, user=user, within=within, now=now)
    return was_just_shown and exists(user=user)


def is_required(*, user: User) -> bool:
    """Say whether the person decides for the exchange: by a staff role or in the admin site."""
    return user.is_staff or user.is_superuser or queries.has_staff_role(user_id=user.pk)


def exists(*, user: User) -> bool:
    """Say whether the person has set up a second factor."""
    return bool(is_mfa_enabled(user))

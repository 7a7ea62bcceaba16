"""Whether a session showed a second factor, and who must have shown one."""

from typing import Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts import queries
from accounts.models import User

# Adding a factor takes showing it: whoever did so in this session need not show it again.
ADDED_SESSION_KEY: Final = "second_factor_added_by"
_METHOD: Final = "mfa"


def note_added(*, request: HttpRequest, user: User) -> None:
    """Remember that the person added a second factor in this session."""
    request.session[ADDED_SESSION_KEY] = user.pk


def was_shown(*, request: HttpRequest, user: User) -> bool:
    """Say whether the person signed in, or confirmed himself, with a second factor."""
    if request.session.get(ADDED_SESSION_KEY) == user.pk:
        return True
    records = get_authentication_records(request, user)
    return any(record.get("method") == _METHOD for record in records)


def lets_money_out(*, request: HttpRequest, user: User) -> bool:
    """Say whether the person showed a second factor that he still has."""
    return was_shown(request=request, user=user) and exists(user=user)


def is_required(*, user: User) -> bool:
    """Say whether the person decides for the exchange: by a staff role or in the admin site."""
    return user.is_staff or user.is_superuser or queries.has_staff_role(user_id=user.pk)


def exists(*, user: User) -> bool:
    """Say whether the person has set up a second factor."""
    return bool(is_mfa_enabled(user))

"""Who decides for the exchange shows a second factor first: in one place, for every address."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse

from accounts import second_factor
from accounts.models import User
from config.api_errors import API_PREFIX, second_factor_missing

# Where a second factor is set up or shown, and how one leaves. Everything else is shut.
OPEN_ADDRESSES: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "admin:jsi18n",
        "healthz",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "readyz",
        "set_language",
    }
)

Respond = Callable[[HttpRequest], HttpResponse]


class StaffSecondFactor:
    """Shut every address to staff who have not shown a second factor in their session."""

    def __init__(self, get_response: Respond) -> None:
        """Wrap what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; the decision is taken once the address is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Let pass, or lead to where a second factor is shown or set up."""
        match = request.resolver_match
        if not settings.STAFF_NEED_SECOND_FACTOR or _is_open(match):
            return None
        user = request.user
        if not isinstance(user, User) or second_factor.was_shown(request=request, user=user):
            return None
        if not second_factor.is_required(user=user):
            return None
        return _refusal(request, user=user)


def _is_open(match: ResolverMatch | None) -> bool:
    return match is not None and match.view_name in OPEN_ADDRESSES


def _refusal(request: HttpRequest, *, user: User) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return second_factor_missing()
    if not second_factor.exists(user=user):
        return redirect("mfa_index")
    back = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('mfa_reauthenticate')}?{back}")

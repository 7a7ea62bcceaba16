"""Who decides for the exchange shows a second factor first, and again after a time.

In one place for every address, whatever the view says (docs/adr/0028, 0051).
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from accounts import second_factor
from accounts.models import User
from config.api_errors import API_PREFIX, second_factor_missing
from kernel.clock import utc_now
from portal.step_up import staff_question

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
    """Shut every address to staff who have not shown a second factor of late."""

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
        if not settings.STAFF_NEED_SECOND_FACTOR or _is_open(request.resolver_match):
            return None
        user, now = request.user, utc_now()
        if not isinstance(user, User):
            return None
        if second_factor.lets_staff_act(request=request, user=user, now=now):
            return None
        if not second_factor.is_required(user=user):
            return None
        if request.path.startswith(API_PREFIX):
            return second_factor_missing()
        return staff_question(request, user=user, now=now)


def _is_open(match: ResolverMatch | None) -> bool:
    return match is not None and match.view_name in OPEN_ADDRESSES

"""What every template may ask for: the way through the desks, of signing in, one's own menu."""

from dataclasses import dataclass
from functools import partial

from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.models import User
from accounts.notifications.queries import unread_count
from compute_billing.sandboxes.queries import Sandbox, sandbox
from kernel.clock import utc_now
from portal.access import rights_of
from portal.navigation import way
from portal.resuming import suspended


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page of one's own account."""

    text: str | Promise
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SignOn:
    """A provider that people may sign in through."""

    name: str
    url: str


MENU = (
    ("account", _("Account")),
    ("account_email", _("E-mail address")),
    ("account_change_password", _("Password")),
    ("mfa_index", _("Second factor")),
    ("usersessions_list", _("Sessions")),
    ("notification-preferences", _("Notifications")),
)


def account(request: HttpRequest) -> dict[str, object]:
    """Return what the shell and the pages of signing in need, asked for only where it is shown."""
    return {
        "way": SimpleLazyObject(partial(way, request)),
        "sandbox": SimpleLazyObject(partial(_sandbox, request)),
        "unread": SimpleLazyObject(partial(_unread, request)),
        "waits_to_go_on": SimpleLazyObject(partial(_waits_to_go_on, request)),
        "account_menu": SimpleLazyObject(partial(_menu, request)),
        "single_sign_on": SimpleLazyObject(partial(_sign_on, request)),
        "sign_up_open": settings.SIGN_UP_OPEN,
        "time_zone": settings.BILLING_TIME_ZONE,
    }


def _sandbox(request: HttpRequest) -> Sandbox | None:
    """Return the sandbox that the session is in, for the stripe across every page."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    sandbox_id = rights_of(request).sandbox_id
    return None if sandbox_id is None else sandbox(organisation_id=sandbox_id)


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return unread_count(user_id=user.pk)


def _waits_to_go_on(request: HttpRequest) -> bool:
    """Say whether somebody who began something has shown the second factor that it took."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or suspended(request, now=utc_now()) is None:
        return False
    return second_factor.shown_at(request=request, user=user) is not None


def _menu(request: HttpRequest) -> list[MenuItem]:
    items = [*MENU]
    if settings.OIDC_SERVER_URL:
        items.append(("socialaccount_connections", _("Single sign-on")))
    urls = [(text, reverse(name)) for name, text in items]
    return [MenuItem(text, url, url == request.path) for text, url in urls]


def _sign_on(request: HttpRequest) -> list[SignOn]:
    if not settings.OIDC_SERVER_URL:
        return []
    return [
        SignOn(provider.name, provider.get_login_url(request, process="login"))
        for provider in get_adapter().list_providers(request)
    ]

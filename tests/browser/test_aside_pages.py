"""Pages beside the list of the demonstration: errors, the reference, and what asks once more.

Each is seen light and dark, narrow and wide, in Chinese and in English where it speaks both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from playwright.sync_api import Browser, Page

from accounts.permissions import Role
from kernel.clock import utc_now
from portal.style_views import StyleView
from tests import services
from tests.browser.walking import assert_fits, fresh_chromium, violations
from tests.builders.accounts import PASSWORD, make_member, make_organisation, make_user
from tests.builders.sessions import give_second_factor, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FACTORS = "/account/second-factor"
LOOKS = [
    (360, "light", "zh-hans"),
    (1920, "dark", "en"),
    (360, "dark", "en"),
    (1440, "light", "zh-hans"),
]


@dataclass(frozen=True)
class People:
    """Sessions of somebody with factors, of somebody without, and of one who may nothing."""

    with_factors: str
    without: str
    nobody: str
    half: str
    key: int


def session_of(user, *, has_confirmed: bool = True) -> str:
    """Return the cookie of somebody who has signed in, and has just confirmed that it is he."""
    client = signed_in(user)
    session = client.session
    at = utc_now().timestamp()
    record = {"method": "password", "at": at, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record] if has_confirmed else []
    session["account_authentication_methods_user"] = str(user.pk)
    session["suspended"] = {
        "address": "/payments/x/refund",
        "page": "/payments",
        "is_form": True,
        "fields": [["amount", "12.34"]],
        "is_whole": True,
        "at": at,
    }
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def people(transactional_db) -> People:
    services.empty_cache()
    organisation = make_organisation()
    owner, other = (make_member(organisation=organisation, role=Role.OWNER) for _ in range(2))
    give_second_factor(owner)
    RecoveryCodes.activate(owner)
    key = Authenticator.objects.create(
        user=owner, type="webauthn", data={"name": "指纹", "credential": {}}
    )
    return People(
        with_factors=session_of(owner),
        without=session_of(other),
        nobody=session_of(make_user()),
        half=owner.email,
        key=key.pk,
    )


@pytest.fixture
def shared_chromium(people) -> Iterator[Browser]:
    """Run a browser once its people exist: it shares the test's thread."""
    yield from fresh_chromium()


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def see(request, shared_chromium, live_server) -> Callable[..., Page]:
    """Return a way to open a browser of somebody's session, in each look in turn."""
    width, scheme, language = request.param

    def open_page(session: str = "") -> Page:
        context = shared_chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        cookies = {"django_language": language, settings.SESSION_COOKIE_NAME: session}
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in cookies.items()
                if value
            ]
        )
        return context.new_page()

    return open_page


def faults(page: Page, name: str) -> list[str]:
    assert_fits(page, width=page.viewport_size["width"])
    return violations(page, name)


def test_pages_of_errors(people, see, monkeypatch):
    def fails(*_args: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(StyleView, "get", fails)
    nobody, member = see(people.nobody), see(people.without)
    broken: list[str] = []
    for page, address, status in (
        (nobody, "/login?" + "a=1&" * 1_100, 400),
        (nobody, "/usage", 403),
        (nobody, "/nowhere", 404),
        (member, "/style", 500),
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status, address[:20]
        broken += faults(page, f"{status}")
    # A form without its token is refused; the page that says so is what is looked at.
    page = see()
    page.goto("/login")
    page.locator("main [name=csrfmiddlewaretoken]").evaluate("field => field.remove()")
    page.locator("#id_login").fill("a@example.com")
    page.locator("#id_password").fill(PASSWORD)
    with page.expect_navigation() as sent:
        page.locator("#id_password").press("Enter")
    assert sent.value.status == 403
    broken += faults(page, "csrf")
    assert broken == []


def test_the_page_for_who_tries_too_often(people, see, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    page, statuses = see(), []
    for _ in range(2):
        page.goto("/password/forgotten")
        page.locator("#id_email").fill("nobody@example.com")
        with page.expect_navigation() as sent:
            page.locator("#id_email").press("Enter")
        statuses.append(sent.value.status)
    assert statuses[-1] == 429
    assert faults(page, "too often") == []


def test_pages_that_ask_who_one_is_once_more(people, see):
    broken: list[str] = []
    page = see(people.with_factors)
    for path in (
        "/account/confirm/code",
        "/account/resume",
        f"{FACTORS}/app/remove",
        f"{FACTORS}/codes",
        f"{FACTORS}/codes/new",
        f"{FACTORS}/keys/{people.key}",
        f"{FACTORS}/keys/{people.key}/remove",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, page.url.endswith(path)) == (200, True), path
        broken += faults(page, path)
    page = see(people.without)
    for path in (f"{FACTORS}/app", f"{FACTORS}/keys/add"):
        page.goto(path)
        assert page.url.endswith(path)
        broken += faults(page, path)
    page = see()
    page.goto("/login")
    page.locator("#id_login").fill(people.half)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url("**/login/second-factor**")
    broken += faults(page, "second factor at log-in")
    assert broken == []


def test_the_admins_door_and_the_first_page_of_a_newcomer(people, see):
    page = see()
    page.goto("/admin/login/")
    assert "/login" in page.url
    broken = faults(page, "admin's door")
    page = see(people.without)
    page.goto("/")
    assert page.locator("[data-step]").count() == 4
    broken += faults(page, "newcomer")
    assert broken == []

"""People in a real browser: an owner invites, somebody new joins; no script, both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.core import mail
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from demo.browser import NoBrowser, browser, find
from portal.tasks import send_notifications
from tests import services
from tests.browser.walking import assert_fits, follow
from tests.builders.accounts import PASSWORD, make_member, make_organisation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/account",
    "/account/email",
    "/account/password",
    "/account/second-factor",
    "/account/sessions",
    "/organisations/qinglan/members",
)


@dataclass(frozen=True)
class Words:
    """What stands on the buttons and fields of one language."""

    code: str
    email: str
    password: str
    again: str
    sign_in: str
    sign_up: str
    confirm: str
    role: str
    developer: str
    invite: str
    accept: str


CHINESE = Words(
    code="zh-hans",
    email="邮箱",
    password="密码",
    again="密码（重复）",
    sign_in="登录",
    sign_up="注册",
    confirm="确认",
    role="角色",
    developer="开发者",
    invite="发送邀请",
    accept="接受",
)
ENGLISH = Words(
    code="en",
    email="E-mail address",
    password="Password",
    again="Password (again)",
    sign_in="Sign in",
    sign_up="Sign Up",
    confirm="Confirm",
    role="Role",
    developer="developer",
    invite="Send the invitation",
    accept="Accept",
)
Open = Callable[..., Page]


@pytest.fixture
def owner(transactional_db) -> User:
    services.empty_cache()
    return make_member(organisation=make_organisation(code="qinglan", name="青岚视觉"))


@pytest.fixture
def chromium(owner) -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


@pytest.fixture
def visit(chromium, live_server) -> Open:
    """Return a way to open a browser of one's own, in a language."""

    def open_page(words: Words, **options: object) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        context.add_cookies(
            [{"name": "django_language", "value": words.code, "url": live_server.url}]
        )
        return context.new_page()

    return open_page


def sign_in(page: Page, words: Words, email: str) -> None:
    page.goto("/login")
    # As a person, who types once the page has put the cursor there; sooner, Chromium complains.
    expect(page.get_by_label(words.email)).to_be_focused()
    page.get_by_label(words.email).fill(email)
    page.get_by_label(words.password).fill(PASSWORD)
    follow(page.get_by_role("button", name=words.sign_in, exact=True))


def _send_what_waits() -> None:
    try:
        send_notifications()
    finally:
        connection.close()


def link(part: str) -> str:
    """Send what waits, and return the newest link to a page below `part`."""
    # Playwright keeps an event loop running in this thread, where Django refuses its database.
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        elsewhere.submit(_send_what_waits).result()
    texts = [message.body for message in reversed(mail.outbox) if f"/{part}/" in message.body]
    return re.search(rf"http://[^/]+(/{part}/\S+)", texts[0])[1]


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words.code)
def test_an_owner_invites_and_somebody_new_joins(owner, visit, words):
    # given an owner at the desk of his organisation
    desk = visit(words, java_script_enabled=False)
    sign_in(desk, words, owner.email)
    desk.goto("/organisations/qinglan/members")
    # when he invites a developer, who makes himself an account
    desk.get_by_label(words.email).fill("new@example.com")
    desk.get_by_label(words.role, exact=True).select_option(label=words.developer)
    desk.get_by_role("button", name=words.invite).click()
    desk.get_by_text("new@example.com").wait_for()
    guest = visit(words, java_script_enabled=False)
    guest.goto(link("invitations"))
    follow(guest.locator("a[href^='/sign-up']"))
    guest.locator("#id_email").fill("new@example.com")
    guest.locator("#id_password1").fill(PASSWORD)
    guest.locator("#id_password2").fill(PASSWORD)
    guest.get_by_role("button", name=words.sign_up).click()
    guest.wait_for_url("**/verify")
    guest.goto(link("verify"))
    follow(guest.get_by_role("button", name=words.confirm))
    sign_in(guest, words, "new@example.com")
    guest.goto("/account")
    guest.get_by_role("button", name=words.accept).click()
    # then each sees the other
    guest.get_by_text("青岚视觉").wait_for()
    assert guest.get_by_text(words.developer).count() == 1
    desk.goto("/organisations/qinglan/members")
    assert desk.locator("main").get_by_text("new@example.com").count() == 1


@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_of_an_account_complains_or_is_wider_than_the_screen(owner, visit, width):
    page = visit(CHINESE, viewport={"width": width, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    sign_in(page, CHINESE, owner.email)
    page.goto("/account/confirm")

    for path in PAGES:
        page.goto(path)
        assert_fits(page, width=width)

    assert complaints == []

"""Passkeys in a real browser with an authenticator of its own, under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from accounts.models import User
from accounts.permissions import Staff
from demo.browser import NoBrowser, browser, find
from tests import services
from tests.browser.walking import violations
from tests.builders.accounts import PASSWORD, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officer(transactional_db) -> User:
    services.empty_cache()
    return make_staff(role=Staff.FINANCE)


@pytest.fixture
def page(officer, live_server) -> Iterator[Page]:
    """Give a page of a browser that has a fingerprint reader, and fail on any complaint of it."""
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        found = running.new_page(base_url=live_server.url)
        complaints: list[str] = []
        found.on("console", lambda message: complaints.append(message.text))
        found.on("pageerror", lambda error: complaints.append(str(error)))
        session = found.context.new_cdp_session(found)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield found
        assert complaints == []


def test_an_officer_sets_up_a_passkey_and_signs_in_with_it_alone(page, officer):
    # given an officer without a second factor: everything leads to where one is set up
    page.goto("/login")
    page.get_by_label("邮箱").fill(officer.email)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/account/second-factor")
    # when he adds a passkey
    page.locator("a[href='/account/second-factor/keys/add']").click()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()
    page.get_by_label("密钥名称").fill("指纹")
    page.locator("#id_passwordless").check()
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**/account/second-factor/codes")
    # then the pages are open to him, and the passkey alone signs him in again
    page.goto("/account")
    assert page.get_by_text("已设置").count() == 1
    page.get_by_role("button", name="退出").click()
    page.goto("/login")
    page.get_by_role("button", name="使用通行密钥登录").click()
    page.wait_for_url(lambda url: not url.endswith("/login"))
    page.goto("/account")
    assert page.get_by_text(officer.email).count() > 0
    # and the page that asks for it again is accessible
    page.goto("/account/confirm/key")
    assert violations(page, "passkey again") == []

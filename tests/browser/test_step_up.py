"""A second factor that grew old in a real browser: asked for again, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from playwright.sync_api import Browser, expect

from accounts.permissions import Role
from compute_billing.payments.models import Refund
from kernel.clock import utc_now
from tests import services
from tests.browser.walking import assert_fits, follow, fresh_chromium
from tests.builders.accounts import PASSWORD, make_member
from tests.builders.payments import make_payment, pay
from tests.builders.stripe import stand_in
from tests.compute_billing.payments.conftest import payer
from tests.portal.test_own_account import SECRET, code_for

__all__ = ["payer"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Language, width, what stands on the buttons, and what the question says.
CHINESE = ("zh-hans", 360, "登录", "确认", "立即提交", "您填写的内容已保留")
ENGLISH = ("en", 1440, "Sign in", "Confirm", "Send it now", "what you typed is kept")


@pytest.fixture
def paid(payer):
    """Give an owner with a second factor, and where the page of his payment is."""
    services.empty_cache()
    with stand_in():
        owner = make_member(organisation=payer.tenant, role=Role.OWNER)
        TOTP.activate(owner, SECRET)
        payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
        yield owner, f"/payments/{payment.public_id}"


@pytest.fixture
def shared_chromium(paid) -> Iterator[Browser]:
    """Run a browser once its people exist: it shares the test's thread."""
    yield from fresh_chromium()


def _refunds() -> list[int]:
    try:
        return list(Refund.objects.values_list("amount_fen", flat=True))
    finally:
        connection.close()


def refunded() -> list[int]:
    # Playwright keeps an event loop running in this thread, where Django refuses its database.
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        return elsewhere.submit(_refunds).result()


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words[0])
def test_a_refund_waits_for_a_fresh_factor_and_is_sent_by_hand(
    paid, quiet_page, live_server, monkeypatch, words
):
    language, width, sign_in, confirm, send, kept = words
    owner, address = paid
    # given an owner who signed in with his factor a while ago
    page = quiet_page(base_url=live_server.url, viewport={"width": width, "height": 844})
    cookie = {"name": "django_language", "value": language, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"/login?next={address}")
    expect(page.locator("#id_login")).to_be_focused()
    page.locator("#id_login").fill(owner.email)
    page.locator("#id_password").fill(PASSWORD)
    follow(page.get_by_role("button", name=sign_in, exact=True))
    page.locator("#id_code").fill(code_for())
    page.locator("#id_code").press("Enter")
    page.wait_for_url(f"**{address}")
    an_hour_later = utc_now() + timedelta(hours=1)
    monkeypatch.setattr("portal.step_up.utc_now", lambda: an_hour_later)
    # when he takes money back, he is asked to show it again
    page.locator("#id_amount").fill("12.34")
    follow(page.locator("form[action$='/refund'] button"))
    expect(page.locator(".messages")).to_contain_text(kept)
    assert_fits(page, width=width)
    monkeypatch.setattr("portal.step_up.utc_now", utc_now)
    services.empty_cache()  # a code works once, and the next one comes in half a minute
    page.locator("#id_code").fill(code_for())
    follow(page.get_by_role("button", name=confirm, exact=True))
    # then nothing was done yet, and what he typed is sent by his own hand
    assert refunded() == []
    assert_fits(page, width=width)
    follow(page.get_by_role("button", name=send, exact=True))
    assert page.url.endswith(address)
    assert refunded() == [1_234]

"""Pay in by Checkout in a real browser: from the log-in to the money on the balance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page

from demo.browser import NoBrowser, browser, find, sign_in
from demo.cast import MAIL, PASSWORD
from tests.browser.walking import assert_fits, follow

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    """What a person reads and presses on the way, in his language."""

    switch: str | None
    money: str
    balance: str
    pay_in: str
    amount: str
    go_on: str
    refresh: str


CHINESE = Words(
    switch=None,
    money="资金",
    balance="余额",
    pay_in="充值",
    amount="金额（元）",
    go_on="去支付",
    refresh="刷新",
)
ENGLISH = Words(
    switch="English",
    money="Money",
    balance="Balance",
    pay_in="Pay in",
    amount="Amount in yuan",
    go_on="Go on to pay",
    refresh="Refresh",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


def balance(page: Page) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", page.locator("dd[data-figure=balance]").inner_text()))


def begin(page: Page, *, base: str, words: Words, yuan: str) -> Decimal:
    """Walk from the log-in to the payment page, and return the balance on the way."""
    sign_in(page, base=base, email=f"qinglan@{MAIL}", password=PASSWORD)
    if words.switch is not None:
        page.get_by_role("button", name=words.switch).click()
    follow(page.get_by_role("link", name=words.money, exact=True))
    before = balance(page)
    follow(page.get_by_role("link", name=words.pay_in, exact=True))
    page.get_by_label(words.amount, exact=True).fill(yuan)
    follow(page.get_by_role("button", name=words.go_on, exact=True))
    return before


def paid_balance(page: Page, *, words: Words) -> Decimal:
    """Wait until the payment is shown as paid, and return the balance after it."""
    page.locator("[data-state=paid]").wait_for()
    follow(page.locator("#progress").get_by_role("link", name=words.balance, exact=True))
    return balance(page)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_from_log_in_to_the_money_on_the_balance(chromium, demonstration, words, width):
    # given a buyer at his screen, in his language
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    # when he pays in 120.50 yuan by card on the provider's page
    before = begin(page, base=demonstration.base, words=words, yuan="120.50")
    follow(page.locator("button[value=card]"))
    assert_fits(page, width=width)
    # then the money stands on his balance, and nobody had to reload anything
    assert paid_balance(page, words=words) == before + Decimal("120.50")
    assert_fits(page, width=width)
    context.close()


def test_it_works_without_javascript(chromium, demonstration):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    before = begin(page, base=demonstration.base, words=CHINESE, yuan="88.00")
    follow(page.locator("button[value=alipay]"))

    assert paid_balance(page, words=CHINESE) == before + Decimal(88)
    context.close()


def test_who_goes_away_from_the_payment_page_is_charged_nothing_and_can_go_on(
    chromium, demonstration
):
    # given a buyer without JavaScript who comes back without having paid
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    before = begin(page, base=demonstration.base, words=CHINESE, yuan="66.00")
    follow(page.locator("button[value=cancel]"))
    page.locator("[data-state=open]").wait_for()
    # when he goes on after all, where the page offers it
    follow(page.get_by_role("link", name=CHINESE.go_on, exact=True))
    follow(page.locator("button[value=wechat_pay]"))
    # then it is paid once
    assert paid_balance(page, words=CHINESE) == before + Decimal(66)
    context.close()

"""An owner is told, reads, and lets his own program hear: both languages, without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect
from standardwebhooks import Webhook

from accounts.events.relay import relay
from accounts.events.vocabulary import BalanceLow
from accounts.models import Notification, Organisation, User, WebhookEndpoint
from accounts.permissions import Role
from accounts.webhooks.sending import send_waiting
from demo.browser import NoBrowser, browser, find, sign_in
from kernel.clock import utc_now
from kernel.money import Money
from tests import services
from tests.browser.walking import assert_fits, follow
from tests.builders.accounts import NOW, PASSWORD, make_member, make_organisation
from tests.builders.webhooks import happens, make_endpoint, rejected
from tests.receiver import receiving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOW = BalanceLow(balance=Money(1_234_560_000), days_left=3, threshold_days=7)
T = TypeVar("T")
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@dataclass(frozen=True)
class Words:
    """What stands on the pages in one language."""

    code: str
    bell: str
    quiet: str
    low: str
    address: str
    make: str
    ping: str
    delivered: str


LANGUAGES = (
    Words(
        code="zh-hans",
        bell="1 条新通知",
        quiet="通知",
        low="余额 ¥ 1,234.56，按目前消耗速度还可用 3 天。",
        address="地址",
        make="新建端点",
        ping="发送测试",
        delivered="已送达",
    ),
    Words(
        code="en",
        bell="1 new notification",
        quiet="Notifications",
        low="¥ 1,234.56 are left, which is enough for 3 days at the present pace.",
        address="Address",
        make="Make the endpoint",
        ping="Send a ping",
        delivered="delivered",
    ),
)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


@pytest.fixture
def organisation(transactional_db) -> Organisation:
    services.empty_cache()
    return make_organisation(code="qinglan", name="青岚智能")


@pytest.fixture
def owner(organisation) -> User:
    """Make an owner whose balance runs low."""
    made = make_member(organisation=organisation, role=Role.OWNER)
    relay(now=NOW)
    Notification.objects.all().delete()
    happens(LOW, organisation=organisation, now=utc_now())
    return made


@pytest.fixture
def failing(organisation, owner) -> WebhookEndpoint:
    """Make an endpoint whose name nobody knows, and let it miss something."""
    made = make_endpoint(
        organisation=organisation, url="https://hooks.qinglan.invalid/suanji", now=utc_now()
    ).endpoint
    happens(*(rejected(number) for number in range(1, 6)), organisation=organisation, now=utc_now())
    send_waiting(clock=utc_now)
    return made


def apart(work: Callable[[], T]) -> T:
    """Work with the database beside the browser, whose loop holds this thread."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()


def visitor(chromium: Browser, live_server, *, words: Words, size: tuple[int, int]) -> Page:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=False
    )
    context.add_cookies([{"name": "django_language", "value": words.code, "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: words.code)
def test_he_is_told_and_his_program_hears(owner, chromium, live_server, settings, words):
    settings.WEBHOOK_LOOPBACK = True
    # given an owner whose balance runs low
    page = visitor(chromium, live_server, words=words, size=SIZES["phone"])
    page.goto(f"{live_server.url}/login")
    page.fill("#id_login", owner.email)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{live_server.url}/")
    # when he follows the bell and what it tells
    follow(page.get_by_role("link", name=words.bell, exact=True))
    expect(page.get_by_text(words.low)).to_be_visible()
    assert_fits(page, width=SIZES["phone"][0])
    follow(page.get_by_role("button", name=words.low))
    assert page.url == f"{live_server.url}/balance"
    # then the bell is quiet
    expect(page.get_by_role("link", name=words.quiet, exact=True).first).to_be_visible()
    # and when he names the address of his program, it hears a ping that it can verify
    with receiving() as receiver:
        page.goto(f"{live_server.url}/organisations/qinglan/webhooks")
        page.get_by_label(words.address, exact=True).fill(receiver.url)
        page.get_by_role("button", name=words.make).click()
        secret = page.locator("[data-secret]").inner_text()
        follow(page.get_by_role("link", name=receiver.url))
        page.get_by_role("button", name=words.ping).click()
        page.wait_for_load_state("load")
        assert apart(partial(send_waiting, clock=utc_now)) == 1
        (heard,) = receiver.heard
        assert Webhook(secret).verify(heard.body, heard.headers)["type"] == "ping"
    page.reload()
    expect(page.locator("tbody")).to_contain_text(words.delivered)
    assert_fits(page, width=SIZES["phone"][0])


def test_the_pages_fit_and_say_what_is_wrong(owner, failing, chromium, live_server):
    for width, height in SIZES.values():
        page = chromium.new_page(viewport={"width": width, "height": height})
        sign_in(page, base=live_server.url, email=owner.email, password=PASSWORD)
        for address in (
            "/notifications",
            "/account/notifications",
            "/organisations/qinglan/webhooks",
            f"/organisations/qinglan/webhooks/{failing.public_id}",
        ):
            page.goto(f"{live_server.url}{address}")
            assert_fits(page, width=width)
        expect(page.locator("tbody")).to_contain_text("域名无法解析")
        page.close()

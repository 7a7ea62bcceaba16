"""The operator's main story in a real browser: a reject is mended, tried again, and charged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.browser import NoBrowser, browser, find, sign_in
from demo.cast import MAIL, PASSWORD
from tests.browser.walking import assert_fits, follow

pytestmark = pytest.mark.browser

TENANT = "mochi-archives"
WAIT_MS = 60_000


@dataclass(frozen=True)
class Words:
    """What a person reads and presses on the way, in his language."""

    switch: str | None
    account: str
    operations: str
    rejects: str
    tenant: str
    map: str
    done: str
    show: str
    usage: str
    conflicts: str
    differs: str
    prices: str
    waiting: str


CHINESE = Words(
    switch=None,
    account="guest-07",
    operations="运营",
    rejects="拒收",
    tenant="租户",
    map="设定归属",
    done="已完成",
    show="查看",
    usage="用量",
    conflicts="冲突",
    differs="不同",
    prices="价格",
    waiting="待他人批准",
)
ENGLISH = Words(
    switch="English",
    account="guest-08",
    operations="Operations",
    rejects="Rejects",
    tenant="Tenant",
    map="Map the account",
    done="Done",
    show="Show",
    usage="Usage",
    conflicts="Conflicts",
    differs="differs",
    prices="Prices",
    waiting="Waiting for a second pair of eyes",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


def tab(page: Page, name: str) -> None:
    follow(page.locator("nav.pages").get_by_role("link", name=name, exact=True))


def enter(page: Page, *, base: str, words: Words) -> None:
    sign_in(page, base=base, email=f"operator@{MAIL}", password=PASSWORD)
    if words.switch is not None:
        page.get_by_role("button", name=words.switch).click()
    follow(page.get_by_role("link", name=words.operations, exact=True))


def mend(page: Page, *, words: Words, reloads: bool = False) -> str:
    """Map the account of a reject and have its rejects tried again; return a job's name."""
    tab(page, words.rejects)
    page.locator("#account").fill(words.account)
    page.locator("form.filters").get_by_role("button", name=words.show).click()
    expect(page.locator("tr[data-row]").first).to_contain_text(words.account)
    job = page.locator("tr[data-row]").first.get_attribute("data-row")
    assert job is not None
    follow(page.locator("tr[data-row]").first.get_by_role("link"))
    page.get_by_label(words.tenant, exact=True).select_option(TENANT)
    follow(page.get_by_role("button", name=words.map))
    for _ in range(60 if reloads else 0):
        if page.locator("#progress .main").inner_text().strip() == words.done:
            break
        page.wait_for_timeout(1_000)
        page.reload()
    expect(page.locator("#progress .main")).to_have_text(words.done, timeout=WAIT_MS)
    expect(page.locator("#progress [data-figure=accepted]")).to_have_text("2")
    return job


def assert_charged(page: Page, *, base: str, job: str) -> None:
    """Look for the job among its tenant's usage until it has an amount."""
    for _ in range(60):
        page.goto(f"{base}/usage?tenant={TENANT}&job={job}")
        gross = page.locator("tr[data-record] [data-figure=gross]")
        if gross.count() and re.search(r"[1-9]", gross.first.inner_text()):
            assert page.locator("tr[data-record] .badge").count() == 0
            return
        page.wait_for_timeout(1_000)
    pytest.fail(f"{job} was never charged")


@pytest.mark.parametrize(
    ("words", "width"), [(CHINESE, 1440), (ENGLISH, 360)], ids=["zh-1440", "en-360"]
)
def test_from_log_in_to_the_use_that_stands_there_charged(chromium, demonstration, words, width):
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))

    enter(page, base=demonstration.base, words=words)
    assert_fits(page, width=width)
    job = mend(page, words=words)
    assert_fits(page, width=width)
    assert_charged(page, base=demonstration.base, job=job)

    page.goto(f"{demonstration.base}/operator/conflicts")
    follow(page.locator("tr[data-row] a").first)
    expect(page.locator("tr.differs").first).to_contain_text(words.differs)
    assert_fits(page, width=width)
    tab(page, words.prices)
    expect(page.get_by_role("heading", name=words.waiting)).to_be_visible()
    follow(page.locator("tr[data-row] a").first)
    assert page.locator("[data-sum=difference]").inner_text() != ""
    assert_fits(page, width=width)
    assert problems == [], "the security policy was broken, or something failed to load"
    context.close()


def test_the_story_works_without_javascript(chromium, demonstration):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    words = Words(**{**CHINESE.__dict__, "account": "guest-09"})

    enter(page, base=demonstration.base, words=words)
    job = mend(page, words=words, reloads=True)

    assert_charged(page, base=demonstration.base, job=job)
    context.close()

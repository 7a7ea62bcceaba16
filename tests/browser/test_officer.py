"""The officers' main story in a real browser: a settled month, its fund, and who decided it."""

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


@dataclass(frozen=True)
class Words:
    """What a person reads and presses on the way, in his language."""

    switch: str | None
    public_money: str
    october: str
    done: str
    funds: str
    awards: str
    audit: str
    what: str
    claim: str
    show: str
    holds: str


CHINESE = Words(
    switch=None,
    public_money="财政资金",
    october="2026年10月结算进度",
    done="已全部结算。",
    funds="补贴资金",
    awards="补贴额度",
    audit="审计",
    what="操作",
    claim="生成申领",
    show="查看",
    holds="哈希链完整",
)
ENGLISH = Words(
    switch="English",
    public_money="Public money",
    october="Settlement run of October 2026",
    done="Everything is settled.",
    funds="Funds",
    awards="Awards",
    audit="Audit",
    what="Did what",
    claim="made a claim",
    show="Show",
    holds="The chain holds",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


def amount(text: str) -> str:
    return re.sub(r"[¥,\s]", "", text)


def audit_a_month(page: Page, *, base: str, words: Words) -> list[str]:
    """Walk from the log-in to the proof of the claim of October; return the pages on the way."""
    sign_in(page, base=base, email=f"finance@{MAIL}", password=PASSWORD)
    if words.switch is not None:
        page.get_by_role("button", name=words.switch).click()
    follow(page.get_by_role("link", name=words.public_money, exact=True))
    page.goto(f"{base}/settlement?month=2026-10")
    page.get_by_role("heading", name=words.october, exact=True).wait_for()
    expect(page.locator("#progress")).to_contain_text(words.done)
    settled = page.locator('tr[data-step="settled"]').count()
    assert page.locator("tr[data-tenant]").count() == settled > 0
    claimed = amount(page.locator("tr[data-claim] [data-figure=amount]").first.inner_text())
    seen = [page.url]
    follow(page.get_by_role("link", name=words.funds, exact=True))
    follow(page.locator("tr[data-fund]").first.get_by_role("link"))
    page.get_by_role("heading", name=words.awards, exact=True).wait_for()
    assert page.locator("tr[data-award]").count() > 0
    seen.append(page.url)
    follow(page.get_by_role("link", name=words.audit, exact=True))
    seen.append(page.url)
    page.get_by_label(words.what, exact=True).select_option(label=words.claim)
    follow(page.get_by_role("button", name=words.show))
    follow(page.locator("tr[data-decision]").first.get_by_role("link"))
    expect(page.locator("[data-proof=holds]")).to_contain_text(words.holds)
    # The entry says what the claim says, in micro-yuan.
    told = int(claimed.replace(".", ""))
    expect(page.locator("main")).to_contain_text(f"{told}")
    return [*seen, page.url]


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_from_a_settled_month_to_the_proof_of_its_claim(chromium, demonstration, words, width):
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))

    seen = audit_a_month(page, base=demonstration.base, words=words)

    for address in seen:
        page.goto(address)
        assert_fits(page, width=width)
    assert problems == [], "the security policy was broken, or something failed to load"
    context.close()


def test_the_story_works_without_javascript(chromium, demonstration):
    context = chromium.new_context(java_script_enabled=False)

    audit_a_month(context.new_page(), base=demonstration.base, words=CHINESE)

    context.close()

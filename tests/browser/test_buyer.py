"""The buyer's main story in a real browser: from log-in to the line that reported a job."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
    overview: str
    lasts: str
    estimate: str
    reckon: str
    usage: str
    month: str
    october: str
    job: str
    show: str
    why: str
    reported: str
    place: str
    billing: str
    total: str


CHINESE = Words(
    switch=None,
    overview="总览",
    lasts="可用天数",
    estimate="价格估算",
    reckon="估算",
    usage="用量",
    month="月份",
    october="2026年10月用量",
    job="作业",
    show="查看",
    why="价格与承担方",
    reported="上报来源",
    place=r"第 [\d,]+ 条",
    billing="账务",
    total="合计",
)
ENGLISH = Words(
    switch="English",
    overview="Overview",
    lasts="Days left",
    estimate="Price estimate",
    reckon="Reckon",
    usage="Usage",
    month="Month",
    october="Usage of October 2026",
    job="Job",
    show="Show",
    why="Prices, and who pays",
    reported="The line that reported it",
    place=r"record [\d,]+",
    billing="Billing",
    total="Total",
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


def look_and_estimate(page: Page, *, words: Words) -> None:
    """Read the overview, and what use would cost, who would pay, and from what."""
    page.get_by_role("heading", name=words.overview, exact=True).wait_for()
    assert page.get_by_text(words.lasts, exact=True).is_visible()
    told = page.locator("dd[data-figure=balance]").inner_text()
    assert page.locator("tr[data-burner]").count() > 0
    follow(page.get_by_role("link", name=words.estimate, exact=True))
    page.locator("#id_cards").fill("8")
    page.locator("#id_hours").fill("24")
    follow(page.get_by_role("button", name=words.reckon, exact=True))
    assert re.search(r"[1-9]", page.locator("[data-sum=gross]").inner_text())
    follow(page.get_by_role("link", name=words.overview, exact=True))
    assert page.locator("dd[data-figure=balance]").inner_text() == told, "an estimate costs nothing"


def follow_a_job(page: Page, *, base: str, words: Words) -> None:
    """Walk from the log-in to a job's source line and back to the bill; assert what is read."""
    sign_in(page, base=base, email=f"lixing@{MAIL}", password=PASSWORD)
    if words.switch is not None:
        page.get_by_role("button", name=words.switch).click()
    look_and_estimate(page, words=words)
    follow(page.get_by_role("link", name=words.usage, exact=True))
    page.get_by_label(words.month, exact=True).select_option("2026-10")
    page.get_by_role("button", name=words.show).click()
    page.get_by_role("heading", name=words.october, exact=True).wait_for()
    first = page.locator("tr[data-record]").first
    job = first.get_by_role("link").inner_text()
    gross = first.locator("[data-figure=gross]").inner_text()
    page.get_by_label(words.job, exact=True).fill(job)
    follow(page.get_by_role("button", name=words.show))
    follow(page.locator("tr[data-record]").first.get_by_role("link"))
    page.get_by_role("heading", name=words.why).wait_for()
    page.get_by_role("heading", name=words.reported).wait_for()
    assert amount(page.locator("[data-sum=gross]").inner_text()) == amount(gross)
    assert re.search(words.place, page.locator("[data-line=origin]").inner_text())
    follow(page.get_by_role("link", name=words.billing, exact=True))
    follow(page.locator("tr[data-bill]").first.get_by_role("link"))
    assert words.total in page.locator(".grand").inner_text()


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_from_log_in_to_the_line_that_reported_a_job(chromium, demonstration, words, width):
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))

    follow_a_job(page, base=demonstration.base, words=words)

    page.goto(f"{demonstration.base}/")
    assert_fits(page, width=width)
    for path in ("/usage?month=2026-10", "/statements"):
        page.goto(f"{demonstration.base}{path}")
        assert_fits(page, width=width)
        follow(page.locator("tbody a").first)
        assert_fits(page, width=width)
    assert problems == [], "the security policy was broken, or something failed to load"
    context.close()


def test_the_story_works_without_javascript(chromium, demonstration):
    context = chromium.new_context(java_script_enabled=False)

    follow_a_job(context.new_page(), base=demonstration.base, words=CHINESE)

    context.close()

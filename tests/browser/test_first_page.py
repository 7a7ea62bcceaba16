"""The first page as a person sees it: in a real browser, on a demonstration that really ran."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from demo.browser import NoBrowser, browser, find, sign_in
from demo.cast import MAIL, PASSWORD
from tests.browser.walking import assert_fits
from tests.demo.test_running import command

pytestmark = pytest.mark.browser
FIGURES = ("gross", "discount", "subsidy", "paid", "arrears")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def shown_rows(page: Page) -> dict[str, dict[str, str]]:
    """Return the digits that a person sees in each row, as plain numbers."""
    rows = {}
    for row in page.locator("tr[data-tenant]").all():
        cells = {
            cell.get_attribute("data-figure"): re.sub(r"[,\s]", "", cell.inner_text())
            for cell in row.locator("td").all()
        }
        rows[row.get_attribute("data-tenant")] = cells
    return rows


def same(shown: str, exact: str) -> bool:
    """Compare; of an amount in whole fen only the fen are shown."""
    return shown.replace("−", "-") == exact.removesuffix("0000")


def test_what_staff_see_is_what_the_settlement_command_says(page, demonstration):
    sign_in(page, base=demonstration.base, email=f"finance@{MAIL}", password=PASSWORD)
    document = command(demonstration, "settlement", "2026-10")
    expected = {row["tenant"]: row for row in document["tenants"]} | {"total": document["total"]}

    shown = shown_rows(page)

    assert set(shown) == set(expected)
    for tenant, row in shown.items():
        for figure in FIGURES:
            assert same(row[figure], expected[tenant][figure]), (tenant, figure)


def test_a_tenant_sees_its_own_row_only(page, demonstration):
    sign_in(page, base=demonstration.base, email=f"lixing@{MAIL}", password=PASSWORD)
    page.goto(f"{demonstration.base}/settled")

    assert set(shown_rows(page)) == {"lixing-driving"}
    assert "青岚" not in page.inner_text("body")
    assert page.locator("ol.path > li").count() == 6


def test_the_chart_draws_each_day_with_its_figure(page, demonstration):
    sign_in(page, base=demonstration.base, email=f"auditor@{MAIL}", password=PASSWORD)
    page.wait_for_load_state("load")

    canvas = page.locator("canvas[data-chart]")
    drawn = canvas.evaluate("canvas => Chart.getChart(canvas).data.datasets[0].data")
    page.get_by_text("以表格查看").click()
    told = page.locator(".day-table td").all_inner_texts()
    assert len(drawn) == len(told) == 31
    assert [f"{hours:,.2f}" for hours in drawn] == told


def test_english_by_the_switch_and_back(page, demonstration):
    sign_in(page, base=demonstration.base, email=f"finance@{MAIL}", password=PASSWORD)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Settlement of October 2026").wait_for()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="2026年10月结算").wait_for()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_is_wider_than_the_screen(chromium, demonstration, width):
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    sign_in(page, base=demonstration.base, email=f"finance@{MAIL}", password=PASSWORD)

    assert_fits(page, width=width)
    assert problems == [], "the security policy was broken, or something failed to load"
    context.close()


def test_everything_works_without_javascript(chromium, demonstration):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, base=demonstration.base, email=f"finance@{MAIL}", password=PASSWORD)

    assert page.locator("tr[data-tenant]").count() == 12
    page.get_by_role("button", name="退出").click()
    page.get_by_role("heading", name="登录").wait_for()
    context.close()


def test_by_keyboard_alone(page, demonstration):
    page.goto(f"{demonstration.base}/")
    page.keyboard.type(f"finance@{MAIL}")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2026年10月结算").wait_for()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.className") == "skip"

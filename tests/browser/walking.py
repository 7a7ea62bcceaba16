"""How a test walks through pages: it looks at a page when that page is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from demo.browser import NoBrowser, browser, find


def fresh_chromium() -> Iterator[Browser]:
    """Run a browser, or skip loudly where there is none."""
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


def follow(link: Locator) -> None:
    """Click a link that leads to another page, and wait until that page has loaded.

    A click returns when it was made; what is evaluated right after it may meet the page that is
    just being torn down.
    """
    page = link.page
    left = page.url
    link.click()
    page.wait_for_url(lambda url: url != left, wait_until="load")


def assert_fits(page: Page, *, width: int) -> None:
    """Assert that nothing on the page is wider than the screen."""
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") == width, page.url


def violations(page: Page, name: str) -> list[str]:
    """Return the rules of accessibility that a page breaks, by axe, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{name}: {each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]

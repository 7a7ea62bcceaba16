"""How a test walks through pages: it looks at a page when that page is there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


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

"""A browser for each file of stories, and a page that fails when it complained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.walking import fresh_chromium


@pytest.fixture(scope="module")
def shared_chromium() -> Iterator[Browser]:
    yield from fresh_chromium()


@pytest.fixture
def quiet_page(shared_chromium) -> Iterator[Callable[..., Page]]:
    """Return a way to open a browser of one's own, of which none may have complained."""
    complaints: list[str] = []
    opened = []

    def open_page(**options: Any) -> Page:
        context = shared_chromium.new_context(**options)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for context in opened:
        context.close()
    assert complaints == [], "the security policy was broken, or something failed to load"

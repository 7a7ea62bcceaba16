"""Every page of the demonstration: accessible by axe, quiet, and no wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Browser

from demo.browser import NoBrowser, browser, find
from demo.pages import PAGES, enter, show, speak
from tests.browser.walking import assert_fits, violations

pytestmark = pytest.mark.browser

BY_PERSON = {
    who: [*shown]
    for who, shown in groupby(sorted(PAGES, key=lambda page: page.who), key=lambda page: page.who)
}
# The narrowest and the widest screen that we promise. Each page is seen on both, once light and
# once dark, once in Chinese and once in English; which goes with which changes from page to page.
LOOKS = [
    (0, 360, "light", "zh-hans"),
    (0, 1920, "dark", "en"),
    (1, 360, "dark", "en"),
    (1, 1920, "light", "zh-hans"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


def test_axe_finds_what_is_wrong(chromium):
    page = chromium.new_page()
    page.set_content('<html lang="en"><title>t</title><main><img src="data:,"></main></html>')

    assert "image-alt" in {found["id"] for found in Axe().run(page).response["violations"]}


@pytest.mark.parametrize("who", BY_PERSON, ids=lambda who: who or "nobody")
@pytest.mark.parametrize(("turn", "width", "scheme", "language"), LOOKS)
def test_every_page_is_accessible_quiet_and_fits(
    chromium, demonstration, who, turn, width, scheme, language
):
    # given somebody of the demonstration, his screen and his language
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    speak(context, base=demonstration.base, language=language)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    enter(page, base=demonstration.base, who=who)
    # when he goes through all that he may see
    broken: list[str] = []
    for shown in BY_PERSON[who][turn::2]:
        show(page, shown, base=demonstration.base)
        assert shown.shows in {"", resolve(urlsplit(page.url).path).url_name}
        assert_fits(page, width=width)
        broken += violations(page, shown.name)
    # then nothing is wider than the screen, breaks a rule of accessibility, or complains
    assert broken == []
    assert complaints == []
    context.close()

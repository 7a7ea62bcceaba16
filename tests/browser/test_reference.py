"""The API's reference in a real browser: packaged assets only, under the policy of the site."""

from __future__ import annotations

import re

import pytest

from demo.browser import NoBrowser, browser, find
from tests.browser.walking import fresh_chromium, violations
from tests.services import REPOSITORY

OPERATION = re.compile(r"operationId: (\S+)")
OPENAPI = REPOSITORY / "docs" / "openapi.yaml"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_reference_shows_every_operation_without_a_complaint(live_server) -> None:
    # given a browser that notes what it complains about, and whom it asks
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    problems: list[str] = []
    asked: set[str] = set()
    with browser() as chromium:
        page = chromium.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        # when the reference is opened, and each subject unfolded in its turn
        page.goto(f"{live_server.url}/api/v1/reference")
        subjects = page.locator("h3.opblock-tag")
        subjects.first.wait_for()
        shown: set[str] = set()
        for place in range(subjects.count()):
            subjects.nth(place).click()
            page.locator(".opblock").first.wait_for()
            ids = page.locator(".opblock").evaluate_all("blocks => blocks.map(block => block.id)")
            shown |= {text.rsplit("-", 1)[1] for text in ids}
            subjects.nth(place).click()
        # then all operations stand there, all from this server, and nothing was complained about
        assert shown == set(OPERATION.findall(OPENAPI.read_text(encoding="utf-8")))
        assert asked == {live_server.url.split("/")[2]}
        assert problems == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1920, "light")])
def test_the_reference_is_accessible(live_server, width, scheme) -> None:
    for chromium in fresh_chromium():
        page = chromium.new_page(
            viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
        )
        page.goto(f"{live_server.url}/api/v1/reference")
        page.locator(".information-container[role=banner]").wait_for()
        assert violations(page, "reference") == []

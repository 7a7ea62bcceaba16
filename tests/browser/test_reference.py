"""The API's reference in a real browser: packaged assets only, under the policy of the site."""

from __future__ import annotations

import pytest

from demo.browser import NoBrowser, browser, find
from tests.services import REPOSITORY

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
        # when the reference is opened, and an operation unfolded
        page.goto(f"{live_server.url}/api/v1/reference")
        page.locator("#operations-balance-balance_retrieve button").first.click()
        page.get_by_text("Return the balance by stage and unit.").wait_for()
        shown = page.locator(".opblock").count()
        # then all operations stand there, all from this server, and nothing was complained about
        assert shown == OPENAPI.read_text(encoding="utf-8").count("operationId:")
        assert asked == {live_server.url.split("/")[2]}
        assert problems == []

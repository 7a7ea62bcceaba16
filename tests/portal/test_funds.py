"""Funds in the portal: every figure of the room, filtered, and taken away whole."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Staff
from tests.builders.accounts import make_staff
from tests.builders.sessions import signed_in
from tests.builders.subsidies import make_fund
from tests.compute_billing.subsidies.test_burn import make_drawn_fund

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12
FIGURE = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</(?:td|dd)>', re.DOTALL)
LINK = re.compile(r'href="(/funds/[^"?]+)"')


@pytest.fixture
def officer() -> Client:
    return signed_in(make_staff(role=Staff.SUBSIDY_OFFICER))


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def figures(page: str) -> dict[str, str]:
    return {
        name: re.sub(r"<small.*?</small>|<[^>]+>|[\s,¥]", "", text)
        for name, text in FIGURE.findall(page)
    }


def content(answer) -> list[str]:
    return b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()


def test_a_fund_says_where_its_money_is(officer):
    make_drawn_fund()

    shown = figures(read(officer, "/funds"))

    assert {name: shown[name] for name in ("appropriated", "awarded", "drawn", "reserved")} == {
        "appropriated": "100.00",
        "awarded": "10.00",
        "drawn": "1.22",
        "reserved": "8.79",
    }
    assert shown["left"] == "90.00"


def test_a_fund_leads_to_its_burn_and_its_awards(officer):
    make_drawn_fund()
    (path,) = LINK.findall(read(officer, "/funds"))

    page = read(officer, path)

    assert 'data-month="2026-11"' in page
    assert page.count("data-award=") == 1
    assert read(officer, path, phase="ended").count("data-award=") == 0
    assert content(officer.get(path, {"file": "csv"}))[1].split(",")[2:6] == [
        *("500000", "10.000000", "2.430000", "1.215000"),
    ]
    assert content(officer.get(path, {"file": "csv", "table": "months"}))[1].endswith("1.215000")
    assert officer.get(path, {"file": "csv", "table": "x"}).status_code == 404
    assert officer.get(f"{path}0").status_code == 404


def test_funds_are_filtered_and_taken_away(officer):
    make_drawn_fund()
    other = make_fund(budget_year=2025)

    page = read(officer, "/funds", year="2025")
    lines = content(officer.get("/funds", {"file": "csv", "programme": other.programme.code}))

    assert re.findall(r'data-fund="([^"]+)"', page) == [other.programme.code]
    assert [line.split(",")[0] for line in lines] == ["programme", other.programme.code]
    assert read(officer, "/funds", year="1999").count("data-fund=") == 0


def test_without_a_fund_the_page_says_what_makes_one(officer):
    assert 'class="empty"' in read(officer, "/funds")


def test_pages_take_few_queries(officer):
    make_drawn_fund()
    (path,) = LINK.findall(read(officer, "/funds"))

    for place in ("/funds", path):
        with CaptureQueriesContext(connection) as captured:
            read(officer, place)
        assert len(captured) <= QUERIES_MAX, place

"""The settlement run in the portal: told as it is, started by finance alone, taken away whole."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Staff
from kernel import seals
from kernel.models import AuditEntry
from tests.builders.accounts import make_staff
from tests.builders.invoices import make_use
from tests.builders.market import Market, make_market
from tests.builders.sessions import signed_in
from tests.portal.market_month import make_settled_month, settle

pytestmark = pytest.mark.django_db
QUERIES_MAX = 14
STEP = re.compile(r'data-tenant="([^"]+)" data-step="(\w+)"')
AFTER = datetime(2026, 11, 20, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch) -> None:
    monkeypatch.setattr("portal.settlement_views.utc_now", lambda: AFTER)


@pytest.fixture
def finance() -> Client:
    return signed_in(make_staff(role=Staff.FINANCE))


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def content(answer) -> list[str]:
    return b"".join(answer.streaming_content).decode().lstrip("\ufeff").splitlines()


def make_half_a_month() -> Market:
    """Let one tenant's use be rated, and another's wait for a price."""
    market = make_market(valid_from=datetime(2026, 10, 5, tzinfo=UTC))
    for code in ("priced", "unpriced"):
        market.add_tenant(code, paid_yuan=10)
    make_use(market, "priced")
    make_use(market, "unpriced", start=datetime(2026, 10, 2, tzinfo=UTC))
    return market


def test_before_anything_is_booked_the_page_says_so(finance):
    assert "data-run" not in read(finance, "/settlement")
    assert finance.get("/settlement/progress").status_code == 204


def test_progress_is_drawn_anew_while_something_is_left_and_names_what_a_person_must_do(finance):
    market = make_half_a_month()
    settle(market)

    page = read(finance, "/settlement")

    assert dict(STEP.findall(page)) == {
        market.tenants["priced"].code: "settled",
        market.tenants["unpriced"].code: "parked",
    }
    assert 'data-run="parked"' in page
    assert 'hx-trigger="every 2s"' in page
    assert 'href="/settlement?month=2026-10"' in page, "without JavaScript there is a link"
    assert '<progress value="2" max="4"' in page
    assert "没有适用的价格" in page or "no price" in page
    fragment = read(finance, "/settlement/progress", month="2026-10")
    assert dict(STEP.findall(fragment)) == dict(STEP.findall(page))
    assert "<html" not in fragment


def test_a_settled_month_rests_and_shows_claims_statements_and_the_head(finance):
    make_settled_month()
    seals.seal_entries(now=AFTER)

    page = read(finance, "/settlement", month="2026-10")

    assert 'data-run="done"' in page
    assert "hx-trigger" not in page
    assert page.count("data-claim=") == page.count("data-statement=") == 1
    assert seals.head().to_text() in page
    assert 'action="/settlement/start"' not in page


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("tenants", "settled"),
        ("claims", "draft,1,12.150000"),
        ("statements", "29.160000"),
    ],
)
def test_each_table_is_taken_away_whole(finance, table, row):
    make_settled_month()
    seals.seal_entries(now=AFTER)

    lines = content(finance.get("/settlement", {"file": "csv", "table": table}))

    assert any(row in line for line in lines[1:]), lines
    assert (seals.head().to_text() in lines[1]) == (table != "tenants")
    sheet = finance.get("/settlement", {"file": "xlsx", "table": table})
    b"".join(sheet.streaming_content)
    assert sheet.status_code == 200
    assert finance.get("/settlement", {"file": "csv", "table": "x"}).status_code == 404


def test_finance_starts_it_and_an_entry_says_so(finance):
    make_half_a_month()

    answer = finance.post("/settlement/start", {"month": "2026-10"})

    assert (answer.status_code, answer["Location"]) == (302, "/settlement?month=2026-10")
    assert AuditEntry.objects.filter(action="settlement.request_run").count() == 1


def test_a_month_that_is_not_over_is_not_started(finance, monkeypatch):
    make_half_a_month()
    early = datetime(2026, 10, 31, tzinfo=UTC)
    monkeypatch.setattr("portal.settlement_views.utc_now", lambda: early)

    page = finance.post("/settlement/start", {"month": "2026-10"}, follow=True).content.decode()

    assert 'data-run="not_over"' in page
    assert 'class="error"' in page
    assert not AuditEntry.objects.filter(action="settlement.request_run").exists()


@pytest.mark.parametrize("role", [Staff.AUDITOR, Staff.OPERATOR])
def test_others_look_and_are_offered_no_button(role):
    make_half_a_month()
    client = signed_in(make_staff(role=role))

    assert 'action="/settlement/start"' not in read(client, "/settlement")
    assert client.post("/settlement/start", {"month": "2026-10"}).status_code == 403


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01"])
def test_a_month_that_is_none_is_absent(finance, month):
    for path in ("/settlement", "/settlement/progress"):
        assert finance.get(path, {"month": month}).status_code == 404
    assert finance.post("/settlement/start", {"month": month}).status_code == 404


def test_the_page_takes_few_queries(finance):
    make_settled_month()
    for path in ("/settlement", "/settlement/progress"):
        with CaptureQueriesContext(connection) as captured:
            read(finance, path)
        assert len(captured) <= QUERIES_MAX, path


def test_the_time_of_a_run_is_that_of_its_steps(finance, monkeypatch):
    market = make_half_a_month()
    settle(market)
    later = AFTER + timedelta(days=300)
    monkeypatch.setattr("portal.settlement_views.utc_now", lambda: later)

    assert 'data-run="parked"' in read(finance, "/settlement")

"""The balance: what is left, for how long, and what is owed and why."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from compute_billing.metering import operations as metering
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import HOUR_MS, NOW, Market, instant_ms
from tests.builders.sessions import signed_in
from tests.builders.usage import poll
from tests.portal.market_month import make_settled_month

pytestmark = pytest.mark.django_db

QUERIES_MAX = 18
JOBS = re.compile(r'aria-labelledby="jobs-heading">(.*?)</section>', re.DOTALL)
JOB = re.compile(r'<tr role="row" data-row="([^"]+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</td>', re.DOTALL)
FIGURE = re.compile(r'<dd data-figure="(\w+)">(.*?)</dd>', re.DOTALL)
LEFT = re.compile(r'<td[^>]*data-figure="balance">(.*?)</td>', re.DOTALL)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    monkeypatch.setattr("portal.wallet_views.utc_now", lambda: NOW)


def digits(text: str) -> str:
    return re.sub(r"<[^>]+>|,|\s", "", text).replace("−", "-")


def shown(page: str) -> dict[str, str]:
    return {name: digits(figure) for name, figure in FIGURE.findall(page)}


def jobs_on(page: str) -> list[tuple[str, str]]:
    """Return the name and the row of each job that the page says to run."""
    return [job for section in JOBS.findall(page) for job in JOB.findall(section)]


def member_of(market: Market, name: str, role: Role = Role.FINANCE) -> Client:
    return signed_in(make_member(organisation=market.tenants[name], role=role))


def read(client: Client, **query: str) -> str:
    answer = client.get("/balance", query)
    assert answer.status_code == 200
    return answer.content.decode()


def use_in_november(market: Market) -> None:
    """Let `rich` use 14 card-hours of 34.02 yuan two days ago, half of it subsidised."""
    started = datetime(2026, 11, 18, tzinfo=UTC)
    market.report(
        {
            "account": "rich",
            "started_ms": instant_ms(started),
            "ended_ms": instant_ms(started.replace(hour=7)),
            "milli_cards": 2_000,
            "quantity": 14_000 * HOUR_MS,
        }
    )
    market.rate()


def test_the_balance_lasts_as_long_as_the_pace_of_the_last_week_lets_it():
    market = make_settled_month()
    use_in_november(market)

    page = read(member_of(market, "rich"))

    assert shown(page) == {
        "balance": "70.840000",
        "burn": "2.430000",
        "days_left": "29",
        "arrears": "0.000000",
    }
    assert [digits(left) for left in LEFT.findall(page)] == ["70.840000"]


def test_without_use_there_is_no_pace():
    market = make_settled_month()

    page = read(member_of(market, "rich"))

    assert shown(page)["days_left"] == "–"
    assert "近 7 天无用量" in page


def test_what_is_owed_stands_with_its_cause():
    market = make_settled_month()

    page = read(member_of(market, "poor"))

    assert shown(page)["balance"] == "-4.860000"
    assert shown(page)["arrears"] == "4.860000"
    assert "未预留资金" in page
    assert "尚未充值" in page


def test_staff_choose_a_tenant_and_members_only_their_own():
    market = make_settled_month()
    poor = market.tenants["poor"].code

    staff = signed_in(make_staff(role=Staff.OPERATOR))
    assert shown(read(staff)) == {}
    assert shown(read(staff, tenant=poor))["arrears"] == "4.860000"
    for code in (poor, "nobody"):
        assert member_of(market, "rich").get("/balance", {"tenant": code}).status_code == 404


def observe(market: Market, *, ran_hours: int, told_at: datetime) -> None:
    """Let the scheduler tell that `rich`'s job on two cards has been running for some hours."""
    seen = poll(
        "training",
        0,
        ran_hours,
        account="rich",
        card_type=market.meter.code,
        milli_cards=2_000,
        started_ms=instant_ms(told_at) - ran_hours * HOUR_MS,
        observed_ms=instant_ms(told_at),
    )
    metering.record_batch([seen], source=market.source, import_id=market.import_id, now=NOW)


def test_a_running_job_is_shown_with_what_it_cost_so_far_until_nothing_is_told_of_it():
    market = make_settled_month()
    client = member_of(market, "rich")
    observe(market, ran_hours=50, told_at=NOW - timedelta(hours=1))
    market.rate()

    (job,) = jobs_on(read(client))

    assert job[0] == "training"
    # A hundred card-hours at 2.43; the award has 87.85 left.
    told = {name: digits(figure) for name, figure in CELL.findall(job[1])}
    assert told == {"card_hours": "100.00", "cost": "155.150000"}
    assert jobs_on(read(member_of(market, "poor"))) == []


def test_a_job_of_which_nothing_was_told_for_long_is_not_said_to_run():
    market = make_settled_month()
    observe(market, ran_hours=3, told_at=NOW - timedelta(hours=7))

    assert jobs_on(read(member_of(market, "rich"))) == []


def test_the_lots_can_be_had_as_a_file():
    market = make_settled_month()

    answer = member_of(market, "rich").get("/balance", {"file": "csv"})

    (lot,) = csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (lot["stage"], lot["unit"]) == ("paid", "CNY")
    assert (lot["granted"], lot["left"]) == ("100.000000", "87.850000")


def test_the_page_takes_few_queries():
    market = make_settled_month()
    client = member_of(market, "rich")

    with CaptureQueriesContext(connection) as captured:
        read(client)

    assert len(captured) <= QUERIES_MAX

"""The buyer's first page: one glance says how much, how long, what burns it, what needs him."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.permissions import Role, Staff
from compute_billing.ledger import operations as ledger
from kernel.transactions import transaction
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.market import HOUR_MS, NOW, YUAN, Market, instant_ms
from tests.builders.sessions import signed_in
from tests.portal.market_month import make_settled_month
from tests.portal.test_wallet import digits, observe, shown, use_in_november

pytestmark = pytest.mark.django_db

NOTICE = re.compile(r'data-notice="(\w+)"[^>]*><span>(.*?)</span> <a href="([^"]+)">')
STEP = re.compile(r'data-step="([\w-]+)"')
BURNER = re.compile(r'data-burner="([^"]+)">.*?<td>(.*?)</td><td>(.*?)</td>')
QUERIES_MAX = 18


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    for module in ("overview_views", "wallet_views"):
        monkeypatch.setattr(f"portal.{module}.utc_now", lambda: NOW)


def member_of(market: Market, name: str, role: Role = Role.FINANCE) -> Client:
    return signed_in(make_member(organisation=market.tenants[name], role=role))


def read(client: Client, address: str = "/", **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def notices(page: str) -> dict[str, tuple[str, str]]:
    return {key: (text, url) for key, text, url in NOTICE.findall(page)}


def test_it_says_what_the_balance_says():
    # given money, and a pace of a week
    market = make_settled_month()
    use_in_november(market)
    client = member_of(market, "rich")
    # when both pages are read
    overview, balance = shown(read(client)), shown(read(client, "/balance"))
    # then the figures are those of the balance, in fen
    assert overview == {"balance": "¥70.84", "burn": "¥2.43", "days_left": "29"}
    assert balance["balance"] == "70.840000"
    assert balance["burn"] == "2.430000"
    assert balance["days_left"] == "29"
    assert "预计用至12月19日" in read(client)


def test_what_burns_it_stands_beside_the_chart_and_sums_to_it():
    market = make_settled_month()
    use_in_november(market)
    page = read(member_of(market, "rich"))

    assert BURNER.findall(page) == [(market.meter.code, "14.00", "100.0%")]
    assert "14.00" in page[page.index('id="days-chart"') :]


def test_who_owes_is_told_so_first_and_where_to_pay():
    market = make_settled_month()
    poor = market.tenants["poor"].code

    assert notices(read(member_of(market, "poor"))) == {
        "arrears": ("欠费 ¥ 4.86；下一笔充值先用于结清。", f"/top-up?tenant={poor}")
    }
    viewer = notices(read(member_of(market, "poor", Role.VIEWER)))
    assert viewer["arrears"][1] == f"/balance?tenant={poor}"


@pytest.mark.parametrize(("card_hours", "days", "is_told"), [(37, "6", True), (36, "7", False)])
def test_money_that_lasts_fewer_days_than_people_are_warned_of(card_hours, days, is_told):
    """Given use of this week, of which 1.215 yuan a card-hour is the tenant's, of 87.85."""
    market = make_settled_month()
    started = datetime(2026, 11, 16, tzinfo=UTC)
    market.report(
        {
            "account": "rich",
            "started_ms": instant_ms(started),
            "ended_ms": instant_ms(started + timedelta(hours=card_hours)),
            "milli_cards": 1_000,
            "quantity": 1_000 * card_hours * HOUR_MS,
        }
    )
    market.rate()

    page = read(member_of(market, "rich"))

    assert shown(page)["days_left"] == days
    assert ("low" in notices(page)) is is_told


def test_a_lot_that_expires_soon_with_something_left_is_told():
    market = make_settled_month()
    rich = market.tenants["rich"]
    for days, reference in ((29, "soon"), (31, "later")):
        ledger.grant_promotion_lot(
            tenant_id=rich.pk,
            operator_id=market.operator.pk,
            amount_micro=5 * YUAN,
            reference=reference,
            starts_at=NOW - timedelta(days=1),
            expires_at=NOW + timedelta(days=days),
            now=NOW,
        )

    told = notices(read(member_of(market, "rich")))

    assert told["expiring"][0] == "1 笔未用完的资金或额度将于12月19日到期。"


def test_what_was_told_and_not_read_is_counted():
    market = make_settled_month()
    rich = market.tenants["rich"]
    client = member_of(market, "rich")
    about = {"days_left": 3}
    with transaction():
        notify(kind=Kind.BALANCE_LOW, about=about, subject="s", now=NOW, organisation_id=rich.pk)

    assert notices(read(client))["unread"] == ("1 条未读通知。", "/notifications")


def test_a_running_job_stands_with_what_it_cost_so_far():
    market = make_settled_month()
    observe(market, ran_hours=50, told_at=NOW - timedelta(hours=1))
    market.rate()

    page = read(member_of(market, "rich"))

    row = page[page.index('data-job="training"') :]
    assert (
        digits(re.search(r'data-figure="cost"[^>]*>(.*?)</td>', row, re.DOTALL)[1]) == "155.150000"
    )


def test_a_developer_sees_the_use_and_no_amount():
    market = make_settled_month()
    use_in_november(market)

    page = read(member_of(market, "rich", Role.DEVELOPER))

    assert shown(page) == {}
    assert BURNER.findall(page)
    assert "¥" not in page


def test_a_newcomer_is_shown_where_to_begin_by_what_he_may():
    organisation = make_organisation()
    steps = {
        role: STEP.findall(read(signed_in(make_member(organisation=organisation, role=role))))
        for role in (Role.OWNER, Role.FINANCE, Role.DEVELOPER, Role.VIEWER)
    }

    assert steps == {
        Role.OWNER: ["verify", "try", "estimate", "pay-in"],
        Role.FINANCE: ["estimate", "pay-in"],
        Role.DEVELOPER: ["try", "estimate"],
        Role.VIEWER: ["estimate"],
    }


def test_every_first_step_leads_somewhere():
    owner = signed_in(make_member(organisation=make_organisation(), role=Role.OWNER))
    links = re.findall(r'data-step="[^>]*><h3><a href="([^"]+)"', read(owner))

    assert len(links) == 4
    assert [link for link in links if owner.get(link).status_code != 200] == []


def test_staff_and_sellers_come_to_what_was_settled_and_staff_may_name_a_tenant():
    market = make_settled_month()
    use_in_november(market)
    staff = signed_in(make_staff(role=Staff.AUDITOR))
    seller = member_of(market, "rich", Role.SELLER)

    assert staff.get("/")["Location"] == seller.get("/")["Location"] == "/settled"
    assert shown(read(staff, tenant=market.tenants["rich"].code))["days_left"] == "29"


def test_nobody_sees_another_tenant():
    market = make_settled_month()
    client = member_of(market, "rich")

    for code in (market.tenants["poor"].code, "nobody"):
        assert client.get("/", {"tenant": code}).status_code == 404


@pytest.mark.parametrize("is_new", [True, False])
def test_the_page_takes_few_queries(is_new):
    market = make_settled_month()
    organisation = make_organisation() if is_new else market.tenants["rich"]
    client = signed_in(make_member(organisation=organisation, role=Role.OWNER))

    with CaptureQueriesContext(connection) as captured:
        read(client)

    assert len(captured) <= QUERIES_MAX + (3 if is_new else 0)

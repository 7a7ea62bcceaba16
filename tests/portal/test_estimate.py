"""The estimator: what use would cost, told to whom it concerns, and nothing is left behind."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.permissions import Role, Staff
from kernel.sql import rows
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import Market
from tests.builders.sessions import signed_in
from tests.portal.market_month import make_settled_month

pytestmark = pytest.mark.django_db

SUM = re.compile(r'data-sum="(\w+)">(.*?)</dd>', re.DOTALL)
SHARE = re.compile(r'data-figure="amount"[^>]*>(.*?)</td>', re.DOTALL)


def digits(text: str) -> str:
    return re.sub(r"<[^>]+>|,|\s", "", text)


def member_of(market: Market, name: str, role: Role = Role.FINANCE) -> Client:
    return signed_in(make_member(organisation=market.tenants[name], role=role))


def ask(client: Client, market: Market, **wanted: str) -> str:
    asked = {
        "offer": f"{market.cluster.code}/{market.meter.code}",
        "cards": "2",
        "hours": "50",
        "starts_at": "2026-11-10T08:00",
        **wanted,
    }
    answer = client.get("/estimate", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_estimate_says_the_price_who_pays_and_what_is_missing():
    market = make_settled_month()

    page = ask(member_of(market, "rich"), market)

    # A hundred card-hours at 2.43: the award has 87.85 left, and so has the prepaid money.
    assert {name: digits(figure) for name, figure in SUM.findall(page)} == {
        "tenant": "155.150000",
        "gross": "243.000000",
        "discount": "0.000000",
        "subsidy": "87.850000",
        "card_hours": "100.00",
    }
    assert [digits(amount) for amount in SHARE.findall(page)] == [
        "87.850000",
        "87.850000",
        "67.300000",
    ]
    assert "还差 ¥ 67.30" in page
    assert 'value="2026-11-10T08:00"' in page, "what was typed stays"


def test_asking_charges_nobody():
    market = make_settled_month()
    before = rows("SELECT count(*) AS n FROM rating_charge")

    ask(member_of(market, "rich"), market)

    assert rows("SELECT count(*) AS n FROM rating_charge") == before


def test_a_developer_is_told_the_price_and_not_the_money():
    market = make_settled_month()

    page = ask(member_of(market, "rich", Role.DEVELOPER), market)

    assert "243.00" in page
    assert SHARE.findall(page) == []
    assert "67.30" not in page


def test_what_is_wrong_is_said_and_what_was_typed_stays():
    market = make_settled_month()
    client = member_of(market, "rich")

    nothing = ask(client, market, cards="0", hours="12")
    early = ask(client, market, starts_at="1999-01-01T00:00")

    assert 'value="12"' in nothing
    assert SUM.findall(nothing) == []
    assert "该时段有部分没有价格" in early


def test_staff_choose_a_tenant_and_members_only_their_own():
    market = make_settled_month()
    staff = signed_in(make_staff(role=Staff.OPERATOR))

    assert "请选择租户" in staff.get("/estimate").content.decode()
    assert "243.00" in ask(staff, market, tenant=market.tenants["poor"].code)
    other = {"tenant": market.tenants["poor"].code}
    assert member_of(market, "rich").get("/estimate", other).status_code == 404

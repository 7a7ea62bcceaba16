"""The page of a settled month: who sees what, exactly."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from tests.builders.accounts import make_member, make_organisation, make_staff, make_user
from tests.builders.market import HOUR_MS, instant_ms, make_market
from tests.builders.sessions import signed_in
from tests.portal.market_month import hours_around_midnight, make_settled_month, settle

pytestmark = pytest.mark.django_db

QUERIES_MAX = 11
ROW = re.compile(r'<tr role="row" data-tenant="([^"]+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</td>', re.DOTALL)


def figures(page: str) -> dict[str, dict[str, str]]:
    """Return what stands in each row of the table: digits as shown, without marks and commas."""
    return {
        tenant: {
            figure: re.sub(r"<[^>]+>|,|\s", "", cell).replace("−", "-")
            for figure, cell in CELL.findall(row)
        }
        for tenant, row in ROW.findall(page)
    }


def settlement_document() -> dict:
    out = StringIO()
    call_command("settlement", "2026-10", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_stranger_is_asked_to_sign_in():
    answer = Client().get("/settled")

    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=/settled"


def test_staff_see_every_tenant_as_the_settlement_command_tells_it():
    make_settled_month()
    page = signed_in(make_staff(role=Staff.FINANCE)).get("/settled").content.decode()

    document = settlement_document()
    expected = {row["tenant"]: row for row in [*document["tenants"]]}
    expected["total"] = document["total"]
    shown = figures(page)
    assert set(shown) == set(expected)
    for tenant, row in shown.items():
        for figure in ("gross", "discount", "subsidy", "paid", "arrears"):
            assert row[figure] == expected[tenant][figure], (tenant, figure)
    assert shown["total"]["card_hours"] == "12.00"
    assert shown["total"]["gross"] == "29.160000"
    assert shown["total"]["subsidy"] == "12.150000"


def test_the_balance_is_what_is_left_less_what_is_owed():
    market = make_settled_month()
    page = signed_in(make_staff(role=Staff.AUDITOR)).get("/settled").content.decode()

    shown = figures(page)
    assert shown[market.tenants["rich"].code]["balance"] == "87.850000"
    assert shown[market.tenants["poor"].code]["balance"] == "-4.860000"
    assert shown["total"]["balance"] == "82.990000"


def test_a_member_sees_his_own_organisation_only():
    market = make_settled_month()
    member = make_member(organisation=market.tenants["rich"], role=Role.VIEWER)
    page = signed_in(member).get("/settled").content.decode()

    assert set(figures(page)) == {market.tenants["rich"].code}
    assert market.tenants["poor"].code not in page
    assert market.tenants["poor"].name not in page
    assert "7,680" not in page, "the centre's capacity is no member's business"


def test_a_member_of_nobody_who_used_anything_is_told_that_nothing_is_settled():
    make_settled_month()
    page = signed_in(make_member()).get("/settled").content.decode()

    assert "尚无已结算月份" in page


def test_somebody_without_any_role_is_refused():
    answer = signed_in(make_user()).get("/settled")

    assert answer.status_code == 403
    assert "您无权查看此页" in answer.content.decode()


def test_a_job_over_midnight_counts_on_both_days():
    make_settled_month()
    page = signed_in(make_staff(role=Staff.FINANCE)).get("/settled").content.decode()

    days = dict(re.findall(r'<th scope="row">10月(\d+)日</th><td>([\d.,]+)</td>', page))
    assert days["7"] == "4.00"
    assert days["8"] == "8.00"
    assert days["9"] == "0.00"
    assert len(days) == 31


def test_one_amount_is_followed_to_the_line_of_its_file():
    make_settled_month()
    page = signed_in(make_staff(role=Staff.FINANCE)).get("/settled").content.decode()

    path = page[page.index('<ol class="path">') :]
    text = re.sub(r"<[^>]+>", "", path)
    assert "¥ 12.150000" in text, "the programme's posting and its one share"
    assert "10.00 卡时 × ¥ 2.43" in text
    assert "test.csv" in text
    assert re.search(r"第 [\d,]+ 行", text)


def test_the_amount_that_is_followed_is_of_the_month_that_is_shown():
    # given one run that booked use of two months, more of it in November
    market = make_market()
    market.add_tenant("rich", paid_yuan=1_000)
    market.report(
        {"account": "rich", **hours_around_midnight(before=2, after=3)},
        {
            "account": "rich",
            "started_ms": instant_ms(datetime(2026, 11, 1, tzinfo=UTC)),
            "ended_ms": instant_ms(datetime(2026, 11, 1, 20, tzinfo=UTC)),
            "milli_cards": 2_000,
            "quantity": 2_000 * 20 * HOUR_MS,
        },
    )
    market.rate()
    settle(market)
    # when the page of October is read
    page = signed_in(make_staff(role=Staff.AUDITOR)).get("/settled").content.decode()
    # then the way leads to October's use
    path = re.sub(r"<[^>]+>", "", page[page.index('<ol class="path">') :])
    assert "10.00 卡时" in path


def test_the_page_takes_few_queries():
    make_settled_month()
    client = signed_in(make_staff(role=Staff.FINANCE))

    with CaptureQueriesContext(connection) as captured:
        assert client.get("/settled").status_code == 200

    assert len(captured) <= QUERIES_MAX


@pytest.mark.parametrize("text", ["2026-09", "2026-13", "october"])
def test_a_month_that_is_not_settled_is_not_found(text):
    make_settled_month()
    client = signed_in(make_staff(role=Staff.FINANCE))

    assert client.get("/settled?month=2026-10").status_code == 200
    assert client.get("/settled", {"month": text}).status_code == 404


def test_pages_load_nothing_from_elsewhere_and_hold_no_script_or_style():
    make_settled_month()
    answer = signed_in(make_staff(role=Staff.FINANCE)).get("/settled")

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)
    assert scripts
    for attributes in scripts:
        is_from_this_house = ' src="/static/' in attributes
        assert is_from_this_house or 'type="application/json"' in attributes, attributes
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_the_pages_are_chinese_unless_somebody_chose_english():
    organisation = make_organisation()
    client = Client(headers={"accept-language": "en"})
    first = client.get("/login").content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/login"})
    second = client.get("/login").content.decode()

    assert organisation.pk
    assert "<h1>登录</h1>" in first
    assert "<h1>Sign in</h1>" in second


def test_the_admin_site_loads_nothing_from_elsewhere():
    answer = signed_in(make_staff(role=Staff.FINANCE)).get("/admin/")

    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy


def test_a_form_that_grew_old_says_so_and_what_to_do(db):
    answer = Client(enforce_csrf_checks=True).post("/login", {"login": "a@example.com"})

    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()

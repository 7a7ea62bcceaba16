"""Bills: whose they are, and that they say what is in the books."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import Market
from tests.builders.named_prices import make_named_bill
from tests.builders.sessions import signed_in
from tests.portal.market_month import make_settled_month

pytestmark = pytest.mark.django_db

QUERIES_MAX = 15
BILL = re.compile(r'data-bill="([^"]+)">(.*?)</tr>', re.DOTALL)
FIGURE = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</(?:td|dd|strong)>', re.DOTALL)


def figures(text: str) -> dict[str, str]:
    return {
        name: re.sub(r"<[^>]+>|,|\s|¥", "", figure).replace("−", "-")
        for name, figure in FIGURE.findall(text)
    }


def bills(page: str) -> dict[str, dict[str, str]]:
    return {bill: figures(row) for bill, row in BILL.findall(page)}


def member_of(market: Market, name: str, role: Role = Role.FINANCE) -> Client:
    return signed_in(make_member(organisation=market.tenants[name], role=role))


def lines_of(answer: HttpResponse) -> list[dict[str, str]]:
    return [*csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig")))]


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_member_sees_the_bills_of_his_organisation():
    market = make_settled_month()

    (row,) = bills(read(member_of(market, "rich"), "/statements")).values()

    assert row == {
        "card_hours": "10.00",
        "gross": "24.300000",
        "discount": "0.000000",
        "subsidy": "12.150000",
        "paid": "12.150000",
        "arrears": "0.000000",
        "total": "24.30",
    }


def test_staff_choose_a_tenant_first():
    market = make_settled_month()
    client = signed_in(make_staff(role=Staff.FINANCE))

    assert bills(read(client, "/statements")) == {}
    (row,) = bills(read(client, "/statements", tenant=market.tenants["poor"].code)).values()
    assert row["arrears"] == "4.860000"


def test_a_bill_adds_up_from_its_lines_to_its_total():
    market = make_settled_month()
    client = member_of(market, "rich")
    (bill,) = bills(read(client, "/statements"))

    page = read(client, f"/statements/{bill}")

    text = re.sub(r"<[^>]+>", "", page)
    amounts = re.findall(r'data-figure="amount"[^>]*>(.*?)</td>', page, re.DOTALL)
    shown = figures(page)
    assert [re.sub(r"<[^>]+>|\s", "", amount) for amount in amounts] == ["12.150000"] * 2
    assert (shown["gross"], shown["net"], shown["carried"]) == (
        *("24.300000", "24.300000", "0.000000"),
    )
    assert shown["total"] == "24.30"
    assert shown["tax"] == "1.375472", "6 % that the price includes: 24.30 × 6 / 106"
    assert market.tenants["rich"].name in text
    assert market.operator.name in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", ["昇腾 910B2", "100P", "普惠价", "夜间 00:00–08:00", "全天", "缺陷检测"]),
        ("en", ["昇腾 910B2", "100P", "SME prices", "night 00:00–08:00"]),
    ],
)
def test_a_bill_has_names_where_people_expect_them_and_its_file_has_codes(language, said):
    bill = make_named_bill()
    client = signed_in(make_member(organisation=bill.tenant, role=Role.FINANCE))
    client.cookies["django_language"] = language

    page = read(client, f"/statements/{bill.public_id}")
    night, day = lines_of(client.get(f"/statements/{bill.public_id}", {"file": "csv"}))

    text = re.sub(r"<[^>]+>", "", page)
    for words in said:
        assert words in text
    for code in ("night-early", "defect-detection", night["price_list"], night["cluster"]):
        assert code not in text
    assert {night["band"], day["band"]} == {"night-early", "all"}
    assert night["project"] == "defect-detection"


def test_bills_and_their_lines_can_be_had_as_files():
    market = make_settled_month()
    client = member_of(market, "rich")
    (bill_id,) = bills(read(client, "/statements"))

    (bill,) = lines_of(client.get("/statements", {"file": "csv"}))
    lines = lines_of(client.get(f"/statements/{bill_id}", {"file": "csv"}))

    assert (bill["month"], bill["gross"], bill["total"]) == ("2026-10", "24.300000", "24.300000")
    assert {line["payer"]: line["amount"] for line in lines} == {
        "award": "12.150000",
        "paid": "12.150000",
    }
    assert sum(Decimal(line["card_hours"]) for line in lines) == 10


def test_another_tenant_is_as_absent_as_one_that_never_was():
    market = make_settled_month()
    client = member_of(market, "rich")
    (foreign,) = bills(read(member_of(market, "poor"), "/statements"))

    for code in (market.tenants["poor"].code, "nobody"):
        assert client.get("/statements", {"tenant": code}).status_code == 404
    for after in (foreign, "x"):
        assert client.get("/statements", {"after": after}).status_code == 404
    assert client.get(f"/statements/{foreign}").status_code == 404


def test_who_has_no_bill_is_told_when_one_comes():
    make_settled_month()

    assert "尚无账单" in read(signed_in(make_member(role=Role.OWNER)), "/statements")


def test_developers_are_offered_no_bills():
    market = make_settled_month()
    client = member_of(market, "rich", Role.DEVELOPER)

    assert client.get("/statements").status_code == 403
    assert 'href="/statements"' not in read(client, "/usage")


def test_pages_take_few_queries():
    market = make_settled_month()
    client = member_of(market, "rich")
    (bill,) = bills(read(client, "/statements"))

    for path in ("/statements", f"/statements/{bill}"):
        with CaptureQueriesContext(connection) as captured:
            read(client, path)
        assert len(captured) <= QUERIES_MAX, path

"""The explorer of usage: whose it is, what is filtered, and why a record costs what it costs."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from kernel.sql import rows
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.market import HOUR_MS, Market, instant_ms
from tests.builders.sessions import signed_in
from tests.portal.market_month import hours_around_midnight, make_settled_month

pytestmark = pytest.mark.django_db

LIST_QUERIES_MAX = 14
WHY_QUERIES_MAX = 12
ROW = re.compile(r'<tr role="row" data-record="([^"]+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</td>', re.DOTALL)
SUM = re.compile(r'data-sum="(\w+)">(.*?)</dd>', re.DOTALL)
PRECISE = {"card_hours": "10.00", "gross": "24.300000", "subsidy": "12.150000"}


def digits(text: str) -> str:
    return re.sub(r"<[^>]+>|,|\s", "", text).replace("−", "-")


def records(page: str) -> dict[str, dict[str, str]]:
    """Return the figures of each record of the list, as shown, without marks and commas."""
    return {
        record: {figure: digits(cell) for figure, cell in CELL.findall(row)}
        for record, row in ROW.findall(page)
    }


def sums(page: str) -> dict[str, str]:
    return {name: digits(figure) for name, figure in SUM.findall(page)}


def drawing_of(page: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script id="days-chart"[^>]*>(.*?)</script>', page)[1])


def days_of(page: str) -> dict[str, str]:
    """Return the days of the chart with anything on them; there is one series."""
    drawing = drawing_of(page)
    (series,) = drawing["series"]
    shown = zip(drawing["labels"], series["values"], strict=True)
    return {label: value for label, value in shown if value != "0.00"}


def member_of(market: Market, name: str, role: Role = Role.VIEWER) -> Client:
    return signed_in(make_member(organisation=market.tenants[name], role=role))


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_member_sees_the_use_of_his_organisation_with_its_exact_amounts():
    market = make_settled_month()

    page = read(member_of(market, "rich"), "/usage")

    (row,) = records(page).values()
    assert row == {**PRECISE, "tenant": "12.150000"}
    assert sums(page) == {"records": "1", **row}
    assert market.tenants["poor"].code not in page


def test_staff_choose_a_tenant_first():
    market = make_settled_month()
    client = signed_in(make_staff(role=Staff.OPERATOR))

    first = read(client, "/usage")
    second = read(client, "/usage", tenant=market.tenants["poor"].code)

    assert records(first) == {}
    assert f'value="{market.tenants["rich"].code}"' in first
    assert sums(second)["gross"] == "4.860000"


def test_who_reviews_listings_has_no_business_with_usage():
    make_settled_month()

    assert signed_in(make_staff(role=Staff.LISTING_REVIEWER)).get("/usage").status_code == 403


@pytest.mark.parametrize("path", ["/usage", "/usage?file=csv", "/usage?file=xlsx"])
def test_another_tenant_is_as_absent_as_one_that_never_was(path):
    market = make_settled_month()
    client = member_of(market, "rich")

    for code in (market.tenants["poor"].code, "nobody"):
        address = f"{path}{'&' if '?' in path else '?'}tenant={code}"
        assert client.get(address).status_code == 404


def test_filters_narrow_the_list_and_its_sums_and_say_when_nothing_is_left():
    market = make_settled_month()
    market.report(
        {"account": "rich", "external_id": "small", **hours_around_midnight(before=0, after=1)}
    )
    market.rate()
    client = member_of(market, "rich")

    everything = read(client, "/usage", month="2026-10")
    small = read(client, "/usage", month="2026-10", job="small")
    nothing = read(client, "/usage", month="2026-10", job="none")

    assert sums(everything)["card_hours"] == "12.00"
    assert sums(small)["card_hours"] == "2.00"
    assert [row["gross"] for row in records(small).values()] == ["4.860000"]
    assert "没有符合筛选条件的用量" in nothing
    assert 'value="none"' in nothing, "what was typed stays"


def test_a_month_without_use_says_what_to_do_next():
    make_settled_month()

    page = read(signed_in(make_member(role=Role.OWNER)), "/usage", month="2026-10")

    assert "请把作业所用的账号告知运营方" in page


@pytest.mark.parametrize(
    "query", [{"month": "october"}, {"month": "1066-10"}, {"cursor": "x"}, {"tenant": "nobody"}]
)
def test_what_was_never_offered_is_not_found(query):
    market = make_settled_month()

    assert member_of(market, "rich").get("/usage", query).status_code == 404


def test_pages_follow_one_another_without_gap_or_repetition(monkeypatch):
    market = make_settled_month()
    market.report(
        *(
            {"account": "rich", "external_id": f"x-{n}", **hours_around_midnight(before=0, after=1)}
            for n in range(4)
        )
    )
    monkeypatch.setattr("portal.usage_views.PAGE_ROWS", 2)
    client = member_of(market, "rich")

    address = "/usage?month=2026-10"
    seen: list[str] = []
    while address:
        page = read(client, address)
        seen += records(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert len(seen) == len(set(seen)) == 5
    assert sums(page)["records"] == "5", "the sums are of all pages"
    assert "4 条尚未计费" in page


def test_the_file_holds_every_record_exactly_and_no_formula():
    market = make_settled_month()
    market.report(
        {"account": "rich", "external_id": "=1+1", **hours_around_midnight(before=0, after=1)}
    )

    answer = member_of(market, "rich").get("/usage", {"month": "2026-10", "file": "csv"})

    text = answer.getvalue().decode("utf-8-sig")
    charged, waiting = sorted(csv.DictReader(StringIO(text)), key=lambda row: row["state"])
    assert charged["quantity_card_seconds"] == "36000"
    assert (charged["gross"], charged["programme"], charged["tenant"]) == (
        *("24.300000", "12.150000", "12.150000"),
    )
    assert waiting["external_id"] == "'=1+1"
    assert (waiting["state"], waiting["gross"]) == ("waiting", "")


def test_the_days_of_the_month_are_stacked_by_project_and_card_type():
    market = make_settled_month()
    market.report(
        {
            "account": "rich",
            "external_id": "over the border",
            "started_ms": instant_ms(datetime(2026, 9, 30, 15, 0, tzinfo=UTC)),
            "ended_ms": instant_ms(datetime(2026, 9, 30, 19, 0, tzinfo=UTC)),
            "milli_cards": 1_000,
            "quantity": 4_000 * HOUR_MS,
        }
    )

    page = read(member_of(market, "rich"), "/usage", month="2026-10")

    assert drawing_of(page)["series"][0]["name"] == market.meter.code
    # Of the four hours around the border the three in October; of ten around midnight each part.
    assert days_of(page) == {"1": "3.00", "7": "4.00", "8": "6.00"}


def test_a_developer_sees_the_use_and_no_amount():
    market = make_settled_month()
    client = member_of(market, "rich", Role.DEVELOPER)

    page = read(client, "/usage")
    (record,) = records(page)
    why = read(client, f"/usage/{record}")
    file = client.get("/usage?file=csv").getvalue().decode("utf-8-sig")

    assert records(page)[record] == {"card_hours": "10.00"}
    assert "价格与金额仅向" in why
    for text in (page, why, file):
        assert "24.3" not in text
        assert "12.15" not in text
        assert "gross" not in text


def test_why_a_record_costs_what_it_costs_down_to_its_line():
    market = make_settled_month()
    client = member_of(market, "rich")
    (record,) = records(read(client, "/usage"))

    page = read(client, f"/usage/{record}")

    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert sums(page) == {
        "gross": "24.300000",
        "discount": "0.000000",
        "subsidy": "12.150000",
        "tenant": "12.150000",
    }
    assert "36,000 卡秒 × ¥ 2.43/卡时 = ¥ 24.300000" in text
    assert f"{market.operator.name} 的价目表 公开价，全天" in text
    assert "本月此前已按此价计 0 卡秒" in text
    posting = rows(
        "SELECT p.id FROM ledger_posting p JOIN ledger_account a ON a.id = p.source_account_id"
        " WHERE a.kind = 'award' AND p.amount = 12150000"
    )[0]["id"]
    assert f"{posting} 补贴额度 → 算力收入" in text
    assert "预付款 → 算力收入" in text
    assert re.search(r"test\.csv, 第 [\d,]+ 行", text)


def test_what_waits_for_its_price_says_so():
    market = make_settled_month()
    market.report(
        {"account": "poor", "external_id": "new", **hours_around_midnight(before=2, after=0)}
    )
    client = member_of(market, "poor")
    (record,) = records(read(client, "/usage", job="new"))

    assert "尚未计费" in read(client, f"/usage/{record}")


def test_pages_take_few_queries():
    market = make_settled_month()
    client = member_of(market, "rich")
    (record,) = records(read(client, "/usage"))

    with CaptureQueriesContext(connection) as listed:
        read(client, "/usage")
    with CaptureQueriesContext(connection) as explained:
        read(client, f"/usage/{record}")

    assert len(listed) <= LIST_QUERIES_MAX
    assert len(explained) <= WHY_QUERIES_MAX


def test_the_navigation_offers_what_one_may_see_and_marks_where_one_is():
    market = make_settled_month()
    seller = signed_in(make_member(organisation=make_organisation(), role=Role.SELLER))

    at_usage = read(member_of(market, "rich"), "/usage")
    of_seller = read(seller, "/settled")
    of_stranger = Client().get("/login").content.decode()

    assert '<a href="/usage" aria-current="page">用量</a>' in at_usage
    assert '<a href="/">总览</a>' in at_usage
    assert '<a href="/settled">结算</a>' in at_usage
    assert '<a href="/settled" aria-current="page">结算</a>' in of_seller
    assert 'href="/usage"' not in of_seller
    assert 'class="way' not in of_stranger


def test_from_a_line_of_a_bill_to_the_use_behind_it_and_its_file():
    # given a bill, half of it borne by an award and half paid
    market = make_settled_month()
    client = member_of(market, "rich")
    (bill,) = re.findall(r'href="(/statements/[0-9a-f-]+)"', read(client, "/statements"))
    links = re.findall(r'<a href="(/usage\?[^"]+line=\d+)"', read(client, bill))
    assert len(links) == 2
    # when each of its lines is followed
    for link in links:
        address = link.replace("&amp;", "&")
        page = client.get(address).content.decode()
        (row,) = records(page).values()
        # then the record tells how much of it is this line's, as does its file
        assert row == {**PRECISE, "tenant": "12.150000", "line": "12.150000"}
        assert sums(page)["line"] == "12.150000"
        answer = client.get(f"{address}&file=csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        (told,) = csv.DictReader(StringIO(text))
        assert told["on_this_line"] == "12.150000"


def test_usage_is_counted_by_the_bill_it_stands_on_or_by_its_start():
    # given a settled month, and use of that month that is told after it was closed
    market = make_settled_month()
    late = hours_around_midnight(before=1, after=1)
    market.report({"account": "rich", **late, "external_id": "late"})
    market.rate()
    client = member_of(market, "rich")

    def found(**query: str) -> set[str]:
        return {row["gross"] for row in records(read(client, "/usage", **query)).values()}

    # when it is counted by either
    # then the late one is of October by its start, and of November by its bill
    assert len(found(month="2026-10")) == 2
    assert found(month="2026-10", by="bill") == {"24.300000"}
    assert found(month="2026-11", by="bill") == {"9.720000"}
    assert found(month="2026-11") == set()
    # and its days are drawn in either, those of the late one in the month of its use
    assert days_of(read(client, "/usage", month="2026-10")) == {"7": "6.00", "8": "8.00"}
    of_october = read(client, "/usage", month="2026-10", by="bill")
    assert days_of(of_october) == {"7": "4.00", "8": "6.00"}
    of_november = read(client, "/usage", month="2026-11", by="bill")
    assert days_of(of_november) == {"7": "2.00", "8": "2.00"}


def test_what_a_bill_holds_of_long_ago_is_said_and_not_drawn(monkeypatch):
    # given use of October that stands on the bill of November
    market = make_settled_month()
    late = hours_around_midnight(before=1, after=1)
    market.report({"account": "rich", **late, "external_id": "late"})
    market.rate()
    client = member_of(market, "rich")
    client.cookies["django_language"] = "en"
    # when October is too long ago to be drawn
    monkeypatch.setattr("portal.usage_pages.MONTHS_BEFORE", 0)
    page = read(client, "/usage", month="2026-11", by="bill")
    # then there is no chart, and the sum stands
    assert "days-chart" not in page
    assert "4.00 card-hours of it were used in earlier months" in page


def test_who_sees_no_amounts_is_not_asked_by_bill():
    market = make_settled_month()
    developer = member_of(market, "rich", Role.DEVELOPER)

    assert 'name="by"' not in read(developer, "/usage")
    assert developer.get("/usage", {"by": "bill"}).status_code == 404

"""The operator's desk: clusters, reconciliation and statements of a month."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Staff
from compute_billing.metering.models import DifferenceResolution, SourceTotals
from tests.builders.accounts import make_staff
from tests.builders.sessions import signed_in
from tests.portal.market_month import make_settled_month

pytestmark = pytest.mark.django_db

QUERIES_MAX = 8
FIGURE = re.compile(r'data-figure="(\w+)"[^>]*>(.*?)</td>', re.DOTALL)
SUM = re.compile(r'data-sum="(\w+)">(.*?)</dd>', re.DOTALL)


def by(role: Staff) -> Client:
    return signed_in(make_staff(role=role))


def digits(text: str) -> str:
    return re.sub(r"<[^>]+>|,|\s", "", text).replace("−", "-")


def figures(page: str, *, row: str) -> dict[str, str]:
    found = re.search(rf'data-row="{row}".*?</tr>', page, re.DOTALL)
    assert found is not None, row
    return {name: digits(cell) for name, cell in FIGURE.findall(found[0])}


def sums(page: str) -> dict[str, str]:
    return {name: digits(figure) for name, figure in SUM.findall(page)}


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_cluster_shows_its_use_against_its_cards():
    market = make_settled_month()

    page = read(by(Staff.OPERATOR), "/operator/clusters", month="2026-10")

    # 320 cards for 31 days; twelve card-hours were used
    assert figures(page, row=market.cluster.code) == {
        "card_hours": "12.00",
        "capacity": "238080.00",
        "occupancy": "0.0%",
        "running": "0",
        "running_cards": "0",
    }
    assert "2026年10月集群" in page
    assert "7,680" in page, "what the cards can give in a day"


def test_days_of_clusters_are_sent_as_a_file():
    make_settled_month()

    answer = by(Staff.AUDITOR).get("/operator/clusters", {"month": "2026-10", "file": "csv"})

    days = list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(day["day"], day["quantity_card_seconds"]) for day in days] == [
        ("2026-10-07", "14400"),
        ("2026-10-08", "28800"),
    ]


def deliver(client: Client, source: str, text: str, *, month: str = "2026-10") -> str:
    answer = client.post(
        "/operator/reconciliation/totals", {"source": source, "month": month, "totals": text}
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_totals_are_given_in_compared_and_explained():
    market = make_settled_month()
    client = by(Staff.OPERATOR)

    place = deliver(client, market.source.code, "rich,36000\npoor,7200.5\n\nlost,60\n")
    page = read(client, place)
    waiting = re.findall(
        r'name="tenant" value="([^"]*)"><input type="hidden" name="stated" value="(\d+)">'
        r'<input type="hidden" name="recorded" value="(\d+)">',
        page,
    )
    for tenant, stated, recorded in waiting:
        client.post(
            f"{place}/explanation",
            {"tenant": tenant, "stated": stated, "recorded": recorded, "reason": "a test job"},
        )
    explained = read(client, place)

    poor = market.tenants["poor"].code
    assert figures(page, row=market.tenants["rich"].code)["difference"] == "0.00"
    assert figures(page, row=poor)["difference"] == "0.5卡秒"
    assert sums(page)["waiting"] == "2"
    assert sums(explained)["waiting"] == "0"
    assert explained.count("a test job") == 2
    assert set(DifferenceResolution.objects.values_list("reason", flat=True)) == {"a test job"}
    assert "lost" in page


def test_what_was_not_seen_is_not_explained():
    market = make_settled_month()
    client = by(Staff.OPERATOR)
    place = deliver(client, market.source.code, "rich,1")

    answer = client.post(
        f"{place}/explanation",
        {"tenant": "", "stated": "7", "recorded": "0", "reason": "guessed"},
        follow=True,
    )

    assert "此差异已变化或已说明" in answer.content.decode()
    assert not DifferenceResolution.objects.exists()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("rich 36000", 422),
        ("rich,-1", 422),
        ("rich,1.1234567", 422),
        ("rich,1e3", 422),
        (",1", 422),
        ("rich,٣", 422),
        ("  \n", 409),
    ],
)
def test_what_was_typed_stays_where_it_is_no_total(text, status):
    market = make_settled_month()

    answer = by(Staff.OPERATOR).post(
        "/operator/reconciliation/totals",
        {"source": market.source.code, "month": "2026-10", "totals": text},
    )

    assert answer.status_code == status
    assert text.strip() in answer.content.decode()
    assert not SourceTotals.objects.exists()


def test_a_month_that_there_is_not_is_told():
    market = make_settled_month()

    answer = by(Staff.OPERATOR).post(
        "/operator/reconciliation/totals",
        {"source": market.source.code, "month": "1066-10", "totals": "rich,1"},
    )

    assert answer.status_code == 409
    assert "没有该计费月" in answer.content.decode()


def test_a_statement_shows_its_bills_and_adds_up():
    market = make_settled_month()
    client = by(Staff.FINANCE)

    listed = read(client, "/operator/statements")
    place = re.search(r'href="(/operator/statements/[0-9a-f-]{36})"', listed)
    assert place is not None
    assert place[1] in read(client, "/operator/statements", month="2026-10")
    assert place[1] not in read(client, "/operator/statements", month="2026-09")
    page = read(client, place[1])
    file = client.get(place[1], {"file": "csv"}).getvalue().decode("utf-8-sig")

    total = figures(page, row="total")
    assert total["card_hours"] == "12.00"
    assert total["gross"] == "29.160000"
    assert (total["programme"], total["arrears"]) == ("12.150000", "4.860000")
    assert figures(page, row=market.tenants["poor"].code)["arrears"] == "4.860000"
    rows = {row["tenant"]: row["gross"] for row in csv.DictReader(StringIO(file))}
    assert rows == {
        market.tenants["rich"].code: "24.300000",
        market.tenants["poor"].code: "4.860000",
    }


def test_before_anything_is_settled_pages_say_what_comes():
    client = by(Staff.OPERATOR)

    assert "尚无结算单" in read(client, "/operator/statements")
    assert "尚无集群" in read(client, "/operator/clusters")
    assert "尚无合计" in read(client, "/operator/reconciliation")


@pytest.mark.parametrize(
    "path",
    [
        "/operator/clusters?month=october",
        "/operator/clusters?month=1066-10",
        "/operator/clusters?cluster=none",
        "/operator/statements/019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10",
        "/operator/reconciliation/019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10",
    ],
)
def test_what_was_never_offered_is_not_found(path):
    assert by(Staff.OPERATOR).get(path).status_code == 404


def test_pages_take_few_queries():
    market = make_settled_month()
    client = by(Staff.OPERATOR)
    place = deliver(client, market.source.code, "rich,36000")

    for path in (
        "/operator/clusters",
        "/operator/reconciliation",
        place,
        "/operator/statements",
    ):
        with CaptureQueriesContext(connection) as captured:
            read(client, path)
        assert len(captured) <= QUERIES_MAX, path

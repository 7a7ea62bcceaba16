"""The operator's desk: prices are proposed with their effect and approved by somebody else."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Staff
from compute_billing.catalogue.models import Price, PriceDraft
from compute_billing.catalogue.operations import add_time_band
from kernel.clock import utc_now
from kernel.queries import billing_month_at
from tests.builders.accounts import make_staff
from tests.builders.market import HOUR_MS, Market, instant_ms, make_market
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db

PRICES_QUERIES_MAX = 7
DRAFT_QUERIES_MAX = 7
SUM = re.compile(r'data-sum="(\w+)">(.*?)</dd>', re.DOTALL)


def by(role: Staff) -> Client:
    return signed_in(make_staff(role=role))


def digits(text: str) -> str:
    return re.sub(r"<[^>]+>|,|\s", "", text).replace("−", "-")


def sums(page: str) -> dict[str, str]:
    return {name: digits(figure) for name, figure in SUM.findall(page)}


def make_used_market() -> Market:
    """Use ten card-hours of last month at 2.43 yuan."""
    market = make_market()
    market.add_tenant("rich", paid_yuan=1000)
    last_month = billing_month_at(moment=utc_now()).starts_at - timedelta(days=10)
    started = instant_ms(last_month)
    use = {"started_ms": started, "ended_ms": started + 5 * HOUR_MS}
    market.report({"account": "rich", "milli_cards": 2000, **use, "quantity": 10_000 * HOUR_MS})
    market.rate()
    return market


def typed(market: Market, **more: Any) -> dict[str, Any]:
    return {
        "price_list": market.prices.code,
        "card_type": market.meter.code,
        "cluster": "",
        "band": "all",
        "amount": "2.000001",
        "valid_from": (utc_now() + timedelta(days=40)).date().isoformat(),
        "reason": "electricity is cheaper",
        **more,
    }


def test_a_price_is_proposed_seen_and_approved_by_another():
    market = make_used_market()
    maker, approver = by(Staff.OPERATOR), by(Staff.FINANCE)

    made = maker.post("/operator/prices/new", typed(market))
    page = maker.get(made["Location"]).content.decode()
    own = maker.post(f"{made['Location']}/approval", follow=True).content.decode()
    approved = approver.post(f"{made['Location']}/approval", follow=True).content.decode()

    assert sums(page) == {"before": "24.300000", "after": "20.000010", "difference": "-4.299990"}
    assert "您提出的价格由他人批准" in page
    assert "提出价格者不得批准" in own
    assert "已批准并发布" in approved
    amounts = Price.objects.filter(price_list=market.prices).values_list("unit_price_micro")
    assert sorted(amounts) == [(2_000_001,), (2_430_000,)]


def test_a_change_takes_the_place_of_what_was_seen():
    market = make_used_market()
    maker, approver = by(Staff.OPERATOR), by(Staff.OPERATOR)
    seen = maker.post("/operator/prices/new", typed(market))["Location"]
    named = seen.rpartition("/")[2]

    form = maker.get(f"/operator/prices/new?replaces={named}").content.decode()
    changed = maker.post("/operator/prices/new", typed(market, amount="9", replaces=named))
    late = approver.post(f"{seen}/approval", follow=True).content.decode()

    assert 'value="2.000001"' in form
    assert changed["Location"] != seen
    assert "此草案已有裁定或已被取代" in late
    assert changed["Location"] in late
    assert Price.objects.filter(price_list=market.prices).count() == 1


def test_bands_are_offered_by_their_hours():
    market = make_used_market()
    for code, starts, ends in (("night-early", 0, 480), ("night-late", 1320, 1440)):
        add_time_band(
            price_list_id=market.prices.pk, code=code, starts_minute=starts, ends_minute=ends
        )

    form = by(Staff.OPERATOR).get("/operator/prices/new").content.decode()

    assert '<option value="night-early">夜间 00:00–08:00</option>' in form
    assert '<option value="night-late">夜间 22:00–24:00</option>' in form


def test_what_was_typed_stays_where_it_makes_no_price():
    market = make_used_market()
    client = by(Staff.OPERATOR)

    odd = client.post("/operator/prices/new", typed(market, amount="2.1234567"))
    past = client.post("/operator/prices/new", typed(market, valid_from="2026-01-01"))

    assert (odd.status_code, past.status_code) == (422, 409)
    assert 'value="2.1234567"' in odd.content.decode()
    assert 'value="2026-01-01"' in past.content.decode()
    assert not PriceDraft.objects.exists()


def test_a_draft_is_taken_back():
    market = make_used_market()
    client = by(Staff.OPERATOR)
    place = client.post("/operator/prices/new", typed(market))["Location"]

    page = client.post(f"{place}/refusal", follow=True).content.decode()

    assert "已否决或撤回" in page
    assert "approval" not in page


def test_an_auditor_sees_and_finance_approves_but_neither_proposes():
    market = make_used_market()
    place = by(Staff.OPERATOR).post("/operator/prices/new", typed(market))["Location"]

    auditor, finance = by(Staff.AUDITOR), by(Staff.FINANCE)

    assert "approval" not in auditor.get(place).content.decode()
    assert auditor.post(f"{place}/approval").status_code == 403
    assert "approval" in finance.get(place).content.decode()
    for client in (auditor, finance):
        assert client.get("/operator/prices/new").status_code == 403


def test_prices_and_effects_are_sent_as_files():
    market = make_used_market()
    client = by(Staff.OPERATOR)
    place = client.post("/operator/prices/new", typed(market))["Location"]

    prices = client.get("/operator/prices", {"file": "csv"}).getvalue().decode("utf-8-sig")
    effect = client.get(place, {"file": "csv"}).getvalue().decode("utf-8-sig")

    assert [row["unit_price"] for row in csv.DictReader(StringIO(prices))] == ["2.430000"]
    (line,) = csv.DictReader(StringIO(effect))
    assert (line["quantity_card_seconds"], line["difference"]) == ("36000", "-4.299990")


@pytest.mark.parametrize(
    "path",
    [
        "/operator/prices/drafts/019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10",
        "/operator/prices/new?replaces=none",
    ],
)
def test_a_draft_that_there_is_not_is_not_found(path):
    assert by(Staff.OPERATOR).get(path).status_code == 404


def test_pages_take_few_queries():
    market = make_used_market()
    client = by(Staff.OPERATOR)
    place = client.post("/operator/prices/new", typed(market))["Location"]

    for path, most in (("/operator/prices", PRICES_QUERIES_MAX), (place, DRAFT_QUERIES_MAX)):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert len(captured) <= most, path


def test_prices_are_filtered_by_list():
    market, other = make_used_market(), make_market()
    client = by(Staff.OPERATOR)

    page = client.get("/operator/prices", {"price_list": other.prices.code}).content.decode()
    file = client.get("/operator/prices", {"price_list": other.prices.code, "file": "csv"})

    assert page.count(f'data-row="{other.prices.code} ') == 1
    assert f'data-row="{market.prices.code} ' not in page
    lines = csv.DictReader(StringIO(file.getvalue().decode("utf-8-sig")))
    assert [row["price_list"] for row in lines] == [other.prices.code]

"""Packages by pages: a buyer reckons, orders and changes; the operator sets the stage."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Role, Staff
from compute_billing.packages.days import next_day
from compute_billing.packages.models import CapacityDay, PackageOffer, PackageOrder
from compute_billing.packages.proration import months_after
from kernel.clock import utc_now
from tests.builders.accounts import make_member, make_staff
from tests.builders.market import YUAN, make_market
from tests.builders.packages import Shop, deferred, make_shop
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
EXPECTED = re.compile(r'name="expected" value="(-?\d+)"')


def by(role: Staff) -> Client:
    return signed_in(make_staff(role=role))


def buyer(tenant: Organisation, role: Role = Role.OWNER) -> Client:
    return signed_in(make_member(organisation=tenant, role=role))


def make_running_shop(**offer: Any) -> Shop:
    return make_shop(now=utc_now(), **offer)


def wanted(shop: Shop, **more: Any) -> dict[str, Any]:
    return {
        "tenant": shop.tenant.code,
        "offer": str(shop.offer.public_id),
        "cards": 2,
        "terms": 1,
        "starts_on": next_day(utc_now()).isoformat(),
        **more,
    }


def test_a_buyer_sees_what_it_comes_to_and_signs_that():
    # Given an offer of 1750 yuan a month, and a buyer
    shop = make_running_shop()
    client = buyer(shop.tenant)
    listed = client.get("/packages").content.decode()
    assert str(shop.offer.public_id) in listed

    # When he reckons two cards for a month
    page = client.get("/packages/new", wanted(shop)).content.decode()

    # Then he sees 3500 yuan, and how many cards are free
    (expected,) = EXPECTED.findall(page)
    assert int(expected) == 3_500 * YUAN
    assert "3,500.00" in page

    # And when he orders, that is what he pays
    said = wanted(shop, expected=expected)
    answer = client.post(f"/packages/new?tenant={shop.tenant.code}", said)
    order = PackageOrder.objects.get(tenant=shop.tenant)
    assert answer.headers["Location"] == f"/packages/{order.public_id}"
    assert deferred(order) == 3_500 * YUAN
    shown = client.get(f"/packages/{order.public_id}").content.decode()
    assert order.number in shown
    assert f"{order.number}-1" in shown
    assert order.number in client.get("/packages").content.decode()


def test_what_was_typed_stays_when_it_is_refused():
    shop = make_running_shop(sellable=1)
    client = buyer(shop.tenant)

    answer = client.post(f"/packages/new?tenant={shop.tenant.code}", wanted(shop))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="cards" value="2"' in page
    assert "仅剩 1 张卡可售" in page
    assert not PackageOrder.objects.filter(tenant=shop.tenant).exists()


def test_a_change_is_previewed_and_then_done():
    # Given a package of two cards that begins tomorrow
    shop = make_running_shop(fee_ppm=100_000)
    now = utc_now()
    order = shop.order(starts_on=next_day(now), terms=2, now=now)
    client = buyer(shop.tenant, Role.FINANCE)
    address = f"/packages/{order.public_id}"

    # When other cards are reckoned, then nothing is changed yet
    page = client.get(address, {"cards": 3}).content.decode()
    (expected,) = EXPECTED.findall(page)
    assert int(expected) == 3_500 * YUAN
    assert deferred(order) == 7_000 * YUAN

    # And done, renewed and ended they change it
    client.post(f"{address}/resize", {"cards": 3, "expected": expected})
    assert deferred(order) == 10_500 * YUAN
    client.post(f"{address}/renewal", {"terms": 1})
    order.refresh_from_db()
    assert (order.cards, order.ends_on) == (3, months_after(order.starts_on, 3))
    assert deferred(order) == 15_750 * YUAN
    (expected,) = EXPECTED.findall(client.get(address, {"end": 1}).content.decode())
    assert int(expected) == -14_175 * YUAN
    client.post(f"{address}/end", {"expected": expected})
    assert deferred(order) == 1_575 * YUAN


def test_another_amount_than_was_seen_is_not_signed():
    shop = make_running_shop()
    now = utc_now()
    order = shop.order(starts_on=next_day(now), now=now)

    buyer(shop.tenant).post(
        f"/packages/{order.public_id}/resize", {"cards": 3, "expected": "1750000001"}
    )

    order.refresh_from_db()
    assert order.cards == 2


def test_who_only_reads_is_offered_no_change():
    shop = make_running_shop()
    now = utc_now()
    order = shop.order(starts_on=next_day(now), now=now)

    for client in (buyer(shop.tenant, Role.VIEWER), by(Staff.AUDITOR)):
        page = client.get(f"/packages/{order.public_id}").content.decode()
        assert order.number in page
        assert "?end=1" not in page
        assert 'method="post" action="/packages' not in page


def test_the_months_of_a_package_are_a_file():
    shop = make_running_shop()
    now = utc_now()
    order = shop.order(starts_on=next_day(now), now=now)

    answer = buyer(shop.tenant).get(f"/packages/{order.public_id}", {"file": "csv"})

    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0] == "month,granted_card_seconds,used_card_seconds,left_card_seconds"
    assert lines[1].endswith(",0," + lines[1].split(",")[1])


def test_the_operator_sets_capacity_and_two_people_make_an_offer():
    # Given a market without packages
    market = make_market()
    operator, finance = by(Staff.OPERATOR), by(Staff.FINANCE)
    first = next_day(utc_now())
    key = {"cluster": market.cluster.code, "card_type": market.meter.code}

    # When the operator sets a capacity and proposes an offer
    span = {"starts_on": first.isoformat(), "ends_on": (first + timedelta(days=5)).isoformat()}
    assert operator.post("/operator/packages/capacity", {**key, **span, "cards": 12}).status_code
    said = {"term_kind": "month", "price": "1400.00", "cards_min": 4, "tax_class": "vat_6"}
    said |= {"fee": "5", "valid_from": first.isoformat(), **key}
    proposed = operator.post("/operator/packages/offers/new", said)
    address = proposed.headers["Location"]

    # Then he cannot approve it, and somebody else can
    operator.post(f"{address}/approval")
    assert not PackageOffer.objects.filter(meter=market.meter).exists()
    finance.post(f"{address}/approval")
    offer = PackageOffer.objects.get(meter=market.meter)
    assert (offer.price_micro, offer.fee_ppm) == (1_400 * YUAN, 50_000)
    days = CapacityDay.objects.filter(cluster=market.cluster)
    assert set(days.values_list("sellable", flat=True)) == {12}
    assert days.count() == 5
    page = operator.get("/operator/packages").content.decode()
    assert market.cluster.code in page


def test_a_capacity_that_makes_no_sense_is_told_where_it_stands():
    market = make_market()
    today = utc_now().date().isoformat()

    answer = by(Staff.OPERATOR).post(
        "/operator/packages/capacity",
        {
            "cluster": market.cluster.code,
            "card_type": market.meter.code,
            "starts_on": "2020-01-01",
            "ends_on": today,
            "cards": 12,
        },
    )

    assert answer.status_code == 409
    assert 'value="2020-01-01"' in answer.content.decode()

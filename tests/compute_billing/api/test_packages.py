"""Packages by the API: quoted, ordered once, changed and listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Scope
from compute_billing.packages.days import next_day
from compute_billing.packages.models import PackageOrder
from kernel.clock import utc_now
from tests.builders.accounts import make_api_key
from tests.builders.packages import Shop, make_shop

pytestmark = pytest.mark.django_db


def by_key(tenant: Organisation, *scopes: Scope) -> Client:
    text = make_api_key(organisation=tenant, scopes=scopes or tuple(Scope)).text
    return Client(headers={"authorization": f"Bearer {text}"})


def send(client: Client, address: str, body: Any, *, key: str = "one") -> Any:
    return client.post(
        f"/api/v1/{address}",
        body,
        content_type="application/json",
        headers={"idempotency-key": key},
    )


def wanted(shop: Shop, **more: Any) -> dict[str, Any]:
    return {
        "offer": str(shop.offer.public_id),
        "cards": 2,
        "terms": 1,
        "starts_on": next_day(utc_now()).isoformat(),
        **more,
    }


def test_a_quote_is_what_is_paid_and_a_key_orders_once():
    # Given an offer, and a program of the tenant
    shop = make_shop(now=utc_now())
    client = by_key(shop.tenant)
    (offer,) = client.get("/api/v1/package-offers").json()["data"]
    assert offer["price"] == {"amount": "1750.000000", "currency": "CNY"}

    # When it asks what two cards come to, and orders for that twice with one key
    quote = client.post(
        "/api/v1/package-quotes",
        {"act": "order", **wanted(shop)},
        content_type="application/json",
    ).json()
    body = wanted(shop, expected_amount=quote["amount"])
    answers = [send(client, "packages", body) for _ in range(2)]

    # Then there is one package, and one answer
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert PackageOrder.objects.filter(tenant=shop.tenant).count() == 1
    assert quote["amount"] == {"amount": "3500.000000", "currency": "CNY"}

    # And its months, terms and changes can be read
    one = f"/api/v1/packages/{answers[0].json()['id']}"
    found = client.get(one).json()
    assert found["paid_ahead"] == quote["amount"]
    assert [change["kind"] for change in found["changes"]] == ["purchase"]
    assert found["terms"][0]["contract_no"] == f"{found['package']['number']}-1"
    assert len(client.get("/api/v1/packages").json()["data"]) == 1


def test_refusals_say_what_is_wrong():
    shop = make_shop(now=utc_now(), sellable=3, cards_min=2)
    client = by_key(shop.tenant)

    def refused(body: dict[str, Any], *, key: str) -> tuple[int, str]:
        answer = send(client, "packages", body, key=key)
        return answer.status_code, answer.json()["code"]

    other = {"amount": "1.000000", "currency": "CNY"}
    assert refused(wanted(shop, cards=1), key="a") == (422, "unable_to_order_package")
    assert refused(wanted(shop, cards=4), key="b") == (409, "package_capacity_exhausted")
    assert refused(wanted(shop, cards=0), key="c") == (422, "invalid_request")
    assert refused(wanted(shop, expected_amount=other), key="d") == (409, "package_quote_changed")
    unknown = wanted(shop, offer="0199a1b2-0000-7000-8000-000000000001")
    assert refused(unknown, key="e") == (422, "unknown_package_offer")
    quote = client.post(
        "/api/v1/package-quotes", {"act": "resize"}, content_type="application/json"
    )
    assert quote.status_code == 422


def test_a_package_is_resized_renewed_and_ended():
    shop = make_shop(now=utc_now())
    client = by_key(shop.tenant)
    one = f"packages/{send(client, 'packages', wanted(shop)).json()['id']}"

    resized = send(client, f"{one}/resize", {"cards": 5}, key="r").json()
    renewed = send(client, f"{one}/renewal", {"terms": 1}, key="n").json()
    ended = send(client, f"{one}/end", {}, key="e").json()

    assert (resized["cards"], renewed["ends_on"] > resized["ends_on"]) == (5, True)
    assert ended["ended_early"] is True
    again = send(client, f"{one}/end", {}, key="again")
    assert (again.status_code, again.json()["code"]) == (409, "unable_to_change_package")


def test_who_only_reads_buys_nothing():
    shop = make_shop(now=utc_now())
    reader = by_key(shop.tenant, Scope.BILLING_READ)

    assert send(reader, "packages", wanted(shop)).status_code == 403

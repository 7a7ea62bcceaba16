"""The API of payments: one payment for a key, refunds by people with a second factor only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.permissions import Role, Scope
from compute_billing.payments.models import Payment
from tests.builders.accounts import make_api_key, make_member
from tests.builders.payments import make_payment, pay
from tests.builders.sessions import give_second_factor, signed_in
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.conftest import Payer, payer

__all__ = ["payer"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


def key_of(payer: Payer) -> Client:
    text = make_api_key(
        organisation=payer.tenant, scopes=[Scope.BILLING_READ, Scope.BILLING_WRITE]
    ).text
    return Client(headers={"authorization": f"Bearer {text}"})


def post(client: Client, path: str, body: dict, *, once: str = "k-1"):
    return client.post(
        f"/api/v1/{path}",
        body,
        content_type="application/json",
        headers={"idempotency-key": once},
    )


def wish(payer: Payer, **more: object) -> dict:
    return {"operator": payer.operator.code, "amount": {"amount": "100.00"}, **more}


def test_a_repeated_request_is_one_payment(stripe: StandIn, payer: Payer) -> None:
    client = key_of(payer)
    first, second = post(client, "top-ups", wish(payer)), post(client, "top-ups", wish(payer))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["checkout_url"].startswith(stripe.url)
    assert Payment.objects.count() == 1
    other = post(client, "top-ups", wish(payer, amount={"amount": "200.00"}))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_intent_has_its_secret_for_the_page(stripe: StandIn, payer: Payer) -> None:
    told = post(key_of(payer), "top-ups", wish(payer, way="intent", method="alipay")).json()
    assert told["client_secret"].startswith(told["payment_intent"])


@pytest.mark.parametrize("amount", ["1.001", "-5.00", "five", "1e3"])
def test_amounts_are_whole_fen(stripe: StandIn, payer: Payer, amount: str) -> None:
    answer = post(key_of(payer), "top-ups", wish(payer, amount={"amount": amount}))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_stripe_away_leaves_the_payment_to_the_workers(stripe: StandIn, payer: Payer) -> None:
    stripe.control("fault", kind="drop_before")
    told = post(key_of(payer), "top-ups", wish(payer)).json()
    assert (told["state"], told["checkout_url"]) == ("asked", "")


def test_a_refund_needs_a_person_with_a_second_factor(stripe: StandIn, payer: Payer) -> None:
    # Given a paid top-up
    payment = pay(make_payment(tenant=payer.tenant, operator=payer.operator))
    body = wish(payer, top_up=str(payment.public_id), amount={"amount": "10.00"})

    # When a key asks, and an owner without a second factor
    owner = make_member(organisation=payer.tenant, role=Role.OWNER)
    without = signed_in(owner, with_second_factor=False)

    # Then neither gets anything
    assert post(key_of(payer), "refunds", body).status_code == 403
    answer = post(without, "refunds", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")

    # And who shows one does
    give_second_factor(owner)
    answer = post(signed_in(owner), "refunds", body)
    assert answer.status_code == 201, answer.json()
    (refund,) = answer.json()["data"]
    assert refund["amount"] == {"amount": "10.000000", "currency": "CNY"}


def test_without_a_key_of_the_provider_no_payment_is_taken(payer: Payer, settings) -> None:
    settings.STRIPE_API_KEY = ""
    answer = post(key_of(payer), "top-ups", wish(payer))
    assert (answer.status_code, answer.json()["code"]) == (503, "payments_not_set_up")

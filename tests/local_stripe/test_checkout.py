"""Checkout Sessions and their hosted page, as a person uses it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.stripe_server import LocalStripe, events_of

SUCCESS = "https://shop.example/ok?session={CHECKOUT_SESSION_ID}"
CANCEL = "https://shop.example/cancel"


@pytest.fixture
def client(shared_stripe: LocalStripe) -> Any:
    return shared_stripe.client()


def session(client: stripe.StripeClient, **params: Any) -> Any:
    return client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": SUCCESS,
            "cancel_url": CANCEL,
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {
                        "currency": "cny",
                        "unit_amount": 5_000,
                        "product_data": {"name": "算力充值"},
                    },
                }
            ],
            "payment_intent_data": {"metadata": {"top_up": "7"}},
            **params,
        }
    )


def press(session: Any, button: str) -> httpx.Response:
    return httpx.post(session.url, data={"do": button})


def test_the_page_shows_the_amount_and_a_card_pays(client) -> None:
    made = session(client)
    page = httpx.get(made.url).text

    answer = press(made, "card")

    after = client.v1.checkout.sessions.retrieve(made.id, params={"expand": ["payment_intent"]})
    assert "CNY 100.00" in page
    assert made.payment_intent is None
    assert answer.headers["location"] == f"https://shop.example/ok?session={made.id}"
    assert (after.status, after.payment_status, after.url) == ("complete", "paid", None)
    assert after.payment_intent.status == "succeeded"
    assert after.payment_intent.metadata.to_dict() == {"top_up": "7"}
    (event,) = events_of(client, "checkout.session.completed", made.id)
    assert event.data.object["payment_status"] == "paid"
    items = client.v1.checkout.sessions.line_items.list(made.id)
    assert [(item.description, item.amount_total) for item in items.data] == [("算力充值", 10_000)]


def test_a_declined_card_leaves_the_page_open(client) -> None:
    made = session(client)

    answer = press(made, "pm_card_chargeDeclinedInsufficientFunds")

    after = client.v1.checkout.sessions.retrieve(made.id)
    assert answer.status_code == 200
    assert "insufficient funds" in answer.text
    assert (after.status, after.payment_status) == ("open", "unpaid")
    assert press(made, "card").status_code == 303
    assert client.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_wallet_may_confirm_later(client, shared_stripe, outcome) -> None:
    made = session(client)

    press(made, "alipay processing")
    between = client.v1.checkout.sessions.retrieve(made.id)
    shared_stripe.control("settle", intent=between.payment_intent, outcome=outcome)

    after = client.v1.checkout.sessions.retrieve(made.id)
    assert (between.status, between.payment_status) == ("complete", "unpaid")
    assert after.payment_status == ("paid" if outcome == "succeeded" else "unpaid")
    assert len(events_of(client, f"checkout.session.async_payment_{outcome}", made.id)) == 1


def test_whoever_goes_back_pays_nothing(client) -> None:
    made = session(client)

    assert press(made, "cancel").headers["location"] == CANCEL
    assert client.v1.checkout.sessions.retrieve(made.id).status == "open"


def test_an_expired_session_takes_no_money(client) -> None:
    made = session(client)
    press(made, "pm_card_chargeDeclined")

    expired = client.v1.checkout.sessions.expire(made.id)
    answer = press(made, "card")

    assert (expired.status, expired.url) == ("expired", None)
    assert client.v1.payment_intents.retrieve(expired.payment_intent).status == "canceled"
    assert answer.status_code == 200
    assert len(events_of(client, "checkout.session.expired", made.id)) == 1
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(made.id)


def test_a_session_expires_by_itself(local_stripe) -> None:
    client = local_stripe.client()
    made = session(client)

    local_stripe.control("advance", seconds=86_400)

    assert client.v1.checkout.sessions.retrieve(made.id).status == "expired"


def test_its_intent_is_not_canceled_beside_it(client) -> None:
    made = session(client)
    press(made, "pm_card_chargeDeclined")
    intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent)


def test_a_card_is_saved_on_the_page(client) -> None:
    customer = client.v1.customers.create(params={})
    made = client.v1.checkout.sessions.create(
        params={
            "mode": "setup",
            "currency": "cny",
            "customer": customer.id,
            "success_url": SUCCESS,
            "setup_intent_data": {"metadata": {"for": "auto top-up"}},
        }
    )

    press(made, "card")

    after = client.v1.checkout.sessions.retrieve(made.id, params={"expand": ["setup_intent"]})
    assert (after.payment_status, after.setup_intent.status) == (
        "no_payment_required",
        "succeeded",
    )
    assert after.setup_intent.metadata.to_dict() == {"for": "auto top-up"}
    (card,) = client.v1.customers.payment_methods.list(customer.id).data
    assert card.id == after.setup_intent.payment_method


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"success_url": ""}, "success_url"),
        ({"line_items": []}, "line_items"),
        ({"expires_at": 1}, "expires_at"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(client, params, param) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        session(client, **params)

    assert raised.value.param == param

"""Payments through the official SDK: cards that pay, decline and ask, wallets, saved cards."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.stripe_server import LocalStripe, events_of

BACK = "https://shop.example/back"


@pytest.fixture
def client(shared_stripe: LocalStripe) -> Any:
    return shared_stripe.client()


def pay(client: stripe.StripeClient, method: str, **params: Any) -> Any:
    told: Any = {
        "amount": 10_000,
        "currency": "cny",
        "payment_method": method,
        "confirm": True,
        "return_url": BACK,
        **params,
    }
    return client.v1.payment_intents.create(params=told)


def wallet(client: stripe.StripeClient, type_: str, **params: Any) -> Any:
    told: Any = {
        "amount": 10_000,
        "currency": "cny",
        "payment_method_data": {"type": type_},
        "payment_method_options": {"wechat_pay": {"client": "web"}},
        "confirm": True,
        "return_url": BACK,
        **params,
    }
    return client.v1.payment_intents.create(params=told)


def test_a_card_pays_and_the_fee_stands_on_the_balance_transaction(client) -> None:
    intent = pay(client, "pm_card_visa", expand=["latest_charge.balance_transaction"])

    charge = intent.latest_charge
    booked = charge.balance_transaction
    assert (intent.status, intent.amount_received) == ("succeeded", 10_000)
    assert (charge.paid, charge.payment_method_details.card.last4) == (True, "4242")
    # 3.4 % of CNY 100.00, and CNY 2.15.
    assert (booked.amount, booked.fee, booked.net) == (10_000, 555, 9_445)
    assert (booked.type, booked.source, booked.status) == ("charge", charge.id, "pending")
    assert booked.available_on - booked.created == 2 * 86_400


@pytest.mark.parametrize(
    ("method", "code", "reason"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_a_declined_card_leaves_a_failed_charge_and_an_intent_to_try_again(
    client, method, code, reason
) -> None:
    with pytest.raises(stripe.CardError) as raised:
        pay(client, method)

    error = raised.value.error
    assert (raised.value.http_status, error.code, error.decline_code) == (402, code, reason)
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == reason
    assert client.v1.charges.retrieve(error.charge).status == "failed"
    assert len(events_of(client, "payment_intent.payment_failed", intent.id)) == 1

    again = client.v1.payment_intents.confirm(
        intent.id, params={"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert again.status == "succeeded"


def test_a_card_that_asks_waits_for_its_holder(client, shared_stripe) -> None:
    intent = pay(client, "pm_card_threeDSecure2Required")

    assert intent.status == "requires_action"
    assert intent.next_action.redirect_to_url.return_url == BACK
    answer = httpx.post(intent.next_action.redirect_to_url.url, data={"do": "succeeded"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?payment_intent={intent.id}&")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_holder_who_refuses_leaves_the_intent_open(client, shared_stripe) -> None:
    intent = pay(client, "pm_card_threeDSecure2Required")

    shared_stripe.control("pay", intent=intent.id, outcome="failed")

    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"


def test_manual_confirmation_needs_a_second_word(client, shared_stripe) -> None:
    intent = pay(client, "pm_card_threeDSecure2Required", confirmation_method="manual")

    shared_stripe.control("pay", intent=intent.id)

    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_confirmation"
    confirmed = client.v1.payment_intents.confirm(intent.id, params={"return_url": BACK})
    assert confirmed.status == "succeeded"


def test_alipay_redirects_and_wechat_pay_shows_a_code(client, shared_stripe) -> None:
    alipay = wallet(client, "alipay")
    wechat = wallet(client, "wechat_pay")

    assert alipay.next_action.type == "alipay_handle_redirect"
    assert alipay.next_action.alipay_handle_redirect.return_url == BACK
    assert wechat.next_action.type == "wechat_pay_display_qr_code"
    code = wechat.next_action.wechat_pay_display_qr_code
    assert httpx.get(code.hosted_instructions_url).status_code == 200
    drawn = httpx.get(code.image_url_svg)
    assert (drawn.headers["content-type"], "<svg" in drawn.text) == ("image/svg+xml", True)
    assert code.image_data_url.startswith("data:image/svg+xml;base64,")
    for intent in (alipay, wechat):
        shared_stripe.control("pay", intent=intent.id)
        paid = client.v1.payment_intents.retrieve(
            intent.id, params={"expand": ["latest_charge.balance_transaction"]}
        )
        assert paid.status == "succeeded"
        # 2.2 % of CNY 100.00, and CNY 2.15.
        assert paid.latest_charge.balance_transaction.fee == 435


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_payment_that_takes_a_while_is_processing_first(client, shared_stripe, outcome) -> None:
    intent = wallet(client, "alipay")

    shared_stripe.control("pay", intent=intent.id, outcome="processing")
    between = client.v1.payment_intents.retrieve(intent.id, params={"expand": ["latest_charge"]})
    shared_stripe.control("settle", intent=intent.id, outcome=outcome)

    assert (between.status, between.latest_charge.status) == ("processing", "pending")
    assert between.latest_charge.balance_transaction is None
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == ("succeeded" if outcome == "succeeded" else "requires_payment_method")
    assert len(events_of(client, "payment_intent.processing", intent.id)) == 1


def test_a_canceled_intent_cannot_be_confirmed(client) -> None:
    intent = client.v1.payment_intents.create(params={"amount": 500, "currency": "cny"})

    canceled = client.v1.payment_intents.cancel(
        intent.id, params={"cancellation_reason": "abandoned"}
    )

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.confirm(intent.id, params={"payment_method": "pm_card_visa"})
    assert raised.value.code == "payment_intent_unexpected_state"
    assert raised.value.error.payment_intent.status == "canceled"


def test_a_saved_card_is_charged_when_its_holder_is_away(client) -> None:
    customer = client.v1.customers.create(params={"email": "buyer@example.com"})
    setup = client.v1.setup_intents.create(
        params={"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    )

    intent = pay(client, setup.payment_method, customer=customer.id, off_session=True)

    assert (setup.status, intent.status) == ("succeeded", "succeeded")
    kept = client.v1.customers.payment_methods.list(customer.id, params={"type": "card"})
    assert [method.id for method in kept.data] == [setup.payment_method]
    client.v1.payment_methods.detach(setup.payment_method)
    assert client.v1.customers.payment_methods.list(customer.id).data == []


def test_a_card_that_always_asks_cannot_be_charged_when_its_holder_is_away(
    client, shared_stripe
) -> None:
    customer = client.v1.customers.create(params={})
    setup = client.v1.setup_intents.create(
        params={
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": BACK,
        }
    )
    shared_stripe.control("pay", intent=setup.id)

    with pytest.raises(stripe.CardError) as raised:
        pay(client, setup.payment_method, customer=customer.id, off_session=True)

    assert raised.value.code == "authentication_required"
    assert raised.value.error.payment_intent.status == "requires_payment_method"


def test_a_payment_saves_its_card_when_asked_to(client) -> None:
    customer = client.v1.customers.create(params={})

    intent = pay(client, "pm_card_visa", customer=customer.id, setup_future_usage="off_session")

    assert client.v1.payment_methods.retrieve(intent.payment_method).customer == customer.id


def test_another_customers_card_is_refused(client) -> None:
    owner = client.v1.customers.create(params={})
    stranger = client.v1.customers.create(params={})
    card = client.v1.payment_methods.attach("pm_card_visa", params={"customer": owner.id})

    with pytest.raises(stripe.InvalidRequestError):
        pay(client, card.id, customer=stranger.id)


def test_a_zero_decimal_currency_is_charged_in_whole_units(client) -> None:
    intent = pay(
        client,
        "pm_card_visa",
        amount=1000,
        currency="jpy",
        expand=["latest_charge.balance_transaction"],
    )

    # 3.4 % of JPY 1000, and JPY 45.
    assert intent.latest_charge.balance_transaction.fee == 79


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0, "parameter_invalid_integer"), (399, "amount_too_small"), (10**8, "amount_too_large")],
)
def test_amounts_have_limits(client, amount, code) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.create(params={"amount": amount, "currency": "cny"})

    assert (raised.value.code, raised.value.param) == (code, "amount")

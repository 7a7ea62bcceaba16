"""Money in: each way of paying credits once, whatever is repeated, lost, late or out of order."""

from __future__ import annotations

import pytest

from compute_billing.payments import operations, working
from compute_billing.payments.calls import LEASE
from compute_billing.payments.models import Payment, StripeCall, StripeEvent, Way
from compute_billing.payments.states import PaymentState
from kernel.audit import Actor
from tests.builders.ledger import make_debt
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.books import at_stripe, fees, owed, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell, tell_all

pytestmark = pytest.mark.django_db

YUAN = 1_000_000


def test_checkout_is_paid_and_credited_with_its_fee(stripe: StandIn, payer: Payer) -> None:
    # Given a Checkout that was opened for 100 yuan
    payment = payer.open(10_000)
    assert (payment.state, payment.checkout_url[:7]) == (PaymentState.OPEN, "http://")

    # When the payer pays and Stripe tells it
    stripe.pay(payment)
    tell_all(stripe)
    payer.work()

    # Then the lot holds all of it, and the fee of 3.4 % + 2.15 yuan is the operator's
    payment.refresh_from_db()
    assert (payment.state, payment.received_fen, payment.method) == ("paid", 10_000, "card")
    assert payment.fee_fen == 340 + 215
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert fees(payer) == 5_550_000
    assert at_stripe(payer) == 94_450_000


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_wallets_of_the_mainland_pay_as_well(stripe: StandIn, payer: Payer, method: str) -> None:
    # Given an intent of a program for one method
    payment = payer.open(5_000, way=Way.INTENT, method=method)
    assert payment.state == PaymentState.OPEN

    # When the payer's page confirms it and he agrees
    stripe.api(
        f"/v1/payment_intents/{payment.stripe_intent}/confirm",
        {
            "payment_method_data[type]": method,
            "return_url": "https://example.com",
            **(
                {"payment_method_options[wechat_pay][client]": "web"}
                if method == "wechat_pay"
                else {}
            ),
        },
    )
    stripe.control("pay", intent=payment.stripe_intent)
    tell_all(stripe)
    payer.work()

    # Then it is credited
    payment.refresh_from_db()
    assert (payment.state, payment.method) == ("paid", method)
    assert paid_lots(payer) == [(50 * YUAN, 0)]


def test_every_event_twice_and_backwards_credits_once(stripe: StandIn, payer: Payer) -> None:
    # Given a payment that is paid at Stripe
    payment = payer.open()
    stripe.pay(payment)

    # When its events come in the wrong order, and then all again
    events = list(reversed(stripe.events()))
    assert set(tell(events)) == {True}
    payer.work()
    assert set(tell(events)) == {False}
    payer.work()

    # Then there is one lot, and every event of ours was handled once
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert set(StripeEvent.objects.values_list("state", flat=True)) <= {"handled", "kept"}
    assert StripeEvent.objects.count() == len(events)


def test_the_event_comes_before_the_answer_is_noted(stripe: StandIn, payer: Payer) -> None:
    # Given a call that Stripe carried out and whose answer never came
    payment = payer.ask()
    stripe.control("fault", kind="drop_after", method="POST", path="/v1/checkout/sessions")
    working.carry_out(payment=payment, clock=payer.now)
    payment.refresh_from_db()
    assert (payment.state, payment.stripe_session) == (PaymentState.ASKED, "")
    session = stripe.one("checkout.session")

    # When it is paid all the same, and the event is there first
    stripe.control("pay", session=session["id"], method="pm_card_visa")
    tell_all(stripe)
    payer.work()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID

    # Then the repeated call finds the same session, and nothing is credited twice
    payer.ahead += LEASE
    payer.work()
    assert len(stripe.objects("checkout.session")) == 1
    assert StripeCall.objects.get().state == "done"
    assert paid_lots(payer) == [(100 * YUAN, 0)]


def test_a_double_click_is_one_payment(stripe: StandIn, payer: Payer) -> None:
    # When the same form is sent twice
    first, second = payer.open(form="form-1"), payer.open(form="form-1")

    # Then there is one payment and one session
    assert first.pk == second.pk
    assert len(stripe.objects("checkout.session")) == 1

    # And other content under its token is refused
    with pytest.raises(operations.TopUpTokenReused):
        payer.ask(20_000, form="form-1")


def test_arrears_are_cleared_first(stripe: StandIn, payer: Payer) -> None:
    # Given a tenant who owes 30 yuan
    make_debt(tenant_id=payer.tenant.pk, operator_id=payer.operator.pk, amount=30 * YUAN)

    # When it tops up 100
    payment = payer.open()
    stripe.pay(payment)
    tell_all(stripe)
    payer.work()

    # Then 70 are left and nothing is owed
    assert paid_lots(payer) == [(70 * YUAN, 0)]
    assert owed(payer) == {}


def test_no_webhook_at_all_is_made_up_for_by_looking(stripe: StandIn, payer: Payer) -> None:
    # Given a paid session of which nothing was told
    payment = payer.open()
    stripe.pay(payment)

    # When it is looked at in its time
    payer.ahead = payment.look_again_at - payment.asked_at
    assert working.look_at_open(clock=payer.now) == 1

    # Then it is credited
    payment.refresh_from_db()
    assert (payment.state, payment.look_again_at) == ("paid", None)


@pytest.mark.parametrize(
    ("fen", "word"), [(999, "10.000000"), (50_000_001, "500000.000000"), (0, "10.000000")]
)
def test_amounts_have_bounds(stripe: StandIn, payer: Payer, fen: int, word: str) -> None:
    with pytest.raises(operations.UnableToTopUp, match=word):
        payer.ask(fen)
    assert not Payment.objects.exists()


def test_an_expired_checkout_is_cancelled(stripe: StandIn, payer: Payer) -> None:
    # Given a session that nobody pays
    payment = payer.open()

    # When its day is over
    stripe.control("advance", seconds=86_401)
    tell_all(stripe)
    payer.work()

    # Then the payment is over
    payment.refresh_from_db()
    assert (payment.state, payment.received_fen) == (PaymentState.CANCELLED, 0)


def test_cancelling_what_is_being_paid_lets_the_money_win(stripe: StandIn, payer: Payer) -> None:
    # Given a payer who is faster than who cancels
    payment = payer.open()
    stripe.pay(payment)

    # When the payment is cancelled here
    operations.cancel_top_up(payment_id=payment.pk, actor=Actor.system(), now=payer.now())
    working.carry_out(payment=payment, clock=payer.now)

    # Then it is paid, and credited
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    with pytest.raises(operations.UnableToCancelTopUp):
        operations.cancel_top_up(payment_id=payment.pk, actor=Actor.system(), now=payer.now())


def test_cancelling_ends_the_session(stripe: StandIn, payer: Payer) -> None:
    payment = payer.open()
    operations.cancel_top_up(payment_id=payment.pk, actor=Actor.system(), now=payer.now())
    working.carry_out(payment=payment, clock=payer.now)
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert stripe.one("checkout.session")["status"] == "expired"

"""SIGKILL before and after each call of payments and in each of its webhooks: each fen once.

What `test_payments_killed` kills during a request is killed here at every other place: a program's
intent, a saved card that pays by itself, a payment that is called off, refunds, and disputes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from compute_billing.payments import operations, working
from compute_billing.payments.models import Dispute, Payment, Refund, StripeEvent, Way
from kernel.audit import Actor
from tests.builders.ledger import make_operator, make_tenant
from tests.builders.payments import ask_refund
from tests.builders.stripe import StandIn, stand_in
from tests.compute_billing.payments.books import at_stripe, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all
from tests.compute_billing.payments.test_automatic import save_card, switch_on
from tests.compute_billing.payments.test_refunds import spend
from tests.concurrency.killing_stripe import AFTER, BEFORE, LEASES_OVER, killed_at

pytestmark = pytest.mark.django_db(transaction=True)

YUAN = 1_000_000
GATEWAY = "compute_billing.payments.stripe_gateway"
OUTCOMES = "compute_billing.payments.outcomes"
HANDLE = "compute_billing.payments.inbox.handle"
WORKS = "compute_billing.payments.working"


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with stand_in() as one:
        yield one


@pytest.fixture
def stripe(running: StandIn) -> StandIn:
    running.begin()
    return running


@pytest.fixture
def payer() -> Payer:
    return Payer(tenant=make_tenant(), operator=make_operator())


def kill_everywhere(stripe: StandIn, payer: Payer, *places: tuple[str, str]) -> None:
    """Kill a worker at each place in turn; each leaves a lease that ends."""
    for place, when in places:
        killed_at(stripe, place, when, ahead=payer.ahead, works=WORKS)
        payer.ahead += LEASES_OVER


def go_on(stripe: StandIn, payer: Payer) -> None:
    """Do all that waits and all that is told: twice, as if two workers came."""
    for _ in range(2):
        payer.ahead += LEASES_OVER
        tell_all(stripe)
        payer.work()


def test_killed_around_an_intent_of_a_program(stripe: StandIn, payer: Payer) -> None:
    payment = payer.ask(10_000, way=Way.INTENT, method="card")

    kill_everywhere(
        stripe,
        payer,
        (f"{GATEWAY}.send_payment", BEFORE),
        (f"{GATEWAY}.send_payment", AFTER),
        (f"{OUTCOMES}.observe_payment", AFTER),
    )
    go_on(stripe, payer)

    payment.refresh_from_db()
    assert payment.state == "open"
    assert [one["id"] for one in stripe.objects("payment_intent")] == [payment.stripe_intent]


def test_killed_while_a_saved_card_pays_by_itself(stripe: StandIn, payer: Payer) -> None:
    # Given a payment that a saved card makes at once
    save_card(stripe, payer)
    switch_on(payer)
    spend(payer, 60)
    payer.ahead += timedelta(minutes=3)
    assert working.top_up_what_is_low(clock=payer.now) == 1

    # When workers die around the call that takes the money
    kill_everywhere(
        stripe,
        payer,
        (f"{GATEWAY}.send_payment", BEFORE),
        (f"{GATEWAY}.send_payment", AFTER),
        (f"{OUTCOMES}.observe_payment", AFTER),
    )
    go_on(stripe, payer)

    # Then it was taken once, and credited once
    assert [one["amount"] for one in stripe.objects("charge")] == [10_000, 20_000]
    assert paid_lots(payer) == [(40 * YUAN, 0), (200 * YUAN, 0)]


def test_killed_while_a_payment_is_called_off(stripe: StandIn, payer: Payer) -> None:
    payment = payer.open()
    operations.cancel_top_up(payment_id=payment.pk, actor=Actor.system(), now=payer.now())

    kill_everywhere(
        stripe,
        payer,
        (f"{GATEWAY}.send_payment", BEFORE),
        (f"{GATEWAY}.send_payment", AFTER),
        (f"{OUTCOMES}.observe_payment", AFTER),
    )
    go_on(stripe, payer)

    assert Payment.objects.get().state == "cancelled"
    assert stripe.one("checkout.session")["status"] == "expired"
    assert paid_lots(payer) == []


def test_killed_around_a_refund(stripe: StandIn, payer: Payer) -> None:
    payment = payer.open()
    stripe.pay(payment)
    go_on(stripe, payer)
    ask_refund(Payment.objects.get(), fen=4_000, now=payer.now())

    kill_everywhere(
        stripe,
        payer,
        (f"{GATEWAY}.send_refund", BEFORE),
        (f"{GATEWAY}.send_refund", AFTER),
        (f"{OUTCOMES}.observe_refund", AFTER),
    )
    go_on(stripe, payer)

    assert Refund.objects.get().state == "succeeded"
    assert [one["amount"] for one in stripe.objects("refund")] == [4_000]
    assert paid_lots(payer) == [(60 * YUAN, 0)]
    assert at_stripe(payer) == 60 * YUAN - 5_550_000


@pytest.mark.parametrize("told", ["paid", "refunded", "disputed"])
def test_killed_around_each_webhook(stripe: StandIn, payer: Payer, told: str) -> None:
    # Given events that were stored: of a payment, of a refund on Stripe's pages, of a dispute
    payment = payer.open()
    stripe.pay(payment)
    fetched, applied = "fetch_intent", "take_in_payment"
    if told != "paid":
        go_on(stripe, payer)
        charge = Payment.objects.get().stripe_charge
        if told == "refunded":
            stripe.api("/v1/refunds", {"charge": charge, "amount": 4_000})
            fetched, applied = "fetch_refund", "take_in_refund"
        else:
            stripe.control("dispute", charge=charge)
            fetched, applied = "fetch_dispute", "take_in_dispute"
    tell_all(stripe)

    # When workers die before and after Stripe is asked, in the booking, and behind it
    kill_everywhere(
        stripe,
        payer,
        (f"{GATEWAY}.{fetched}", BEFORE),
        (f"{GATEWAY}.{fetched}", AFTER),
        (f"{OUTCOMES}.{applied}", AFTER),
        (HANDLE, AFTER),
    )
    go_on(stripe, payer)

    # Then it is booked once, and no event waits
    assert not StripeEvent.objects.filter(state="waiting").exists()
    left = {"paid": 100 * YUAN, "refunded": 60 * YUAN, "disputed": 0}[told]
    assert paid_lots(payer) == [(left, 0)]
    assert Refund.objects.count() == (told == "refunded")
    assert Dispute.objects.count() == (told == "disputed")

"""Chargebacks: spending pauses, what is spent becomes arrears, and a won dispute undoes it all."""

from __future__ import annotations

import itertools

import pytest

from compute_billing.ledger.models import Wallet
from compute_billing.payments.models import Dispute, Payment
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.books import at_stripe, fees, owed, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell, tell_all
from tests.compute_billing.payments.test_refunds import pay, spend

pytestmark = pytest.mark.django_db

YUAN = 1_000_000


def disputed(stripe: StandIn, payer: Payer, *, spent: int) -> Payment:
    """Pay 100 yuan by a card whose bank takes them back; spend some in between."""
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    if spent:
        spend(payer, spent)
    charge = payment.stripe_charge
    stripe.control("dispute", charge=charge)
    tell_all(stripe)
    payer.work()
    return payment


def paused(payer: Payer) -> str:
    return Wallet.objects.get(tenant=payer.tenant).paused_reason


def test_money_that_is_spent_becomes_arrears_and_spending_pauses(
    stripe: StandIn, payer: Payer
) -> None:
    # Given 100 yuan of which 70 are spent; when the bank takes them back
    disputed(stripe, payer, spent=70)

    # Then 30 leave the lot, 70 are owed, and new jobs wait; the fee is the operator's
    assert paid_lots(payer) == [(0, 0)]
    assert owed(payer) == {"chargeback": 70 * YUAN}
    assert paused(payer) == "payment_disputed"
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.withdrawn_fen, dispute.fee_fen) == ("open", 10_000, 7_800)
    assert fees(payer) == 5_550_000 + 78 * YUAN
    assert at_stripe(payer) == -(5_550_000 + 78 * YUAN)


def test_a_won_dispute_is_as_if_it_had_not_been(stripe: StandIn, payer: Payer) -> None:
    disputed(stripe, payer, spent=70)
    stripe.control("decide", dispute=Dispute.objects.get().stripe_dispute, outcome="won")
    tell_all(stripe)
    payer.work()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.returned_fen) == ("won", 10_000)
    assert paid_lots(payer) == [(30 * YUAN, 0)]
    assert owed(payer) == {}
    assert paused(payer) == ""


def test_a_lost_dispute_pauses_until_what_was_charged_back_is_paid(
    stripe: StandIn, payer: Payer
) -> None:
    # Given a lost dispute over spent money
    disputed(stripe, payer, spent=70)
    stripe.control("decide", dispute=Dispute.objects.get().stripe_dispute, outcome="lost")
    tell_all(stripe)
    payer.work()
    assert Dispute.objects.get().state == "lost"
    assert paused(payer) == "payment_disputed"

    # When the tenant pays anew
    pay(stripe, payer, 8_000, form="b", method="pm_card_mastercard")

    # Then what it owed is paid, and it goes on
    assert owed(payer) == {}
    assert paid_lots(payer) == [(0, 0), (10 * YUAN, 0)]
    assert paused(payer) == ""


def test_a_won_dispute_gives_back_what_was_paid_for_it_meanwhile(
    stripe: StandIn, payer: Payer
) -> None:
    # Given arrears of a dispute that the tenant has paid
    disputed(stripe, payer, spent=70)
    pay(stripe, payer, 8_000, form="b", method="pm_card_mastercard")
    assert owed(payer) == {}

    # When the bank decides for the operator after all
    stripe.control("decide", dispute=Dispute.objects.get().stripe_dispute, outcome="won")
    tell_all(stripe)
    payer.work()

    # Then all that was ever paid and not spent is there: 30 + 80
    assert sum(posted for posted, _ in paid_lots(payer)) == 110 * YUAN
    assert owed(payer) == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[:6])
def test_the_order_of_events_does_not_matter(
    stripe: StandIn, payer: Payer, order: tuple[int, ...]
) -> None:
    # Given a payment, a dispute and its end, of which nothing was told
    payment = payer.open(10_000)
    stripe.pay(payment)
    session = stripe.api(f"/v1/checkout/sessions/{payment.stripe_session}")
    intent = stripe.api(f"/v1/payment_intents/{session['payment_intent']}")
    dispute = stripe.control("dispute", charge=intent["latest_charge"])
    stripe.control("decide", dispute=dispute["id"], outcome="won")

    # When the events come in any order, each part handled before the next is told
    events = stripe.events()
    parts = [events[0::3], events[1::3], events[2::3]]
    for place in order:
        tell(parts[place])
        payer.work()

    # Then the end is the same
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert Dispute.objects.get().state == "won"
    assert fees(payer) - 5_550_000 == Dispute.objects.get().fee_fen * 10_000


def test_an_inquiry_takes_no_money(stripe: StandIn, payer: Payer) -> None:
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    stripe.control("dispute", charge=payment.stripe_charge, inquiry=True)
    tell_all(stripe)
    payer.work()
    assert Dispute.objects.get().state == "warning"
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert paused(payer) == ""

"""Money back: only what is unspent, held on its way, never too much, and back where it failed."""

from __future__ import annotations

import pytest

from compute_billing.ledger.models import CreditLot
from compute_billing.payments import operations, working
from compute_billing.payments.calls import KEY_LIFE, LEASE
from compute_billing.payments.models import Payment, Refund, StripeCall
from compute_billing.payments.states import RefundState
from kernel.audit import Actor
from tests.builders.ledger import CNY, Transfer, make_account, post_entry
from tests.builders.stripe import StandIn
from tests.compute_billing.payments.books import at_stripe, owed, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import tell_all

pytestmark = pytest.mark.django_db

YUAN = 1_000_000


def pay(stripe: StandIn, payer: Payer, fen: int, *, form: str, method: str) -> Payment:
    payment = payer.open(fen, form=form)
    stripe.pay(payment, method=method)
    tell_all(stripe)
    payer.work()
    payment.refresh_from_db()
    return payment


def spend(payer: Payer, yuan: int) -> None:
    """Let the newest lot pay for something."""
    lot = CreditLot.objects.filter(tenant=payer.tenant).latest("account_id")
    post_entry(Transfer(lot.account_id, make_account(kind="compute_revenue"), CNY, yuan * YUAN))


def ask_back(payer: Payer, fen: int, *, form: str = "refund-1", **more: object) -> list[Refund]:
    return operations.ask_refunds(
        tenant_id=payer.tenant.pk,
        operator_id=payer.operator.pk,
        amount_fen=fen,
        token=form,
        actor=Actor.system(),
        now=payer.now(),
        **more,
    )


def test_a_part_goes_back_and_the_fee_stays(stripe: StandIn, payer: Payer) -> None:
    # Given 100 yuan of which 25 are spent
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    spend(payer, 25)

    # When 30 are asked back
    (refund,) = ask_back(payer, 3_000)
    assert paid_lots(payer) == [(75 * YUAN, 30 * YUAN)]
    working.carry_out(payment=payment, clock=payer.now)

    # Then they are gone from the lot and from the money at Stripe
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert paid_lots(payer) == [(45 * YUAN, 0)]
    assert at_stripe(payer) == 64_450_000
    assert stripe.one("refund")["amount"] == 3_000


def test_no_more_than_what_is_unspent_goes_back(stripe: StandIn, payer: Payer) -> None:
    pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    spend(payer, 25)
    with pytest.raises(operations.UnableToRefund, match=r"75\.000000"):
        ask_back(payer, 7_501)
    ask_back(payer, 7_000, form="first")
    with pytest.raises(operations.UnableToRefund, match=r"5\.000000"):
        ask_back(payer, 501, form="second")
    assert len(ask_back(payer, 7_000, form="first")) == 1
    assert Refund.objects.count() == 1


def test_what_is_spent_last_goes_back_first(stripe: StandIn, payer: Payer) -> None:
    # Given two payments, of which the smaller one is spent first
    small = pay(stripe, payer, 2_000, form="a", method="pm_card_visa")
    large = pay(stripe, payer, 10_000, form="b", method="pm_card_mastercard")

    # When 110 yuan are asked back
    refunds = ask_back(payer, 11_000)

    # Then the larger gives all it has, and the smaller the rest, each to its own card
    assert [(one.payment_id, one.amount_fen) for one in refunds] == [
        (large.pk, 10_000),
        (small.pk, 1_000),
    ]
    payer.work()
    assert {one["payment_intent"]: one["amount"] for one in stripe.objects("refund")} == {
        large.stripe_intent: 10_000,
        small.stripe_intent: 1_000,
    }
    assert paid_lots(payer) == [(10 * YUAN, 0), (0, 0)]


def test_a_pending_refund_that_fails_gives_the_money_back(stripe: StandIn, payer: Payer) -> None:
    # Given a refund that the network takes its time for
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_pendingRefund")
    (refund,) = ask_back(payer, 4_000)
    working.carry_out(payment=payment, clock=payer.now)
    refund.refresh_from_db()
    assert refund.state == RefundState.PENDING
    assert paid_lots(payer) == [(100 * YUAN, 40 * YUAN)]

    # When it comes back
    stripe.control("settle", refund=refund.stripe_refund, outcome="failed")
    tell_all(stripe)
    payer.work()

    # Then the lot is free again
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    assert paid_lots(payer) == [(100 * YUAN, 0)]


def test_a_refund_that_fails_after_it_succeeded_returns(stripe: StandIn, payer: Payer) -> None:
    # Given a refund that was said to have succeeded
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_refundFail")
    (refund,) = ask_back(payer, 4_000)
    working.carry_out(payment=payment, clock=payer.now)
    assert paid_lots(payer) == [(60 * YUAN, 0)]

    # When the bank sends it back days later
    stripe.control("advance", seconds=10)
    tell_all(stripe)
    payer.work()

    # Then the money is on the lot again
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    assert at_stripe(payer) == 94_450_000


def test_a_refusal_by_stripe_frees_the_money(stripe: StandIn, payer: Payer) -> None:
    # Given a payment that somebody refunded on Stripe's pages, of which nothing was told yet
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    stripe.api("/v1/refunds", {"payment_intent": payment.stripe_intent, "amount": "8000"})

    # When more than the rest is asked back
    (refund,) = ask_back(payer, 5_000)
    working.carry_out(payment=payment, clock=payer.now)

    # Then it failed, nothing is held, and what was refunded there is booked once it is told
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    tell_all(stripe)
    payer.work()
    assert paid_lots(payer) == [(20 * YUAN, 0)]
    assert owed(payer) == {}


def test_a_foreign_refund_of_spent_money_is_owed(stripe: StandIn, payer: Payer) -> None:
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    spend(payer, 90)
    stripe.api("/v1/refunds", {"payment_intent": payment.stripe_intent, "amount": "3000"})
    tell_all(stripe)
    payer.work()
    tell_all(stripe)
    payer.work()
    assert paid_lots(payer) == [(0, 0)]
    assert owed(payer) == {"refunded_outside": 20 * YUAN}


@pytest.mark.parametrize("days", [0, 2])
def test_an_answer_that_was_lost_is_found_again(stripe: StandIn, payer: Payer, days: int) -> None:
    """Within the life of the key by the key; behind it by looking for the object."""
    # Given a refund that was made and whose answer was lost
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    (refund,) = ask_back(payer, 4_000)
    stripe.control("fault", kind="drop_after", method="POST", path="/v1/refunds")
    working.carry_out(payment=payment, clock=payer.now)
    refund.refresh_from_db()
    assert refund.state == RefundState.PENDING

    # When it is tried again, perhaps so late that Stripe has forgotten the key
    payer.ahead += LEASE + days * KEY_LIFE
    stripe.control("advance", seconds=int(payer.ahead.total_seconds()))
    payer.work()

    # Then there is one refund, here and there
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert len(stripe.objects("refund")) == 1
    assert StripeCall.objects.get(refund=refund).generation == 1
    assert paid_lots(payer) == [(60 * YUAN, 0)]


def test_a_call_that_never_arrived_is_made_under_a_new_key(stripe: StandIn, payer: Payer) -> None:
    # Given a refund of which Stripe never heard, for two days
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    (refund,) = ask_back(payer, 4_000)
    stripe.control("fault", kind="drop_before", method="POST", path="/v1/refunds")
    working.carry_out(payment=payment, clock=payer.now)
    payer.ahead += 2 * KEY_LIFE

    # When it is looked for and not found
    payer.work()

    # Then it is made, once
    call = StripeCall.objects.get(refund=refund)
    assert (call.state, call.generation) == ("done", 2)
    assert len(stripe.objects("refund")) == 1


def test_a_failure_that_the_key_keeps_is_got_round(stripe: StandIn, payer: Payer) -> None:
    """Stripe answers a key that met its failure with that failure, for a day."""
    payment = pay(stripe, payer, 10_000, form="a", method="pm_card_visa")
    (refund,) = ask_back(payer, 4_000)
    stripe.control("fault", kind="error_500_after", method="POST", path="/v1/refunds")
    working.carry_out(payment=payment, clock=payer.now)
    for _ in range(12):
        payer.ahead += LEASE
        payer.work()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert len(stripe.objects("refund")) == 1
    assert paid_lots(payer) == [(60 * YUAN, 0)]

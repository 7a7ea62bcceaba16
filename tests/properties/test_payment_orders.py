"""Whatever of Stripe's answers arrive, how often, and in which order, the books end the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from compute_billing.audit import queries as audit
from compute_billing.payments import outcomes
from compute_billing.payments.models import Dispute, Payment, Refund
from compute_billing.payments.seen import DisputeSeen, PaymentSeen, RefundSeen
from kernel.transactions import transaction
from tests.builders.payments import NOW, ask_refund, make_payment, paid_seen, pay
from tests.compute_billing.payments.books import at_stripe, fees, owed, paid_lots
from tests.compute_billing.payments.conftest import Payer

pytestmark = pytest.mark.django_db

YUAN = 1_000_000
Answer = Callable[[], None]


def payment_answers(payment: Payment) -> list[Answer]:
    """Return what Stripe says of a payment at each stage of its life, the newest last."""
    key = payment.public_id.hex
    opened = PaymentSeen(observed_at=NOW, progress="open", session=f"cs_{key}", checkout_url="u")
    tried = PaymentSeen(
        observed_at=NOW,
        progress="requires_payment_method",
        session=f"cs_{key}",
        intent=f"pi_{key}",
        failure="card_declined",
    )
    stages = [
        opened,
        tried,
        paid_seen(payment, fee=None, fee_currency="", balance_transaction=""),
        paid_seen(payment),
    ]
    return [
        partial(outcomes.apply_payment, payment_id=payment.pk, seen=seen, now=NOW)
        for seen in stages
    ]


def refund_answers(refund: Refund) -> list[Answer]:
    """Return what Stripe says of a refund that succeeds."""

    def answer(state: str) -> None:
        seen = RefundSeen(
            observed_at=NOW,
            refund=f"re_{refund.public_id.hex}",
            intent=refund.payment.stripe_intent,
            amount=refund.amount_fen,
            currency="cny",
            state=state,
        )
        outcomes.apply_refund(refund_id=refund.pk, seen=seen, now=NOW)

    return [partial(answer, state) for state in ("pending", "succeeded")]


def dispute_answers(payment: Payment) -> list[Answer]:
    """Return what Stripe says of a dispute that is won."""

    def answer(number: int, state: str, withdrawn: int, returned: int, fee: int) -> None:
        seen = DisputeSeen(
            observed_at=NOW + timedelta(seconds=number),
            dispute=f"dp_{payment.public_id.hex}",
            intent=payment.stripe_intent,
            amount=payment.received_fen,
            currency="cny",
            state=state,
            withdrawn=withdrawn,
            returned=returned,
            fee=fee,
            fee_currency="cny",
        )
        with transaction():
            outcomes.take_in_dispute(seen=seen, now=NOW)

    whole = payment.received_fen
    stages = [("warning", 0, 0, 0), ("open", whole, 0, 7_800), ("won", whole, whole, 7_800)]
    return [partial(answer, number, *stage) for number, stage in enumerate(stages)]


@hypothesis_settings(max_examples=25)
@given(data=st.data())
def test_the_end_is_the_same_in_every_order(data: st.DataObject) -> None:
    # Given two payments, one with a refund and one with a dispute
    first = make_payment(fen=10_000)
    payer = Payer(tenant=first.tenant, operator=first.operator)
    second = pay(make_payment(tenant=payer.tenant, operator=payer.operator, fen=5_000))

    # When answers about the first come in any order and any number, the newest among them
    play(data, payment_answers(first))
    refund = ask_refund(Payment.objects.get(pk=first.pk), fen=3_000)
    play(data, refund_answers(refund), dispute_answers(second))

    # Then the end is the same
    assert Payment.objects.get(pk=first.pk).fee_fen == 555
    assert paid_lots(payer) == [(50 * YUAN, 0), (70 * YUAN, 0)]
    assert owed(payer) == {}
    assert fees(payer) == 2 * 5_550_000 + 78 * YUAN
    assert at_stripe(payer) == 120 * YUAN - 2 * 5_550_000 - 78 * YUAN
    assert Dispute.objects.get(payment=second).state == "won"
    assert [
        verdict.law.name for verdict in audit.verify_books(full=True) if not verdict.holds
    ] == []


def play(data: st.DataObject, *lives: list[Answer]) -> None:
    """Give answers of several lives in any order and any number, each life's newest among them."""
    told = [
        answer
        for life in lives
        for answer in [*data.draw(st.lists(st.sampled_from(life), max_size=4)), life[-1]]
    ]
    for answer in data.draw(st.permutations(told)):
        answer()

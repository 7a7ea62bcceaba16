"""Payments made by the real operations and by what Stripe would say, without a Stripe."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from django.test.utils import override_settings

from accounts.models import Organisation
from compute_billing.payments import operations, outcomes
from compute_billing.payments.models import Payment, Refund, StripeCall, Way
from compute_billing.payments.seen import DisputeSeen, PaymentSeen, RefundSeen
from kernel.audit import Actor
from kernel.transactions import transaction
from tests.builders.accounts import make_organisation
from tests.builders.ledger import make_operator

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)

_numbers = count(1)


def make_payment(
    *,
    tenant: Organisation | None = None,
    operator: Organisation | None = None,
    fen: int = 10_000,
    now: datetime = NOW,
) -> Payment:
    """Ask for a payment that nobody has opened yet."""
    with override_settings(STRIPE_API_KEY="sk_test_nobody"):
        return operations.ask_top_up(
            wish=operations.Wish(
                tenant_id=(tenant or make_organisation()).pk,
                operator_id=(operator or make_operator()).pk,
                amount_fen=fen,
                way=Way.CHECKOUT,
            ),
            token=f"form-{next(_numbers)}",
            actor=Actor.system(),
            now=now,
        )


def paid_seen(payment: Payment, *, fee: int = 555, **more: object) -> PaymentSeen:
    """Return what Stripe says of a payment by card that is paid."""
    key = payment.public_id.hex
    values = {
        "observed_at": NOW,
        "progress": "succeeded",
        "is_paid": True,
        "received": payment.amount_fen,
        "currency": "cny",
        "session": f"cs_{key}",
        "intent": f"pi_{key}",
        "charge": f"ch_{key}",
        "method": "card",
        "balance_transaction": f"txn_{key}",
        "fee": fee,
        "fee_currency": "cny",
    }
    return PaymentSeen(**{**values, **more})


def pay(payment: Payment, *, now: datetime = NOW, **more: object) -> Payment:
    """Let a payment be paid."""
    seen = paid_seen(payment, **more)
    outcomes.apply_payment(payment_id=payment.pk, seen=seen, now=now)
    payment.refresh_from_db()
    return payment


def ask_refund(payment: Payment, *, fen: int, now: datetime = NOW) -> Refund:
    """Ask for money of a payment back."""
    with override_settings(STRIPE_API_KEY="sk_test_nobody"):
        (refund,) = operations.ask_refunds(
            tenant_id=payment.tenant_id,
            operator_id=payment.operator_id,
            payment_id=payment.pk,
            amount_fen=fen,
            token=f"refund-{next(_numbers)}",
            actor=Actor.system(),
            now=now,
        )
    return refund


def settle_refund(refund: Refund, *, state: str = "succeeded", now: datetime = NOW) -> Refund:
    """Let Stripe say how a refund ended."""
    seen = RefundSeen(
        observed_at=now,
        refund=f"re_{refund.public_id.hex}",
        intent=refund.payment.stripe_intent,
        amount=refund.amount_fen,
        currency="cny",
        state=state,
    )
    outcomes.apply_refund(refund_id=refund.pk, seen=seen, now=now)
    refund.refresh_from_db()
    return refund


def dispute(
    payment: Payment, *, state: str = "open", returned: int = 0, now: datetime = NOW
) -> None:
    """Let the bank take a payment back, or decide about it."""
    seen = DisputeSeen(
        observed_at=now,
        dispute=f"dp_{payment.public_id.hex}",
        intent=payment.stripe_intent,
        amount=payment.received_fen,
        currency="cny",
        state=state,
        reason="fraudulent",
        withdrawn=payment.received_fen,
        returned=returned,
        fee=7_800,
        fee_currency="cny",
        opened_at=now,
    )
    with transaction():
        outcomes.take_in_dispute(seen=seen, now=now)


def pay_by_stripe(operator: Organisation, *, now: datetime) -> None:
    """Let a tenant of its own pay twice, take some back, and have its bank take the second."""
    payer = make_organisation(code="payer")
    first, second = (
        pay(make_payment(tenant=payer, operator=operator, fen=fen, now=now), now=now)
        for fen in (10_000, 5_000)
    )
    settle_refund(ask_refund(first, fen=1_000, now=now), now=now)
    ask_refund(first, fen=500, now=now)
    dispute(second, now=now)
    told = operations.Told(
        event="evt_world",
        type="payout.paid",
        object_type="payout",
        object_id="po_world",
        payload={"id": "evt_world"},
        created_at=now,
    )
    operations.keep(told=told, now=now)


def own_payment(organisation: Organisation) -> UUID:
    """Return a payment of an organisation that may still be called off."""
    return make_payment(tenant=organisation).public_id


def own_refund(organisation: Organisation) -> UUID:
    """Return a refund of an organisation."""
    return ask_refund(pay(make_payment(tenant=organisation)), fen=1_000).public_id


def own_waiting_call() -> UUID:
    """Return a call that waits."""
    return StripeCall.objects.get(payment=make_payment()).public_id


def own_event() -> str:
    """Return the id of an event that waits."""
    event = f"evt_{next(_numbers)}"
    told = operations.Told(
        event=event,
        type="payment_intent.succeeded",
        object_type="payment_intent",
        object_id="pi_unknown",
        payload={"id": event},
        created_at=NOW,
    )
    operations.keep(told=told, now=NOW)
    return event

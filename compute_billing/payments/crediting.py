"""Bring a payment to what Stripe says of it. Saying it twice, or late, changes nothing."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import PaymentFailed, PaymentReceived
from compute_billing.payments import automatic_outcome
from compute_billing.payments.backoff import look_again_at
from compute_billing.payments.booking import book_credit, book_fee
from compute_billing.payments.models import Payment, SavedCard, Way
from compute_billing.payments.parameters import CURRENCY
from compute_billing.payments.seen import PaymentSeen
from compute_billing.payments.states import LIVE_PAYMENTS, PAYMENT_TRANSITIONS, PaymentState
from kernel.errors import DomainError
from kernel.money import Money
from kernel.transactions import transaction_required

KNOWN_ONCE = ("session", "intent", "charge")


class PaymentNotAsAgreed(DomainError):
    """Stripe tells what cannot be of this payment: a person must look before money is booked."""

    code = "payment_not_as_agreed"


@transaction_required
def observe_payment(payment: Payment, *, seen: PaymentSeen, now: datetime) -> None:
    """Write down what Stripe says of a payment that the caller has locked.

    What came in is credited once, in full, whatever the payment was before.

    Raises:
        PaymentNotAsAgreed: another currency, or a second payment for the same row.
    """
    _refuse_other(payment, seen=seen)
    _keep_names(payment, seen=seen)
    if seen.is_paid and payment.state != PaymentState.PAID:
        _credit(payment, seen=seen, now=now)
    elif seen.is_over and payment.state in LIVE_PAYMENTS:
        end_unpaid(payment, failure=seen.failure, now=now)
    elif payment.state == PaymentState.ASKED and (seen.session or seen.intent):
        payment.state = PaymentState.OPEN
    _keep_fee(payment, seen=seen, now=now)
    payment.look_again_at = _next_look(payment, now=now)
    payment.save()


def _refuse_other(payment: Payment, *, seen: PaymentSeen) -> None:
    if seen.is_paid and seen.currency != CURRENCY:
        message = f"Payment {payment.public_id} was paid in {seen.currency}, not {CURRENCY}."
        raise PaymentNotAsAgreed(message, details={"currency": seen.currency})
    for name in KNOWN_ONCE:
        known, told = getattr(payment, f"stripe_{name}"), getattr(seen, name)
        if name == "charge" and payment.state != PaymentState.PAID:
            continue
        if known and told and known != told:
            message = (
                f"Payment {payment.public_id} is {known} and now {told}: paid twice? Look at "
                "both on Stripe's pages and refund one there."
            )
            raise PaymentNotAsAgreed(message, details={"known": known, "told": told})


def _keep_names(payment: Payment, *, seen: PaymentSeen) -> None:
    payment.stripe_session = seen.session or payment.stripe_session
    payment.stripe_intent = seen.intent or payment.stripe_intent
    payment.checkout_url = seen.checkout_url or payment.checkout_url
    if payment.state == PaymentState.PAID and not seen.is_paid:
        return  # An older answer, of before it was paid.
    payment.progress = seen.progress
    if seen.is_paid:
        payment.stripe_charge = seen.charge or payment.stripe_charge
        payment.method = seen.method or payment.method
        payment.receipt_url = seen.receipt_url or payment.receipt_url


@transaction_required
def _credit(payment: Payment, *, seen: PaymentSeen, now: datetime) -> None:
    PAYMENT_TRANSITIONS.check(from_=PaymentState(payment.state), to=PaymentState.PAID)
    payment.state, payment.paid_at, payment.ended_at = PaymentState.PAID, now, now
    payment.received_fen, payment.failure = seen.received, ""
    payment.save()
    book_credit(payment, amount_fen=seen.received, now=now)
    if payment.saves_card and seen.card is not None:
        _keep_card(payment, seen=seen, now=now)
    if payment.way == Way.AUTOMATIC:
        automatic_outcome.note_paid(payment)
    received = PaymentReceived(
        payment=payment.public_id, amount=Money.from_fen(seen.received), method=payment.method
    )
    emit(received, organisation_id=payment.tenant_id, now=now)


@transaction_required
def end_unpaid(payment: Payment, *, failure: str, now: datetime) -> None:
    """End a live payment that nobody will pay any more: failed for a reason, else cancelled."""
    state = PaymentState.FAILED if failure else PaymentState.CANCELLED
    PAYMENT_TRANSITIONS.check(from_=PaymentState(payment.state), to=state)
    payment.state, payment.ended_at, payment.look_again_at = state, now, None
    payment.failure = failure[:200]
    payment.save()
    if payment.way == Way.AUTOMATIC:
        automatic_outcome.note_declined(payment, now=now)
    if failure:
        failed = PaymentFailed(
            payment=payment.public_id,
            amount=Money.from_fen(payment.amount_fen),
            reason=failure[:100],
        )
        emit(failed, organisation_id=payment.tenant_id, now=now)


def _keep_fee(payment: Payment, *, seen: PaymentSeen, now: datetime) -> None:
    if payment.state != PaymentState.PAID or seen.fee is None or payment.fee_fen is not None:
        return
    payment.stripe_balance_transaction = seen.balance_transaction
    if seen.fee_currency != CURRENCY:
        message = (
            f"The fee of {payment.public_id} is in {seen.fee_currency}: let the account at Stripe "
            f"settle in {CURRENCY}."
        )
        raise PaymentNotAsAgreed(message, details={"currency": seen.fee_currency})
    payment.fee_fen = seen.fee
    book_fee(payment, amount_fen=seen.fee, reference=seen.balance_transaction, now=now)


def _keep_card(payment: Payment, *, seen: PaymentSeen, now: datetime) -> None:
    card = seen.card
    if card is None:
        return
    SavedCard.objects.update_or_create(
        tenant_id=payment.tenant_id,
        operator_id=payment.operator_id,
        defaults={
            "stripe_customer": card.customer,
            "stripe_method": card.method,
            "brand": card.brand,
            "last_four": card.last_four,
            "saved_at": now,
        },
    )


def _next_look(payment: Payment, *, now: datetime) -> datetime | None:
    """Say when to ask again: while it may be paid, and until the fee is known."""
    is_complete = payment.state == PaymentState.PAID and payment.fee_fen is not None
    is_over = payment.state in {PaymentState.FAILED, PaymentState.CANCELLED}
    if is_complete or is_over:
        return None
    return look_again_at(since=payment.paid_at or payment.asked_at, now=now)

"""What calls came to, and what Stripe says of what they made: one transaction each."""

from datetime import datetime

from compute_billing.payments.calls import Outgoing, end_call
from compute_billing.payments.crediting import end_unpaid, observe_payment
from compute_billing.payments.disputing import observe_dispute
from compute_billing.payments.locks import lock_payment, lock_refund
from compute_billing.payments.models import CallState, Payment, Refund
from compute_billing.payments.refunding import adopt_refund, fail_refund, observe_refund
from compute_billing.payments.seen import DisputeSeen, PaymentSeen, RefundSeen
from compute_billing.payments.states import LIVE_PAYMENTS, RefundState
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required


class UnknownPaymentTold(DomainError):
    """Stripe tells of a payment by a name of ours that the database does not have."""

    code = "unknown_payment_told"


def record_payment(outgoing: Outgoing, *, seen: PaymentSeen, now: datetime) -> None:
    """Note that a call opened, made or cancelled a payment."""
    with transaction():
        payment = lock_payment(outgoing.payment_id)
        found = seen.session or seen.intent
        if end_call(outgoing, state=CallState.DONE, found=found, now=now):
            observe_payment(payment, seen=seen, now=now)


def record_refund(outgoing: Outgoing, *, seen: RefundSeen, now: datetime) -> None:
    """Note that a call made a refund."""
    with transaction():
        payment = lock_payment(outgoing.payment_id)
        if end_call(outgoing, state=CallState.DONE, found=seen.refund, now=now):
            refund = lock_refund(outgoing.refund_id or 0)
            observe_refund(payment, refund, seen=seen, now=now)


def record_refusal(
    outgoing: Outgoing, *, failure: str, now: datetime, seen: PaymentSeen | None = None
) -> None:
    """Note that Stripe refused: the payment fails, or the refund, whose money is free again."""
    with transaction():
        payment = lock_payment(outgoing.payment_id)
        if not end_call(outgoing, state=CallState.REFUSED, failure=failure, now=now):
            return
        if outgoing.refund_id is not None:
            refund = lock_refund(outgoing.refund_id)
            if refund.state == RefundState.PENDING:
                fail_refund(payment, refund, failure=failure, now=now)
            return
        if seen is not None:
            observe_payment(payment, seen=seen, now=now)
        if payment.state in LIVE_PAYMENTS:
            end_unpaid(payment, failure=failure, now=now)


def apply_payment(*, payment_id: int, seen: PaymentSeen, now: datetime) -> None:
    """Bring a payment to what Stripe says of it."""
    with transaction():
        observe_payment(lock_payment(payment_id), seen=seen, now=now)


def apply_refund(*, refund_id: int, seen: RefundSeen, now: datetime) -> None:
    """Bring a refund to what Stripe says of it."""
    with transaction():
        payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
        payment = lock_payment(payment_id)
        observe_refund(payment, lock_refund(refund_id), seen=seen, now=now)


@transaction_required
def take_in_payment(*, known_as: str, seen: PaymentSeen, now: datetime) -> bool:
    """Apply what was told of a payment; False when it names none of ours.

    Raises:
        UnknownPaymentTold: it has a name of ours, and there is no such payment.
    """
    payment_id = _payment_id(known_as=known_as, intent=seen.intent)
    if payment_id is None:
        return False
    observe_payment(lock_payment(payment_id), seen=seen, now=now)
    return True


@transaction_required
def take_in_refund(*, refund_known_as: str, seen: RefundSeen, now: datetime) -> bool:
    """Apply what was told of a refund, ours or one that was made on Stripe's pages."""
    payment_id = _payment_id(known_as="", intent=seen.intent)
    if payment_id is None:
        return False
    payment = lock_payment(payment_id)
    if not refund_known_as:
        adopt_refund(payment, seen=seen, now=now)
        return True
    ours = Refund.objects.filter(payment=payment, public_id=refund_known_as).first()
    if ours is None:
        message = f"Stripe tells of a refund {refund_known_as} that is not known here."
        raise UnknownPaymentTold(message)
    observe_refund(payment, lock_refund(ours.pk), seen=seen, now=now)
    return True


@transaction_required
def take_in_dispute(*, seen: DisputeSeen, now: datetime) -> bool:
    """Apply what was told of a dispute; False when it is about none of our payments."""
    payment_id = _payment_id(known_as="", intent=seen.intent)
    if payment_id is None:
        return False
    observe_dispute(lock_payment(payment_id), seen=seen, now=now)
    return True


def _payment_id(*, known_as: str, intent: str) -> int | None:
    """Find a payment by the name that Stripe keeps beside it, else by its intent."""
    if known_as:
        found = Payment.objects.filter(public_id=known_as).values_list("id", flat=True).first()
        if found is None:
            message = (
                f"Stripe tells of a payment {known_as} that is not known here: was the database "
                "restored from an older copy?"
            )
            raise UnknownPaymentTold(message, details={"payment": known_as})
        return found
    if not intent:
        return None
    return Payment.objects.filter(stripe_intent=intent).values_list("id", flat=True).first()

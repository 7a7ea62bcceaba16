"""Carry out what is written down: make calls, handle events, look at what is still open.

Each piece is claim, commit, ask Stripe, write down: nothing remote happens in a transaction. A
process that dies anywhere leaves a row whose lease ends, and the same piece is done again.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from compute_billing.payments import automatic, inbox, outcomes, queries, stripe_gateway
from compute_billing.payments.answers import refund_name
from compute_billing.payments.backoff import look_again_at
from compute_billing.payments.calls import (
    SETTLED_AFTER,
    CallKind,
    Outgoing,
    claim_call,
    postpone,
    renew_key,
)
from compute_billing.payments.inbox import Event
from compute_billing.payments.models import Payment, Refund, StripeCall, Way
from compute_billing.payments.states import PaymentState
from compute_billing.payments.stripe_gateway import (
    StripeKeyHoldsFailure,
    StripeRefused,
    StripeUnanswered,
)
from kernel.errors import DomainError

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# Pieces of one task; whoever has more waiting is nudged again.
PIECES_MAX: Final = 200


def carry_out(*, payment: Payment, clock: Clock) -> None:
    """Make the waiting calls of a payment at once, so that who asked need not wait for a worker.

    Whatever goes wrong is left to the workers: the caller reads the payment anew.
    """
    waiting = StripeCall.objects.filter(payment=payment, state="waiting").order_by("id")
    for public_id in list(waiting.values_list("public_id", flat=True)):
        work_on_call(public_id=public_id, clock=clock)


def work_on_call(*, clock: Clock, public_id: UUID | None = None) -> bool:
    """Make one call that is due; False when none is."""
    outgoing = claim_call(now=clock(), public_id=public_id)
    if outgoing is None:
        return False
    try:
        _make(outgoing, clock=clock)
    except StripeRefused as refusal:
        _note_refusal(outgoing, refusal=refusal, clock=clock)
    except (StripeUnanswered, DomainError) as error:
        logger.warning("call %s to Stripe has no outcome yet: %s", outgoing.public_id, error)
        postpone(outgoing, failure=str(error), now=clock())
    return True


def _make(outgoing: Outgoing, *, clock: Clock) -> None:
    """Send a call, or look for what it made where its key may be forgotten."""
    if not outgoing.must_look:
        try:
            _send(outgoing, clock=clock)
        except StripeKeyHoldsFailure:
            if clock() - outgoing.first_sent_at < SETTLED_AFTER:
                raise
        else:
            return
    if _found(outgoing, clock=clock):
        return
    renewed = renew_key(outgoing, now=clock())
    if renewed is not None:
        _send(renewed, clock=clock)


def _send(outgoing: Outgoing, *, clock: Clock) -> None:
    if outgoing.kind == CallKind.REFUND:
        refund = stripe_gateway.send_refund(outgoing)
        outcomes.record_refund(outgoing, seen=refund, now=clock())
    else:
        payment = stripe_gateway.send_payment(outgoing)
        outcomes.record_payment(outgoing, seen=payment, now=clock())


def _found(outgoing: Outgoing, *, clock: Clock) -> bool:
    if outgoing.kind == CallKind.REFUND:
        refund = stripe_gateway.find_refund(outgoing)
        if refund is not None:
            outcomes.record_refund(outgoing, seen=refund, now=clock())
        return refund is not None
    payment = stripe_gateway.find_payment(outgoing)
    if payment is not None:
        outcomes.record_payment(outgoing, seen=payment, now=clock())
    return payment is not None


def _note_refusal(outgoing: Outgoing, *, refusal: StripeRefused, clock: Clock) -> None:
    seen = None
    if refusal.intent:
        try:
            seen = stripe_gateway.fetch_intent(refusal.intent)
        except (StripeUnanswered, StripeRefused) as error:
            postpone(outgoing, failure=str(error), now=clock())
            return
    outcomes.record_refusal(outgoing, failure=str(refusal), seen=seen, now=clock())


def client_secret(payment: Payment) -> str:
    """Return what the payer's page confirms an open intent with; nothing where there is none."""
    if payment.way != Way.INTENT or payment.state != PaymentState.OPEN:
        return ""
    try:
        return stripe_gateway.client_secret(payment.stripe_intent)
    except (StripeUnanswered, StripeRefused):
        return ""


# --- events ------------------------------------------------------------------------------------


def work_on_event(*, clock: Clock) -> bool:
    """Handle one event that is due; False when none is.

    What it is about is asked of Stripe anew, before the transaction: an event says that something
    happened, never what is true now.
    """
    event = inbox.claim_event(now=clock())
    if event is None:
        return False
    try:
        effect = _effect_of(event, clock=clock)
        inbox.handle(event, effect=effect, now=clock())
    except (StripeUnanswered, StripeRefused, DomainError) as error:
        logger.warning("event %s could not be handled: %s", event.event, error)
        inbox.fail_event(event, failure=str(error), now=clock())
    except Exception as error:
        logger.exception("event %s met a fault", event.event)
        inbox.fail_event(event, failure=f"{type(error).__name__}: {error}", now=clock())
    return True


def _effect_of(event: Event, *, clock: Clock) -> Callable[[], bool]:
    readers = {
        "checkout.session": _session_told,
        "payment_intent": _intent_told,
        "charge": _charge_told,
        "refund": _refund_told,
        "dispute": _dispute_told,
    }
    return readers[event.object_type](event.object_id, clock)


def _session_told(session_id: str, clock: Clock) -> Callable[[], bool]:
    name = stripe_gateway.names_of_session(session_id)
    if not name:
        return lambda: False
    seen = stripe_gateway.fetch_session(session_id)
    return lambda: outcomes.take_in_payment(known_as=name, seen=seen, now=clock())


def _intent_told(intent_id: str, clock: Clock) -> Callable[[], bool]:
    name = stripe_gateway.names_of_intent(intent_id)
    if not name:
        return lambda: False
    seen = stripe_gateway.fetch_intent(intent_id)
    return lambda: outcomes.take_in_payment(known_as=name, seen=seen, now=clock())


def _charge_told(charge_id: str, clock: Clock) -> Callable[[], bool]:
    """Read what a charge tells: of its payment, and of its refunds."""
    intent_id = stripe_gateway.intent_of_charge(charge_id)
    if not intent_id:
        return lambda: False
    of_payment = _intent_told(intent_id, clock)
    refunds = stripe_gateway.refunds_of_charge(charge_id)

    def effect() -> bool:
        is_ours = of_payment()
        for seen in refunds if is_ours else []:
            outcomes.take_in_refund(refund_known_as=refund_name(seen), seen=seen, now=clock())
        return is_ours

    return effect


def _refund_told(refund_id: str, clock: Clock) -> Callable[[], bool]:
    seen = stripe_gateway.fetch_refund(refund_id)
    return _after_payment(
        seen.intent,
        lambda: outcomes.take_in_refund(refund_known_as=refund_name(seen), seen=seen, now=clock()),
        clock,
    )


def _dispute_told(dispute_id: str, clock: Clock) -> Callable[[], bool]:
    seen = stripe_gateway.fetch_dispute(dispute_id)
    return _after_payment(
        seen.intent, lambda: outcomes.take_in_dispute(seen=seen, now=clock()), clock
    )


def _after_payment(intent_id: str, effect: Callable[[], bool], clock: Clock) -> Callable[[], bool]:
    """Bring the payment up to date first: what is taken back may be told before it was paid."""
    if not intent_id:
        return lambda: False
    of_payment = _intent_told(intent_id, clock)
    return lambda: of_payment() and effect()


# --- what webhooks have not told ---------------------------------------------------------------


def look_at_open(*, clock: Clock, limit: int = PIECES_MAX) -> int:
    """Ask Stripe about payments and refunds whose end no webhook has told; return how many."""
    looked = 0
    for payment in queries.payments_to_look_at(now=clock(), limit=limit):
        looked += _look_at_payment(payment, clock=clock)
    for refund in queries.refunds_to_look_at(now=clock(), limit=limit):
        looked += _look_at_refund(refund, clock=clock)
    return looked


def look_now(*, payment: Payment, clock: Clock) -> None:
    """Ask about one live payment at once: its payer is back and wants to know."""
    if payment.state == PaymentState.OPEN:
        _look_at_payment(payment, clock=clock)


def _look_at_payment(payment: Payment, *, clock: Clock) -> bool:
    try:
        seen = (
            stripe_gateway.fetch_session(payment.stripe_session)
            if payment.stripe_session
            else stripe_gateway.fetch_intent(payment.stripe_intent)
        )
        outcomes.apply_payment(payment_id=payment.pk, seen=seen, now=clock())
    except (StripeUnanswered, StripeRefused, DomainError) as error:
        logger.warning("payment %s could not be looked at: %s", payment.public_id, error)
        later = look_again_at(since=payment.asked_at, now=clock())
        Payment.objects.filter(pk=payment.pk, state=payment.state).update(look_again_at=later)
        return False
    return True


def _look_at_refund(refund: Refund, *, clock: Clock) -> bool:
    try:
        seen = stripe_gateway.fetch_refund(refund.stripe_refund)
        outcomes.apply_refund(refund_id=refund.pk, seen=seen, now=clock())
    except (StripeUnanswered, StripeRefused, DomainError) as error:
        logger.warning("refund %s could not be looked at: %s", refund.public_id, error)
        later = look_again_at(since=refund.asked_at, now=clock())
        Refund.objects.filter(pk=refund.pk, state=refund.state).update(look_again_at=later)
        return False
    return True


def top_up_what_is_low(*, clock: Clock) -> int:
    """Write down the payments of automatic top-ups that are due; return how many."""
    made = 0
    for tenant_id, operator_id in queries.due_auto_top_ups(now=clock()):
        paid = automatic.top_up_if_low(tenant_id=tenant_id, operator_id=operator_id, now=clock())
        made += paid is not None
    return made


def work(*, clock: Clock) -> int:
    """Do what waits, calls before events; return how many pieces were done."""
    done = 0
    while done < PIECES_MAX and (work_on_call(clock=clock) or work_on_event(clock=clock)):
        done += 1
    return done

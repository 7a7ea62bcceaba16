"""Unspent money goes back to where it came from: held while it is on its way, then booked."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import RefundFailed, RefundPaid
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.reserving import release, reserve
from compute_billing.payments import parameters, queries
from compute_billing.payments.backoff import look_again_at
from compute_billing.payments.booking import (
    REFUNDED_OUTSIDE,
    book_refund,
    book_returned,
    book_taken,
    lot_account,
)
from compute_billing.payments.calls import CallKind, metadata, new_call_id, write_call
from compute_billing.payments.locks import lock_payment, lock_refund
from compute_billing.payments.models import Payment, Refund
from compute_billing.payments.parameters import CURRENCY
from compute_billing.payments.seen import RefundSeen
from compute_billing.payments.split import spread
from compute_billing.payments.states import REFUND_TRANSITIONS, RefundState
from compute_billing.payments.terms import terms
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.identifiers import uuid7
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction_if_not_already, transaction_required


class UnableToRefund(DomainError):
    """There is less unspent money, the payment is not paid, or it is disputed."""

    code = "unable_to_refund"


class RefundNotAsAsked(DomainError):
    """Stripe tells of a refund what cannot be: a person must look."""

    code = "refund_not_as_asked"


def ask_refunds(
    *,
    tenant_id: int,
    operator_id: int,
    amount_fen: int,
    token: str,
    actor: Actor,
    now: datetime,
    payment_id: int | None = None,
) -> list[Refund]:
    """Ask for unspent money back, of one payment or of all to an operator; return the refunds.

    What would be spent last goes back first, each part to the payment that it came from. The
    money is held at once, so that it cannot be spent meanwhile. The same token changes nothing.

    Raises:
        UnableToRefund: less than this can go back, or the amount is not positive.
    """
    terms()
    with transaction_if_not_already():
        lock_wallet(tenant_id)
        known = list(
            Refund.objects.filter(
                payment__tenant_id=tenant_id, payment__operator_id=operator_id, token=token
            ).order_by("id")
        )
        if known:
            return known
        sources = [
            source
            for source in queries.refundable(tenant_id=tenant_id, operator_id=operator_id)
            if payment_id in {None, source.payment_id}
        ]
        most = sum(source.refundable_fen for source in sources)
        if not 0 < amount_fen <= most:
            text = Money.from_fen(most).to_text()
            message = f"Up to {text} yuan of this can go back: the rest is spent or on its way."
            raise UnableToRefund(message, details={"refundable": text})
        return [
            _ask(payment_id=part_of, amount_fen=part, token=token, actor=actor, now=now)
            for part_of, part in spread(amount_fen=amount_fen, sources=sources)
        ]


@transaction_required
def _ask(*, payment_id: int, amount_fen: int, token: str, actor: Actor, now: datetime) -> Refund:
    payment = lock_payment(payment_id)
    refund = Refund.objects.create(
        public_id=uuid7(),
        payment=payment,
        token=token,
        amount_fen=amount_fen,
        asked_at=now,
    )
    reserve(
        account_id=lot_account(payment) or 0,
        amount_micro=amount_fen * MICRO_PER_FEN,
        reference=hold_reference(refund),
        now=now,
    )
    call = new_call_id()
    write_call(
        public_id=call,
        kind=CallKind.REFUND,
        payment=payment,
        refund=refund,
        parameters=parameters.refund(
            intent=payment.stripe_intent,
            amount_fen=amount_fen,
            metadata=metadata(payment=payment, call=call, refund=refund),
        ),
        now=now,
    )
    audit.record(
        action="payments.refund",
        object_type="refund",
        object_id=str(refund.public_id),
        actor=actor,
        organisation_id=payment.tenant_id,
        detail={
            "payment": str(payment.public_id),
            "amount": Money.from_fen(amount_fen).to_text(),
        },
        now=now,
    )
    return refund


def hold_reference(refund: Refund) -> str:
    """Return what the hold of a refund is called."""
    return f"refund:{refund.public_id}"


@transaction_required
def observe_refund(payment: Payment, refund: Refund, *, seen: RefundSeen, now: datetime) -> None:
    """Bring a refund to what Stripe says of it; the caller has locked its payment.

    An older answer finds no way back and changes nothing.

    Raises:
        RefundNotAsAsked: another amount or currency.
    """
    if (seen.amount, seen.currency) != (refund.amount_fen, CURRENCY):
        message = f"Refund {refund.public_id} is of {seen.amount} {seen.currency} at Stripe."
        raise RefundNotAsAsked(message, details={"amount": seen.amount})
    refund.stripe_refund = seen.refund or refund.stripe_refund
    state, told = RefundState(refund.state), RefundState(seen.state)
    if REFUND_TRANSITIONS.allows(from_=state, to=told):
        if told == RefundState.SUCCEEDED:
            _succeed(payment, refund, now=now)
        else:
            fail_refund(payment, refund, failure=seen.failure or "failed", now=now)
    is_live = refund.state == RefundState.PENDING
    refund.look_again_at = look_again_at(since=refund.asked_at, now=now) if is_live else None
    refund.save()


@transaction_required
def _succeed(payment: Payment, refund: Refund, *, now: datetime) -> None:
    release(account_id=lot_account(payment) or 0, reference=hold_reference(refund))
    book_refund(payment, reference=str(refund.public_id), amount_fen=refund.amount_fen, now=now)
    refund.state, refund.succeeded_at = RefundState.SUCCEEDED, now
    told = RefundPaid(
        refund=refund.public_id,
        payment=payment.public_id,
        amount=Money.from_fen(refund.amount_fen),
    )
    emit(told, organisation_id=payment.tenant_id, now=now)


@transaction_required
def fail_refund(payment: Payment, refund: Refund, *, failure: str, now: datetime) -> None:
    """Let the money be spent again; what a bank sent back after all returns to the lot."""
    if refund.state == RefundState.SUCCEEDED:
        book_returned(
            payment,
            kind="refund_returned",
            reference=str(refund.public_id),
            to_lot_micro=refund.amount_fen * MICRO_PER_FEN - refund.arrears_micro,
            to_arrears_micro=refund.arrears_micro,
            cause=REFUNDED_OUTSIDE,
            now=now,
        )
    else:
        release(account_id=lot_account(payment) or 0, reference=hold_reference(refund))
    refund.state, refund.failure, refund.failed_at = RefundState.FAILED, failure[:200], now
    refund.look_again_at = None
    refund.save()
    told = RefundFailed(
        refund=refund.public_id,
        payment=payment.public_id,
        amount=Money.from_fen(refund.amount_fen),
        reason=failure[:100],
    )
    emit(told, organisation_id=payment.tenant_id, now=now)


@transaction_required
def adopt_refund(payment: Payment, *, seen: RefundSeen, now: datetime) -> None:
    """Book a refund that somebody made on Stripe's own pages, once it has succeeded."""
    known = Refund.objects.filter(payment=payment, stripe_refund=seen.refund).first()
    if known is not None:
        observe_refund(payment, lock_refund(known.pk), seen=seen, now=now)
        return
    if seen.state != RefundState.SUCCEEDED:
        return
    if seen.currency != CURRENCY:
        message = f"A refund of {payment.public_id} is in {seen.currency}."
        raise RefundNotAsAsked(message, details={"currency": seen.currency})
    _, owed = book_taken(
        payment,
        kind="refund",
        reference=seen.refund,
        amount_micro=seen.amount * MICRO_PER_FEN,
        cause=REFUNDED_OUTSIDE,
        now=now,
    )
    Refund.objects.create(
        payment=payment,
        token=seen.refund,
        amount_fen=seen.amount,
        arrears_micro=owed,
        is_foreign=True,
        state=RefundState.SUCCEEDED,
        stripe_refund=seen.refund,
        asked_at=now,
        succeeded_at=now,
    )

"""Ask for money to come in, or take the wish back. Stripe is asked after the commit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organisation, OrganisationKind
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.locks import lock_wallet
from compute_billing.payments import parameters
from compute_billing.payments.calls import CallKind, metadata, new_call_id, write_call
from compute_billing.payments.locks import lock_payment
from compute_billing.payments.models import CallState, Payment, StripeCall, Way
from compute_billing.payments.states import LIVE_PAYMENTS, PaymentState
from compute_billing.payments.terms import Terms, terms
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.money import Money
from kernel.transactions import transaction_if_not_already, transaction_required

PRODUCT = "Suanji 算集 · 算力预付款"


class UnableToTopUp(DomainError):
    """The amount, the method or the operator is none that can be paid."""

    code = "unable_to_top_up"


class TopUpTokenReused(DomainError):
    """The same token was used to ask for another payment."""

    code = "top_up_token_reused"


class UnableToCancelTopUp(DomainError):
    """The payment is paid or over."""

    code = "unable_to_cancel_top_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to pay in: fen, to whom, and how; no method lets the payer choose."""

    tenant_id: int
    operator_id: int
    amount_fen: int
    way: Way
    method: str = ""
    saves_card: bool = False


def ask_top_up(*, wish: Wish, token: str, actor: Actor, now: datetime) -> Payment:
    """Write down a payment to be, and the call that opens it; the same token is the same payment.

    Raises:
        PaymentsNotSetUp: no key is set here.
        UnableToTopUp: the amount is out of bounds, or method or operator take no payment.
        TopUpTokenReused: the token stands for another wish.
    """
    agreed = terms()
    _refuse_impossible(wish, agreed=agreed)
    with transaction_if_not_already():
        ledger.ensure_wallet(tenant_id=wish.tenant_id)
        known = _asked_before(wish, token=token)
        if known is not None:
            return known
        payment = new_payment(wish, token=token, custody=agreed.custody, now=now)
        _write_opening(payment, agreed=agreed, now=now)
        audit.record(
            action="payments.ask",
            object_type="payment",
            object_id=str(payment.public_id),
            actor=actor,
            organisation_id=wish.tenant_id,
            detail={"amount": Money.from_fen(wish.amount_fen).to_text(), "way": str(wish.way)},
            now=now,
        )
        return payment


def _refuse_impossible(wish: Wish, *, agreed: Terms) -> None:
    if not agreed.least_fen <= wish.amount_fen <= agreed.most_fen:
        least, most = (Money.from_fen(fen).to_text() for fen in (agreed.least_fen, agreed.most_fen))
        message = f"Pay in between {least} and {most} yuan at once."
        raise UnableToTopUp(message, details={"least": least, "most": most})
    if wish.method and wish.method not in agreed.methods:
        message = f"{wish.method} is not taken here: use one of {', '.join(agreed.methods)}."
        raise UnableToTopUp(message, details={"method": wish.method})
    if wish.saves_card and wish.method != parameters.CARD:
        message = "Only a card can be kept for later payments."
        raise UnableToTopUp(message)
    if wish.tenant_id < 0 or wish.operator_id < 0:
        message = "A sandbox has play money: nothing real is paid in to it."
        raise UnableToTopUp(message)
    operator = Organisation.objects.filter(pk=wish.operator_id).first()
    if (
        operator is None
        or operator.kind != OrganisationKind.OPERATOR
        or operator.pk == wish.tenant_id
    ):
        message = "Money can be paid in to an operator of a compute centre only."
        raise UnableToTopUp(message)


def _asked_before(wish: Wish, *, token: str) -> Payment | None:
    """Return the payment of this token; whoever asks at the same moment waits for the wallet."""
    lock_wallet(wish.tenant_id)
    known = Payment.objects.filter(tenant_id=wish.tenant_id, token=token).first()
    if known is None:
        return None
    first = Wish(
        tenant_id=known.tenant_id,
        operator_id=known.operator_id,
        amount_fen=known.amount_fen,
        way=Way(known.way),
        method=wish.method,
        saves_card=known.saves_card,
    )
    if first != wish:
        message = "This form was sent before with other content: open it anew."
        raise TopUpTokenReused(message, details={"top_up": str(known.public_id)})
    return known


@transaction_required
def new_payment(wish: Wish, *, token: str, custody: str, now: datetime) -> Payment:
    """Write the row of a payment that is asked for."""
    return Payment.objects.create(
        tenant_id=wish.tenant_id,
        operator_id=wish.operator_id,
        token=token,
        way=wish.way,
        method=wish.method,
        saves_card=wish.saves_card,
        custody=custody,
        amount_fen=wish.amount_fen,
        asked_at=now,
    )


def _write_opening(payment: Payment, *, agreed: Terms, now: datetime) -> StripeCall:
    call = new_call_id()
    known = metadata(payment=payment, call=call)
    if payment.way == Way.CHECKOUT:
        kind = CallKind.CHECKOUT
        asked = parameters.checkout(
            amount_fen=payment.amount_fen,
            methods=(payment.method,) if payment.method else agreed.methods,
            saves_card=payment.saves_card,
            product=PRODUCT,
            address=agreed.return_address(payment.public_id),
            metadata=known,
        )
    else:
        kind = CallKind.INTENT
        asked = parameters.intent(
            amount_fen=payment.amount_fen,
            method=payment.method or parameters.CARD,
            metadata=known,
        )
    return write_call(public_id=call, kind=kind, payment=payment, parameters=asked, now=now)


def cancel_top_up(*, payment_id: int, actor: Actor, now: datetime) -> Payment:
    """Ask for a payment to be called off; whether it was in time is told by Stripe alone.

    One of which Stripe was never asked ends at once. Asked again, nothing is done twice.

    Raises:
        UnableToCancelTopUp: it is paid or over.
    """
    with transaction_if_not_already():
        payment = lock_payment(payment_id)
        if payment.state not in LIVE_PAYMENTS:
            message = f"The payment is {payment.state}: there is nothing to cancel."
            raise UnableToCancelTopUp(message, details={"state": payment.state})
        waiting = StripeCall.objects.filter(payment=payment, state=CallState.WAITING)
        if waiting.filter(kind=CallKind.CANCEL).exists():
            return payment
        unsent = waiting.filter(attempts=0, refund=None).update(
            state=CallState.REFUSED, ended_at=now, next_attempt_at=None, failure="cancelled"
        )
        if unsent:
            payment.state, payment.ended_at = PaymentState.CANCELLED, now
            payment.save(update_fields=["state", "ended_at"])
        else:
            write_cancel(payment, now=now)
        audit.record(
            action="payments.cancel",
            object_type="payment",
            object_id=str(payment.public_id),
            actor=actor,
            organisation_id=payment.tenant_id,
            now=now,
        )
        return payment


@transaction_required
def write_cancel(payment: Payment, *, now: datetime) -> UUID:
    """Write the call that calls a payment off at Stripe."""
    call = new_call_id()
    write_call(public_id=call, kind=CallKind.CANCEL, payment=payment, parameters={}, now=now)
    return call

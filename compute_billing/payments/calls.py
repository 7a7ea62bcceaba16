"""Calls to Stripe as rows: written before they are made, claimed, and their outcome noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from compute_billing.payments.backoff import again_at
from compute_billing.payments.locks import lock_call, take_call
from compute_billing.payments.models import CallState, Payment, Refund, StripeCall
from compute_billing.payments.parameters import CALL_KEY, PAYMENT_KEY, REFUND_KEY
from kernel.identifiers import uuid7
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction, transaction_required

# Longer than a call may take: then who made it is dead.
LEASE: Final = timedelta(seconds=90)
# Stripe keeps an idempotency key for at least 24 hours; an hour is for clocks.
KEY_LIFE: Final = timedelta(hours=23)
# By then an object that came of a failed call is found in the lists.
SETTLED_AFTER: Final = timedelta(minutes=10)
FAILURE_LENGTH_MAX: Final = 500


class CallKind(StrEnum):
    """What Stripe is asked to do. A stored value."""

    CHECKOUT = "checkout"
    INTENT = "intent"
    AUTOMATIC = "automatic"
    CANCEL = "cancel"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call in hand. `must_look` says that Stripe may have forgotten the key."""

    public_id: UUID
    kind: CallKind
    payment_id: int
    refund_id: int | None
    parameters: dict[str, Any]
    session: str
    intent: str
    generation: int
    attempts: int
    asked_at: datetime
    first_sent_at: datetime
    must_look: bool

    @property
    def key(self) -> str:
        """Return the idempotency key: our row's id, and which life of it."""
        return f"{self.public_id}:{self.generation}"


def metadata(*, payment: Payment, call: UUID, refund: Refund | None = None) -> dict[str, str]:
    """Return what Stripe keeps beside an object, so that it can be found again."""
    known = {PAYMENT_KEY: str(payment.public_id), CALL_KEY: str(call)}
    return known if refund is None else {**known, REFUND_KEY: str(refund.public_id)}


def new_call_id() -> UUID:
    """Return the id of a call to be written; its parameters may name it."""
    return uuid7()


@transaction_required
def write_call(
    *,
    public_id: UUID,
    kind: CallKind,
    payment: Payment,
    parameters: dict[str, Any],
    now: datetime,
    refund: Refund | None = None,
) -> StripeCall:
    """Write down what Stripe is to be asked; whoever comes first makes the call."""
    call = StripeCall.objects.create(
        public_id=public_id,
        kind=kind,
        payment=payment,
        refund=refund,
        parameters=parameters,
        asked_at=now,
        next_attempt_at=now,
    )
    wake_after_commit("payments")
    return call


def claim_call(*, now: datetime, public_id: UUID | None = None) -> Outgoing | None:
    """Take a call that is due, or one by its id, and hold it for the time of a call."""
    with transaction():
        call = take_call(now=now, public_id=public_id)
        if call is None:
            return None
        call.attempts += 1
        call.next_attempt_at = now + LEASE
        call.first_sent_at = call.first_sent_at or now
        call.save(update_fields=["attempts", "next_attempt_at", "first_sent_at"])
        return _outgoing(call, must_look=now - call.first_sent_at > KEY_LIFE)


def _outgoing(call: StripeCall, *, must_look: bool) -> Outgoing:
    return Outgoing(
        public_id=call.public_id,
        kind=CallKind(call.kind),
        payment_id=call.payment_id,
        refund_id=call.refund_id,
        parameters=call.parameters,
        session=call.payment.stripe_session,
        intent=call.payment.stripe_intent,
        generation=call.generation,
        attempts=call.attempts,
        asked_at=call.asked_at,
        first_sent_at=call.first_sent_at or call.asked_at,
        must_look=must_look,
    )


def renew_key(outgoing: Outgoing, *, now: datetime) -> Outgoing | None:
    """Begin the next life of a call's key, once nothing came of the last; None: it is taken.

    Committed before anything is sent under the new key, and only by who holds the call.
    """
    with transaction():
        call = lock_call(outgoing.public_id)
        if call is None or call.state != CallState.WAITING or call.attempts != outgoing.attempts:
            return None
        call.generation += 1
        call.first_sent_at = now
        call.next_attempt_at = now + LEASE
        call.save(update_fields=["generation", "first_sent_at", "next_attempt_at"])
        return _outgoing(call, must_look=False)


def postpone(outgoing: Outgoing, *, failure: str, now: datetime) -> None:
    """Note that nobody knows what became of a call; it is repeated under the same key."""
    with transaction():
        call = lock_call(outgoing.public_id)
        if call is None or call.state != CallState.WAITING or call.attempts != outgoing.attempts:
            return
        call.failure = failure[:FAILURE_LENGTH_MAX]
        call.next_attempt_at = again_at(attempts=call.attempts, now=now)
        call.save(update_fields=["failure", "next_attempt_at"])


@transaction_required
def end_call(
    outgoing: Outgoing, *, state: CallState, now: datetime, found: str = "", failure: str = ""
) -> bool:
    """Note a call's outcome; False when somebody noted it before."""
    call = lock_call(outgoing.public_id)
    if call is None or call.state != CallState.WAITING:
        return False
    call.state, call.ended_at, call.next_attempt_at = state, now, None
    call.stripe_object, call.failure = found, failure[:FAILURE_LENGTH_MAX]
    call.save()
    return True


def retry_call(*, public_id: UUID, now: datetime) -> bool:
    """Let a waiting call leave at once; False when it waits no more."""
    with transaction():
        call = lock_call(public_id)
        if call is None or call.state != CallState.WAITING:
            return False
        call.next_attempt_at = now
        call.save(update_fields=["next_attempt_at"])
        wake_after_commit("payments")
        return True

"""Calls about payees as rows: written before they are made, claimed, and their outcome noted.

The discipline is that of `payments.calls`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from compute_billing.payments.backoff import again_at
from compute_billing.payments.calls import FAILURE_LENGTH_MAX, KEY_LIFE, LEASE
from compute_billing.payments.parameters import CALL_KEY, CURRENCY
from compute_billing.payouts.connect_models import (
    ConnectCall,
    ConnectedAccount,
    ConnectKind,
    PayoutReversal,
)
from compute_billing.payouts.locks import lock_call, take_call
from compute_billing.payouts.models import Payout
from kernel.identifiers import uuid7
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction, transaction_required

PAYEE_KEY: Final = "suanji_payee"
PAYOUT_KEY: Final = "suanji_payout"
WAITING: Final = "waiting"
DONE: Final = "done"
REFUSED: Final = "refused"
NUDGE: Final = "connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call in hand. `must_look` says that Stripe may have forgotten the key."""

    public_id: UUID
    kind: ConnectKind
    transfer: str
    group: str
    parameters: dict[str, Any]
    generation: int
    attempts: int
    asked_at: datetime
    first_sent_at: datetime
    must_look: bool

    @property
    def key(self) -> str:
        """Return the idempotency key: our row's id, and which life of it."""
        return f"{self.public_id}:{self.generation}"


@transaction_required
def write_account(connected: ConnectedAccount, *, email: str, now: datetime) -> ConnectCall:
    """Write down that a payee gets an account at Stripe."""
    call = uuid7()
    parameters = {
        "country": connected.country,
        "email": email,
        # Stripe keeps the onboarding, and the platform bears its fees and what is lost.
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
        },
        "capabilities": {"transfers": {"requested": True}},
        "metadata": {PAYEE_KEY: str(connected.public_id), CALL_KEY: str(call)},
    }
    return _write(call, ConnectKind.ACCOUNT, connected, parameters, now=now)


@transaction_required
def write_transfer(payout: Payout, *, now: datetime) -> ConnectCall:
    """Write down that a payout is transferred; once for a payout."""
    connected = ConnectedAccount.objects.get(payee_id=payout.payee_id)
    call = uuid7()
    parameters = {
        "amount": payout.amount_fen,
        "currency": CURRENCY,
        "destination": payout.account.number,
        "description": payout.number,
        "transfer_group": str(payout.public_id),
        "metadata": {PAYOUT_KEY: str(payout.public_id), CALL_KEY: str(call)},
    }
    return _write(call, ConnectKind.TRANSFER, connected, parameters, now=now, payout=payout)


@transaction_required
def write_reversal(reversal: PayoutReversal, *, now: datetime) -> ConnectCall:
    """Write down that a part of a transfer is taken back; once for a reversal."""
    payout = reversal.payout
    connected = ConnectedAccount.objects.get(payee_id=payout.payee_id)
    call = uuid7()
    parameters = {
        "amount": reversal.amount_fen,
        "metadata": {PAYOUT_KEY: str(payout.public_id), CALL_KEY: str(call)},
    }
    return _write(
        call,
        ConnectKind.REVERSAL,
        connected,
        parameters,
        now=now,
        payout=payout,
        reversal=reversal,
    )


@transaction_required
def _write(
    public_id: UUID,
    kind: ConnectKind,
    connected: ConnectedAccount,
    parameters: dict[str, Any],
    *,
    now: datetime,
    payout: Payout | None = None,
    reversal: PayoutReversal | None = None,
) -> ConnectCall:
    call = ConnectCall.objects.create(
        public_id=public_id,
        kind=kind,
        connected=connected,
        payout=payout,
        reversal=reversal,
        parameters=parameters,
        asked_at=now,
        next_attempt_at=now,
    )
    wake_after_commit(NUDGE)
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


def renew_key(outgoing: Outgoing, *, now: datetime) -> Outgoing | None:
    """Begin the next life of a call's key, once nothing came of the last; None: it is taken."""
    with transaction():
        call = lock_call(outgoing.public_id)
        if call.state != WAITING or call.attempts != outgoing.attempts:
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
        if call.state != WAITING or call.attempts != outgoing.attempts:
            return
        call.failure = failure[:FAILURE_LENGTH_MAX]
        call.next_attempt_at = again_at(attempts=call.attempts, now=now)
        call.save(update_fields=["failure", "next_attempt_at"])


@transaction_required
def end_call(
    call: ConnectCall, *, state: str, now: datetime, found: str = "", failure: str = ""
) -> bool:
    """Note the outcome of a call that is locked; False when somebody noted it before."""
    if call.state != WAITING:
        return False
    call.state, call.ended_at, call.next_attempt_at = state, now, None
    call.stripe_object, call.failure = found, failure[:FAILURE_LENGTH_MAX]
    call.save()
    return True


def _outgoing(call: ConnectCall, *, must_look: bool) -> Outgoing:
    return Outgoing(
        public_id=call.public_id,
        kind=ConnectKind(call.kind),
        transfer="" if call.payout is None else call.payout.stripe_transfer,
        group="" if call.payout is None else str(call.payout.public_id),
        parameters=call.parameters,
        generation=call.generation,
        attempts=call.attempts,
        asked_at=call.asked_at,
        first_sent_at=call.first_sent_at or call.asked_at,
        must_look=must_look,
    )

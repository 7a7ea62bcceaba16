"""Payouts by Connect: what became of the transfers that an approved run asked for."""

from datetime import datetime
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.payouts import OnwardPayoutFailed
from compute_billing.payments.parameters import CALL_KEY, CURRENCY
from compute_billing.payments.seen import OnwardSeen, TransferSeen
from compute_billing.payouts.arriving import arrive, finish_run, tell_outcome
from compute_billing.payouts.connect_calls import DONE, REFUSED, end_call
from compute_billing.payouts.connect_models import (
    ConnectCall,
    ConnectedAccount,
    ConnectKind,
    OnwardPayout,
    OnwardState,
)
from compute_billing.payouts.locks import lock_call, lock_connected, lock_payout
from compute_billing.payouts.models import Payout, PayoutState
from compute_billing.payouts.reversing import adopt_reversal, record_reversal
from compute_billing.payouts.running import give_back
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_if_not_already, transaction_required


class AnotherTransfer(DomainError):
    """Stripe tells of a transfer under our name that is not what was asked."""

    code = "another_transfer"


def record_transfer(*, call_id: UUID, seen: TransferSeen, now: datetime) -> None:
    """Note that a payout was transferred, and book it.

    Raises:
        AnotherTransfer: of another amount or to another account.
    """
    with transaction_if_not_already():
        call = ConnectCall.objects.get(public_id=call_id)
        payout = lock_payout(call.payout_id or 0, now=now)
        if not end_call(lock_call(call_id), state=DONE, found=seen.transfer, now=now):
            return
        asked = (payout.amount_fen, CURRENCY, payout.account.number)
        if (seen.amount, seen.currency, seen.destination) != asked:
            message = f"The transfer {seen.transfer} is not what payout {payout.number} asked for."
            raise AnotherTransfer(message)
        arrive(payout, reference=seen.transfer, now=now)
        finish_run(payout.run)
        tell_outcome(payout, now=now)


def record_refused_transfer(*, call_id: UUID, failure: str, now: datetime) -> None:
    """Note that Stripe did not transfer: the payout is the payee's money again, with the cause."""
    with transaction():
        call = ConnectCall.objects.get(public_id=call_id)
        payout = lock_payout(call.payout_id or 0, now=now)
        if not end_call(lock_call(call_id), state=REFUSED, failure=failure, now=now):
            return
        if payout.state == PayoutState.SENT:
            give_back(payout, failure=failure[:200], now=now)
            finish_run(payout.run)
            tell_outcome(payout, now=now)


@transaction_required
def take_in_transfer(*, seen: TransferSeen, now: datetime) -> bool:
    """Apply what was told of a transfer and what was taken back; False when it is none of ours."""
    call = _call_of(seen.metadata, kind=ConnectKind.TRANSFER)
    if call is None:
        return False
    record_transfer(call_id=call.public_id, seen=seen, now=now)
    payout = lock_payout(call.payout_id or 0, now=now)
    for taken in reversed(seen.reversals):
        asked = _call_of(taken.metadata, kind=ConnectKind.REVERSAL)
        if asked is not None:
            record_reversal(call_id=asked.public_id, seen=taken, now=now)
            payout = Payout.objects.select_related("run", "account").get(pk=payout.pk)
        else:
            adopt_reversal(payout, seen=taken, now=now)
    return True


@transaction_required
def take_in_onward(*, account: str, seen: OnwardSeen, now: datetime) -> bool:
    """Keep what became of a payee's money behind Stripe; tell him when his bank sent it back."""
    known = ConnectedAccount.objects.filter(stripe_account=account).first()
    connected = None if known is None else lock_connected(known.public_id)
    if connected is None:
        return False
    before = OnwardPayout.objects.filter(stripe_payout=seen.payout).first()
    if before is not None and before.observed_at > seen.observed_at:
        return True
    onward, _ = OnwardPayout.objects.update_or_create(
        stripe_payout=seen.payout,
        defaults={
            "connected": connected,
            "amount": seen.amount,
            "currency": seen.currency,
            "state": seen.state,
            "failure": seen.failure[:200],
            "arrives_at": seen.arrives_at,
            "observed_at": seen.observed_at,
        },
    )
    is_news = before is None or before.state != OnwardState.FAILED
    if onward.state == OnwardState.FAILED and is_news:
        told = OnwardPayoutFailed(failure=onward.failure)
        emit(told, organisation_id=connected.payee_id, now=now)
    return True


def _call_of(metadata: dict[str, str], *, kind: ConnectKind) -> ConnectCall | None:
    name = metadata.get(CALL_KEY, "")
    return ConnectCall.objects.filter(public_id=name, kind=kind).first() if name else None

"""A payout by Connect is taken back: one proposes it, another lets it be asked of Stripe.

What comes back is the payee's again, after what he owes: so a debt is settled out of a transfer
that was made before it arose, and a payout made by mistake becomes payable again.
"""

from datetime import datetime
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.payouts import PayoutReversed
from accounts.queries import roles_by_organisation
from compute_billing.payments.parameters import CURRENCY
from compute_billing.payments.seen import ReversalSeen
from compute_billing.payouts.connect_calls import DONE, REFUSED, end_call, write_reversal
from compute_billing.payouts.connect_models import (
    ConnectCall,
    PayoutReversal,
    ReversalState,
)
from compute_billing.payouts.entering import enter, payee_account, standing
from compute_billing.payouts.locks import lock_call, lock_payee, lock_payout
from compute_billing.payouts.models import EntryKind, Payout, PayoutState
from compute_billing.payouts.netting import spread
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction, transaction_if_not_already, transaction_required


class UnableToReverse(DomainError):
    """The payout was no transfer, less of it is left, or another reversal is under way."""

    code = "unable_to_reverse_payout"


class ReversalNotFound(DomainError):
    """There is no such reversal, or it was decided already."""

    code = "payout_reversal_not_found"


class UnableToApproveOwnReversal(DomainError):
    """Whoever proposed a reversal, or belongs to the payee, does not approve it."""

    code = "payout_reversal_four_eyes"


def propose_reversal(
    *, payout_id: UUID, amount_fen: int, reason: str, user_id: int, now: datetime
) -> PayoutReversal:
    """Propose to take back a part of what was transferred, or all of it.

    Raises:
        UnableToReverse: no transfer, without a reason, more than is left, or one is under way.
    """
    found = Payout.objects.filter(public_id=payout_id).values_list("pk", flat=True).first()
    if found is None or not reason.strip():
        message = "Name a payout that was transferred, and say why it is taken back."
        raise UnableToReverse(message)
    waits = UnableToReverse("A reversal of this payout is under way: let it end first.")
    with transaction(), constraint_errors({"payout_reversal_one_open": waits}):
        payout = lock_payout(found, now=now)
        left = payout.amount_fen - payout.reversed_fen
        if payout.state != PayoutState.PAID or not payout.stripe_transfer:
            message = "Only a payout that was transferred at Stripe can be taken back there."
            raise UnableToReverse(message)
        if not 0 < amount_fen <= left:
            message = f"Of this payout {Money.from_fen(left).to_text()} yuan are left to take back."
            raise UnableToReverse(message, details={"left_fen": left})
        made = PayoutReversal.objects.create(
            payout=payout,
            amount_fen=amount_fen,
            reason=reason.strip()[:500],
            state=ReversalState.PROPOSED,
            maker_id=user_id,
            made_at=now,
        )
        _record("payouts.propose_reversal", made, actor=Actor.user(user_id), now=now)
        return made


def approve_reversal(*, reversal_id: UUID, user_id: int, now: datetime) -> PayoutReversal:
    """Let Stripe be asked to take it back.

    Raises:
        ReversalNotFound: there is none, or it was decided.
        UnableToApproveOwnReversal: it is one's own, or takes from one's own organisation.
    """
    with transaction():
        reversal = _proposed(reversal_id, now=now)
        is_member = reversal.payout.payee_id in roles_by_organisation(user_id=user_id)
        if reversal.maker_id == user_id or is_member:
            message = "Whoever proposed this, or belongs to the payee, does not approve it."
            raise UnableToApproveOwnReversal(message)
        reversal.state = ReversalState.ASKED
        reversal.decided_by_id, reversal.decided_at = user_id, now
        reversal.save()
        write_reversal(reversal, now=now)
        _record("payouts.approve_reversal", reversal, actor=Actor.user(user_id), now=now)
        return reversal


def refuse_reversal(*, reversal_id: UUID, user_id: int, now: datetime) -> None:
    """Refuse a reversal, or take one's own back.

    Raises:
        ReversalNotFound: there is none, or it was decided.
    """
    with transaction():
        reversal = _proposed(reversal_id, now=now)
        reversal.state = ReversalState.REFUSED
        reversal.decided_by_id, reversal.decided_at, reversal.ended_at = user_id, now, now
        reversal.save()
        _record("payouts.refuse_reversal", reversal, actor=Actor.user(user_id), now=now)


def record_reversal(*, call_id: UUID, seen: ReversalSeen, now: datetime) -> None:
    """Note that Stripe took it back, and book it."""
    with transaction_if_not_already():
        call = ConnectCall.objects.get(public_id=call_id)
        payout = lock_payout(call.payout_id or 0, now=now)
        if end_call(lock_call(call_id), state=DONE, found=seen.reversal, now=now):
            reversal = PayoutReversal.objects.get(pk=call.reversal_id or 0)
            _take_back(payout, reversal, seen=seen, now=now)


def record_refused_reversal(*, call_id: UUID, failure: str, now: datetime) -> None:
    """Note that Stripe does not take it back: what is owed stays owed."""
    with transaction():
        call = ConnectCall.objects.get(public_id=call_id)
        lock_payout(call.payout_id or 0, now=now)
        if end_call(lock_call(call_id), state=REFUSED, failure=failure, now=now):
            PayoutReversal.objects.filter(pk=call.reversal_id or 0).update(
                state=ReversalState.FAILED, failure=failure[:500], ended_at=now
            )


@transaction_required
def adopt_reversal(payout: Payout, *, seen: ReversalSeen, now: datetime) -> None:
    """Take in what somebody took back on Stripe's pages; once, the payout is locked."""
    if PayoutReversal.objects.filter(stripe_reversal=seen.reversal).exists():
        return
    reversal = PayoutReversal(
        payout=payout,
        amount_fen=seen.amount,
        reason="stripe",
        state=ReversalState.DONE,
        is_foreign=True,
        made_at=now,
    )
    _take_back(payout, reversal, seen=seen, now=now)


@transaction_required
def _take_back(
    payout: Payout, reversal: PayoutReversal, *, seen: ReversalSeen, now: datetime
) -> None:
    if seen.amount != reversal.amount_fen or seen.currency != CURRENCY:
        message = f"Stripe took back {seen.amount} {seen.currency}, not {reversal.amount_fen}."
        raise UnableToReverse(message)
    payee = lock_payee(payout.payee_id, now=now)
    stands = standing(payee)
    amount = seen.amount * MICRO_PER_FEN
    cash = payee_account(payee.pk, "cash", subject=payout.run.custody)
    payout.reversed_fen += seen.amount
    payout.save(update_fields=["reversed_fen"])
    reversal.entry = enter(
        payee,
        kind=EntryKind.REVERSED,
        moves=spread(amount, payable=stands["payable"], debt=stands["debt"]),
        outside=[(cash, -amount)],
        now=now,
        payout=payout,
    )
    reversal.state, reversal.ended_at = ReversalState.DONE, now
    reversal.stripe_reversal = seen.reversal
    reversal.save()
    told = PayoutReversed(
        payout=payout.public_id,
        number=payout.number,
        amount=Money.from_fen(seen.amount),
        reason=reversal.reason,
    )
    emit(told, organisation_id=payout.payee_id, now=now)


@transaction_required
def _proposed(reversal_id: UUID, *, now: datetime) -> PayoutReversal:
    found = PayoutReversal.objects.filter(public_id=reversal_id).first()
    if found is not None:
        lock_payout(found.payout_id, now=now)
        found = PayoutReversal.objects.select_related("payout__account").get(pk=found.pk)
    if found is None or found.state != ReversalState.PROPOSED:
        message = "There is no such reversal, or it was decided already."
        raise ReversalNotFound(message)
    return found


@transaction_required
def _record(action: str, reversal: PayoutReversal, *, actor: Actor, now: datetime) -> None:
    record(
        action=action,
        object_type="payout_reversal",
        object_id=str(reversal.public_id),
        organisation_id=reversal.payout.payee_id,
        actor=actor,
        detail={"payout": reversal.payout.number, "amount_fen": reversal.amount_fen},
        now=now,
    )

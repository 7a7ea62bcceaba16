"""What officers make of differences: found to be the same, or booked by two. Each is signed.

Nothing moves when differences of one account are paired: they cancel out. Money moves only when
one officer proposes where it came from or went to, and another approves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from compute_billing.cash.days import day_of
from compute_billing.cash.listing import How
from compute_billing.cash.locks import lock_accounts, lock_proposal
from compute_billing.cash.models import (
    CashAccount,
    CashDifference,
    CashItem,
    CashProposal,
    Counter,
    Ending,
    Side,
)
from compute_billing.cash.running import bring_up_to
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CNY
from compute_billing.ledger.transfers import Transfer
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.money import MICRO_PER_FEN
from kernel.transactions import transaction, transaction_required

KIND: Final = "cash_difference"
ACCOUNT_OF: Final = {Counter.FEE: "payment_fee", Counter.OWN: "own_funds"}


class DifferenceNotFound(DomainError):
    """There is no such difference."""

    code = "cash_difference_not_found"


class DifferenceEnded(DomainError):
    """The difference has ended, or somebody has proposed what waits for approval."""

    code = "cash_difference_ended"


class UnableToResolve(DomainError):
    """No reason, differences that do not cancel out, or a transfer to the same place."""

    code = "unable_to_resolve_cash_difference"


class CashProposalNotFound(DomainError):
    """There is no such proposal, or it was decided already."""

    code = "cash_proposal_not_found"


class UnableToApproveOwnCashProposal(DomainError):
    """Whoever proposed a booking does not approve it."""

    code = "cash_four_eyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Where the money of a difference came from or went to, and whose it is."""

    counter: str
    operator_id: int
    other_id: UUID | None = None


def pair(*, difference_ids: Sequence[UUID], reason: str, user_id: int, now: datetime) -> None:
    """End differences of one account that are the same movement: together they come to nothing.

    Raises:
        DifferenceNotFound: there is no such difference.
        DifferenceEnded: one of them has ended, or a proposal waits.
        UnableToResolve: no reason, several accounts, or a sum that is not zero.
    """
    with transaction():
        found = _open_differences(difference_ids)
        _refuse_without_reason(reason)
        accounts = {difference.account_id for difference in found}
        rest = sum(difference.amount_fen for difference in found)
        if len(found) < 2 or len(accounts) != 1 or rest != 0:
            message = "Choose differences of one account whose amounts cancel out."
            raise UnableToResolve(message, details={"rest_fen": rest})
        for difference in found:
            _explain(difference, amount_fen=difference.amount_fen, now=now)
        how = How(now=now, ending=Ending.PAIRED, user_id=user_id, reason=reason)
        _settle(found, how=how)
        for difference in found:
            _record("cash.pair", difference, user_id=user_id, now=now)


def propose(
    *, difference_id: UUID, booking: Booking, reason: str, user_id: int, now: datetime
) -> CashProposal:
    """Propose how a difference is booked; somebody else approves it.

    Raises:
        DifferenceNotFound: there is no such difference.
        DifferenceEnded: it has ended, or a proposal waits.
        UnableToResolve: no reason, or the other end of a transfer does not fit.
    """
    with transaction():
        ids = [difference_id] if booking.other_id is None else [difference_id, booking.other_id]
        found = {one.public_id: one for one in _open_differences(ids)}
        difference = found[difference_id]
        other = None if booking.other_id is None else found[booking.other_id]
        _refuse_without_reason(reason)
        _refuse_misfit(difference, other, booking)
        proposal = CashProposal.objects.create(
            difference=difference,
            other=other,
            counter=booking.counter,
            operator_id=booking.operator_id,
            amount_fen=difference.amount_fen,
            reason=reason,
            maker_id=user_id,
            made_at=now,
        )
        _record("cash.propose", difference, user_id=user_id, now=now)
        return proposal


def approve(*, proposal_id: UUID, user_id: int, now: datetime) -> None:
    """Book what somebody else proposed; the difference ends with it.

    Raises:
        CashProposalNotFound: there is none, or it was decided.
        UnableToApproveOwnCashProposal: it is one's own.
        DifferenceEnded: the other half came meanwhile, or an end has another amount by now.
    """
    with transaction():
        proposal = _open_proposal(proposal_id)
        if proposal.maker_id == user_id:
            message = "Whoever proposed this does not approve it: ask somebody else."
            raise UnableToApproveOwnCashProposal(message)
        ends = [proposal.difference] + ([] if proposal.other is None else [proposal.other])
        # What leaves one account by a transfer comes to the other: both are looked at again.
        proposed = [proposal.amount_fen, -proposal.amount_fen][: len(ends)]
        if any(one.ended_at is not None for one in ends) or (
            [one.amount_fen for one in ends] != proposed
        ):
            raise _ended()
        _close(proposal, user_id=user_id, is_approved=True, now=now)
        _post(proposal, now=now)
        how = How(now=now, ending=Ending.BOOKED, user_id=user_id, reason=proposal.reason)
        _settle(ends, how=how)
        _record("cash.book", proposal.difference, user_id=user_id, now=now)


def refuse(*, proposal_id: UUID, user_id: int, now: datetime) -> None:
    """Refuse a proposal, or take one's own back: the difference is open again.

    Raises:
        CashProposalNotFound: there is none, or it was decided.
    """
    with transaction():
        proposal = _open_proposal(proposal_id)
        _close(proposal, user_id=user_id, is_approved=False, now=now)
        _record("cash.refuse_proposal", proposal.difference, user_id=user_id, now=now)


@transaction_required
def _open_differences(ids: Sequence[UUID]) -> list[CashDifference]:
    """Lock the accounts of these differences and return them, open and without a proposal."""
    wanted = CashDifference.objects.filter(public_id__in=ids)
    lock_accounts(list(wanted.values_list("account_id", flat=True)))
    found = list(wanted.select_related("account").order_by("id"))
    if len(found) != len(set(ids)):
        message = "There is no such difference."
        raise DifferenceNotFound(message)
    about = Q(difference__in=found) | Q(other__in=found)
    waits = CashProposal.objects.filter(about, closed_at=None).exists()
    if waits or any(one.ended_at is not None for one in found):
        raise _ended()
    return found


@transaction_required
def _open_proposal(proposal_id: UUID) -> CashProposal:
    known = CashProposal.objects.filter(public_id=proposal_id).select_related("difference", "other")
    for one in known:
        ends = [one.difference] + ([] if one.other is None else [one.other])
        lock_accounts([difference.account_id for difference in ends])
    proposal = lock_proposal(proposal_id)
    if proposal is None:
        message = "There is no such proposal, or it was decided already."
        raise CashProposalNotFound(message)
    return proposal


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        message = "Say why: whoever looks at the books later has only your reason."
        raise UnableToResolve(message)


def _refuse_misfit(
    difference: CashDifference, other: CashDifference | None, booking: Booking
) -> None:
    if booking.counter not in Counter.values:
        message = f"{booking.counter!r} is no counter: {', '.join(Counter.values)}."
        raise UnableToResolve(message)
    if (booking.counter == Counter.TRANSFER) != (other is not None):
        message = "A transfer names the difference at its other end, and nothing else does."
        raise UnableToResolve(message)
    if other is None:
        return
    is_elsewhere = other.account_id != difference.account_id
    if not is_elsewhere or other.amount_fen != -difference.amount_fen:
        message = "The other end of a transfer is the same amount the other way, elsewhere."
        raise UnableToResolve(message)


@transaction_required
def _explain(difference: CashDifference, *, amount_fen: int, now: datetime) -> None:
    CashItem.objects.create(
        account_id=difference.account_id,
        side=Side.PAIRED,
        reference=str(difference.public_id),
        key=difference.key,
        day=day_of(now),
        amount_fen=amount_fen,
        taken_up_at=now,
    )


@transaction_required
def _post(proposal: CashProposal, *, now: datetime) -> None:
    """Post what the keeper has more, or less, against where it came from or went to."""
    cash = _cash(proposal, proposal.difference.account)
    counter = (
        _cash(proposal, proposal.other.account)
        if proposal.other is not None
        else ledger.account(
            owner_kind="operator",
            owner_id=proposal.operator_id,
            kind=ACCOUNT_OF[Counter(proposal.counter)],
            subject=proposal.difference.account.custody,
        )
    )
    source, destination = (cash, counter) if proposal.amount_fen > 0 else (counter, cash)
    amount = abs(proposal.amount_fen) * MICRO_PER_FEN
    ledger.post(
        kind=KIND,
        reference=str(proposal.public_id),
        occurred_at=now,
        now=now,
        transfers=[Transfer(source, destination, CNY, amount)],
    )


@transaction_required
def _cash(proposal: CashProposal, account: CashAccount) -> int:
    return ledger.account(
        owner_kind="operator",
        owner_id=proposal.operator_id,
        kind="cash",
        subject=account.custody,
    )


@transaction_required
def _settle(differences: Sequence[CashDifference], *, how: How) -> None:
    """Take up what was just written, and end the differences by it."""
    for account_id in sorted({difference.account_id for difference in differences}):
        account = CashAccount.objects.get(pk=account_id)
        bring_up_to(
            account,
            to_day=account.reconciled_to or day_of(how.now),
            now=how.now,
            decided=[one.key for one in differences if one.account_id == account_id],
            how=how,
        )


@transaction_required
def _close(proposal: CashProposal, *, user_id: int, is_approved: bool, now: datetime) -> None:
    proposal.closed_by_id, proposal.closed_at = user_id, now
    proposal.is_approved = is_approved
    proposal.save(update_fields=["closed_by", "closed_at", "is_approved"])


@transaction_required
def _record(action: str, difference: CashDifference, *, user_id: int, now: datetime) -> None:
    record(
        actor=Actor.user(user_id),
        action=action,
        object_type="cash_difference",
        object_id=str(difference.public_id),
        detail={"amount_fen": difference.amount_fen, "custody": difference.account.custody},
        now=now,
    )


def _ended() -> DifferenceEnded:
    return DifferenceEnded(
        "This difference has ended or changed, or a proposal for it waits: look again."
    )

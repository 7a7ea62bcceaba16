"""A payer's bank takes a payment back. What is spent is not unspent: it becomes arrears."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import DisputeClosed, DisputeOpened
from compute_billing.ledger.pausing import pause
from compute_billing.payments.booking import (
    CHARGEBACK,
    PAUSED,
    book_fee,
    book_returned,
    book_taken,
    resume_if_settled,
)
from compute_billing.payments.locks import lock_dispute
from compute_billing.payments.models import Dispute, Payment
from compute_billing.payments.parameters import CURRENCY
from compute_billing.payments.seen import DisputeSeen
from compute_billing.payments.states import DisputeState
from kernel.errors import DomainError
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction_required

CLOSED = frozenset({DisputeState.WON, DisputeState.LOST})


class DisputeNotBookable(DomainError):
    """A dispute is in a currency that the books do not hold: a person must look."""

    code = "dispute_not_bookable"


@transaction_required
def observe_dispute(payment: Payment, *, seen: DisputeSeen, now: datetime) -> None:
    """Bring a dispute to what Stripe says of it; the caller has locked its payment.

    Money moves by differences to what is booked already, so that each is booked once; an answer
    that is older than what is known changes nothing.

    Raises:
        DisputeNotBookable: it is not in the books' currency.
    """
    if {seen.currency, seen.fee_currency or CURRENCY} != {CURRENCY}:
        message = f"Dispute {seen.dispute} is in {seen.currency}, its fee in {seen.fee_currency}."
        raise DisputeNotBookable(message, details={"dispute": seen.dispute})
    dispute = lock_dispute(seen.dispute)
    if dispute is None:
        dispute = _open(payment, seen=seen, now=now)
    elif dispute.observed_at > seen.observed_at or dispute.closed_at is not None:
        return
    dispute.observed_at, dispute.evidence_due_at = seen.observed_at, seen.evidence_due_at
    _book_taken(payment, dispute, seen=seen, now=now)
    _book_returned(payment, dispute, seen=seen, now=now)
    _book_fee(payment, dispute, seen=seen, now=now)
    dispute.state = seen.state
    if seen.state in CLOSED:
        _close(payment, dispute, now=now)
    dispute.save()
    _pause_or_resume(payment, dispute)


@transaction_required
def _open(payment: Payment, *, seen: DisputeSeen, now: datetime) -> Dispute:
    dispute = Dispute.objects.create(
        payment=payment,
        stripe_dispute=seen.dispute,
        amount_fen=seen.amount,
        reason=seen.reason[:100],
        state=seen.state,
        opened_at=seen.opened_at or now,
        observed_at=seen.observed_at,
    )
    told = DisputeOpened(
        dispute=dispute.public_id,
        payment=payment.public_id,
        amount=Money.from_fen(seen.amount),
        reason=dispute.reason,
    )
    emit(told, organisation_id=payment.tenant_id, now=now)
    return dispute


def _book_taken(payment: Payment, dispute: Dispute, *, seen: DisputeSeen, now: datetime) -> None:
    taken = seen.withdrawn - dispute.withdrawn_fen
    if taken <= 0:
        return
    from_lot, owed = book_taken(
        payment,
        kind="dispute_withdrawn",
        reference=f"{dispute.public_id}:{seen.withdrawn}",
        amount_micro=taken * MICRO_PER_FEN,
        cause=CHARGEBACK,
        now=now,
    )
    dispute.withdrawn_fen = seen.withdrawn
    dispute.from_lot_micro += from_lot
    dispute.arrears_micro += owed


def _book_returned(payment: Payment, dispute: Dispute, *, seen: DisputeSeen, now: datetime) -> None:
    """Give back what was owed first, then what the lot gave."""
    before, after = (fen * MICRO_PER_FEN for fen in (dispute.returned_fen, seen.returned))
    if after <= before:
        return
    owed = dispute.arrears_micro
    to_arrears = min(after, owed) - min(before, owed)
    book_returned(
        payment,
        kind="dispute_returned",
        reference=f"{dispute.public_id}:{seen.returned}",
        to_lot_micro=after - before - to_arrears,
        to_arrears_micro=to_arrears,
        cause=CHARGEBACK,
        now=now,
    )
    dispute.returned_fen = seen.returned


def _book_fee(payment: Payment, dispute: Dispute, *, seen: DisputeSeen, now: datetime) -> None:
    book_fee(
        payment,
        amount_fen=seen.fee - dispute.fee_fen,
        reference=f"{dispute.public_id}:{dispute.fee_fen}:{seen.fee}",
        now=now,
    )
    dispute.fee_fen = seen.fee


def _close(payment: Payment, dispute: Dispute, *, now: datetime) -> None:
    dispute.closed_at = now
    told = DisputeClosed(
        dispute=dispute.public_id,
        payment=payment.public_id,
        amount=Money.from_fen(dispute.amount_fen),
        outcome=dispute.state,
    )
    emit(told, organisation_id=payment.tenant_id, now=now)


@transaction_required
def _pause_or_resume(payment: Payment, dispute: Dispute) -> None:
    """Pause while money is out; after a loss until what was charged back is paid."""
    if dispute.state == DisputeState.OPEN and dispute.withdrawn_fen > dispute.returned_fen:
        pause(tenant_id=payment.tenant_id, reason=PAUSED)
    else:
        resume_if_settled(tenant_id=payment.tenant_id)

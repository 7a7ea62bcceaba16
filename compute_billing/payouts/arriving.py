"""What became of a payout that was on its way, whoever tells it: a bank's file, or Stripe."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import PayoutPaid, PayoutReturned
from compute_billing.payouts.entering import enter, payee_account, standing
from compute_billing.payouts.locks import lock_payee
from compute_billing.payouts.models import EntryKind, Payout, PayoutRun, PayoutState, Rail, RunState
from compute_billing.payouts.netting import Moves, spread
from kernel.money import MICRO_PER_FEN, Money
from kernel.transactions import transaction_required


@transaction_required
def arrive(payout: Payout, *, reference: str, now: datetime) -> None:
    """Book that a payout left the place where it lay; a transfer is named as Stripe names it."""
    payee = lock_payee(payout.payee_id, now=now)
    amount = payout.amount_fen * MICRO_PER_FEN
    cash = payee_account(payee.pk, "cash", subject=payout.run.custody)
    enter(
        payee,
        kind=EntryKind.PAID,
        moves=Moves(transit=-amount),
        outside=[(cash, amount)],
        now=now,
        payout=payout,
    )
    payout.state, payout.ended_at = PayoutState.PAID, now
    if payout.account.rail == Rail.CONNECT:
        payout.stripe_transfer = reference
    else:
        payout.bank_reference = reference
    payout.save(update_fields=["state", "bank_reference", "stripe_transfer", "ended_at"])


@transaction_required
def bounce(payout: Payout, *, failure: str, now: datetime) -> None:
    """Take back in what the payee's bank sent back days after it had arrived (退汇)."""
    payee = lock_payee(payout.payee_id, now=now)
    stands = standing(payee)
    amount = payout.amount_fen * MICRO_PER_FEN
    cash = payee_account(payee.pk, "cash", subject=payout.run.custody)
    enter(
        payee,
        kind=EntryKind.BOUNCED,
        moves=spread(amount, payable=stands["payable"], debt=stands["debt"]),
        outside=[(cash, -amount)],
        now=now,
        payout=payout,
    )
    payout.state, payout.failure, payout.ended_at = PayoutState.RETURNED, failure, now
    payout.save(update_fields=["state", "failure", "ended_at"])


@transaction_required
def finish_run(run: PayoutRun) -> None:
    """End a run of which no payout is on its way any more."""
    is_over = not run.payouts.filter(state=PayoutState.SENT).exists()
    if is_over and run.state == RunState.APPROVED:
        run.state = RunState.FINISHED
        run.save(update_fields=["state"])


@transaction_required
def tell_outcome(payout: Payout, *, now: datetime) -> None:
    """Tell the payee what became of a payout."""
    amount = Money.from_fen(payout.amount_fen)
    if payout.state == PayoutState.PAID:
        paid = PayoutPaid(payout=payout.public_id, number=payout.number, amount=amount)
        emit(paid, organisation_id=payout.payee_id, now=now)
        return
    returned = PayoutReturned(
        payout=payout.public_id, number=payout.number, amount=amount, failure=payout.failure
    )
    emit(returned, organisation_id=payout.payee_id, now=now)

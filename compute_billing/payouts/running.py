"""Runs: one proposes what is paid out of a custody, which sets it aside; another lets it go.

A payee is one transaction, under his lock: what is paid leaves what is payable there and then, so
no two runs pay the same, and what is taken back meanwhile finds the rest or becomes a debt.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from accounts.queries import roles_by_organisation
from compute_billing.payouts.accruing import accrue
from compute_billing.payouts.connect_calls import write_transfer
from compute_billing.payouts.connect_models import ConnectedAccount
from compute_billing.payouts.entering import enter, standing
from compute_billing.payouts.locks import ROOM, lock_payee, lock_run
from compute_billing.payouts.models import (
    EntryKind,
    Payee,
    Payout,
    PayoutAccount,
    PayoutRun,
    PayoutState,
    Rail,
    RunState,
)
from compute_billing.payouts.netting import Moves, spread
from compute_billing.payouts.payment_file import PaymentLine, write_payments
from compute_billing.payouts.terms_models import PayoutTerms, Schedule
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.money import MICRO_PER_FEN
from kernel.sql import row, statement
from kernel.transactions import transaction, transaction_required

BANK_PREFIX: Final = "bank:"
STRIPE_PREFIX: Final = "stripe:"
PURPOSE: Final = "算力结算款"


class RunNotFound(DomainError):
    """There is no such run."""

    code = "payout_run_not_found"


class RunDecided(DomainError):
    """The run is not yet proposed, or was decided already."""

    code = "payout_run_decided"


class RunNotSent(DomainError):
    """The run was not approved, so no file of it leaves and no bank can have answered."""

    code = "payout_run_not_sent"


class UnableToApproveOwnRun(DomainError):
    """Whoever proposed a run, or belongs to who is paid by it, does not approve it."""

    code = "payout_run_four_eyes"


class AccountChanged(DomainError):
    """Since the run was made, a payee's account was changed."""

    code = "payout_account_changed"


class NothingToPay(DomainError):
    """Nobody is due, has enough, has an account, or has money in this place."""

    code = "nothing_to_pay_out"


def propose_run(*, custody: str, user_id: int, now: datetime) -> PayoutRun:
    """Propose to pay everybody who is due out of one custody: `bank:<number>` or `stripe:<name>`.

    Killed in the midst, it leaves a run in the making, with which `go_on` goes on.

    Raises:
        NothingToPay: nobody is to be paid.
    """
    with transaction():
        run = PayoutRun.objects.create(custody=custody, maker_id=user_id, made_at=now)
        _record("payouts.start_run", run, user_id=user_id, now=now)
    return go_on(run_id=run.public_id, now=now)


def go_on(*, run_id: UUID, now: datetime) -> PayoutRun:
    """Make a run whole: everybody whom it lacks, then propose it.

    Raises:
        RunNotFound: there is none.
        NothingToPay: nobody is to be paid; the run is refused by that.
    """
    payees = PayoutTerms.objects.order_by("payee_id").values_list("payee_id", flat=True)
    for payee_id in list(payees.distinct()):
        accrue(payee_id=payee_id, now=now)
        _set_aside(run_id=run_id, payee_id=payee_id, now=now)
    run = _propose(run_id=run_id, now=now)
    if run.state == RunState.REFUSED:
        message = "Nobody is to be paid out of this account now."
        raise NothingToPay(message)
    return run


def go_on_with_all(*, now: datetime) -> int:
    """Go on with runs whose process died; return how many there were."""
    left = PayoutRun.objects.filter(
        state=RunState.MAKING, made_at__lt=now - timedelta(minutes=10)
    ).order_by("id")
    found = list(left.values_list("public_id", flat=True))
    for run_id in found:
        try:
            go_on(run_id=run_id, now=now)
        except NothingToPay:
            continue
    return len(found)


def approve_run(*, run_id: UUID, user_id: int, now: datetime) -> PayoutRun:
    """Let a run go: its file may leave the house, and is what it is from now on.

    By Connect each payout is written down as a transfer, which a worker asks of Stripe.

    Raises:
        RunNotFound: there is none.
        RunDecided: it is not proposed, or was decided.
        UnableToApproveOwnRun: it is one's own, or pays one's own organisation.
        AccountChanged: a payee is to be paid elsewhere by now.
    """
    with transaction():
        run = _proposed(run_id)
        payouts = list(_payouts(run))
        own = set(roles_by_organisation(user_id=user_id)) & {one.payee_id for one in payouts}
        if run.maker_id == user_id or own:
            message = "Whoever proposed a run, or is paid by it, does not approve it."
            raise UnableToApproveOwnRun(message)
        _refuse_former_accounts(payouts, now=now)
        run.state, run.decided_by_id, run.decided_at = RunState.APPROVED, user_id, now
        run.file_sha256 = sha256(payment_file(run)).hexdigest()
        run.save()
        Payout.objects.filter(run=run).update(state=PayoutState.SENT)
        for payout in payouts if rail_of(run.custody) == Rail.CONNECT else ():
            write_transfer(payout, now=now)
        _record("payouts.approve_run", run, user_id=user_id, now=now)
        return run


def _refuse_former_accounts(payouts: Sequence[Payout], *, now: datetime) -> None:
    for payout in payouts:
        account = account_in_force(payee_id=payout.payee_id, now=now)
        if account is None or account.pk != payout.account_id:
            name = payout.payee.organisation.name
            message = f"{name} is paid to another account by now: refuse this run, make another."
            raise AccountChanged(message, details={"payee": name})


def refuse_run(*, run_id: UUID, user_id: int, now: datetime) -> None:
    """Refuse a run, or take one's own back: all of it is payable again.

    Raises:
        RunNotFound: there is none.
        RunDecided: it is not proposed, or was decided.
    """
    with transaction():
        run = _proposed(run_id)
        run.state, run.decided_by_id, run.decided_at = RunState.REFUSED, user_id, now
        run.save()
        for payout in _payouts(run):
            give_back(payout, failure="refused", now=now)
        _record("payouts.refuse_run", run, user_id=user_id, now=now)


def payment_file(run: PayoutRun) -> bytes:
    """Return the file of a run; made anew it is the same."""
    lines = [
        PaymentLine(
            number=payout.number,
            account_number=payout.account.number,
            holder=payout.account.holder,
            bank=payout.account.bank,
            branch_code=payout.account.branch_code,
            amount_fen=payout.amount_fen,
        )
        for payout in _payouts(run)
    ]
    return write_payments(
        lines, paying_account=run.custody.removeprefix(BANK_PREFIX), purpose=PURPOSE
    )


def approved_file(*, run_id: UUID) -> tuple[bytes, str]:
    """Return the file of an approved run with its hash.

    Raises:
        RunNotFound: there is no such run.
        RunNotSent: it was not approved, or its file is no longer what was approved.
    """
    run = PayoutRun.objects.filter(public_id=run_id).first()
    if run is None:
        message = "There is no such run."
        raise RunNotFound(message)
    content = payment_file(run)
    if not run.file_sha256 or sha256(content).hexdigest() != run.file_sha256:
        message = "This run was not approved: its file has not left the house."
        raise RunNotSent(message)
    return content, run.file_sha256


@transaction_required
def give_back(payout: Payout, *, failure: str, now: datetime) -> None:
    """Make what was on its way payable again; what the payee owes is settled first."""
    payee = lock_payee(payout.payee_id, now=now)
    stands = standing(payee)
    amount = payout.amount_fen * MICRO_PER_FEN
    moves = spread(amount, payable=stands["payable"], debt=stands["debt"])
    enter(
        payee,
        kind=EntryKind.RETURNED,
        moves=replace(moves, transit=-amount),
        now=now,
        payout=payout,
    )
    payout.state, payout.failure, payout.ended_at = PayoutState.RETURNED, failure, now
    payout.save(update_fields=["state", "failure", "ended_at"])


def _set_aside(*, run_id: UUID, payee_id: int, now: datetime) -> None:
    """Take what a payee is paid out of what is payable, unless this run has done so."""
    with transaction():
        run = lock_run(run_id)
        if run is None or run.state != RunState.MAKING:
            return
        payee = lock_payee(payee_id, now=now)
        account = account_in_force(payee_id=payee_id, now=now)
        if account is None or not _reaches(run, account):
            return
        amount = _due_fen(payee, run=run, now=now)
        if not amount or run.payouts.filter(payee=payee).exists():
            return
        micro = amount * MICRO_PER_FEN
        payout = Payout.objects.create(
            run=run,
            payee=payee,
            account=account,
            amount_fen=amount,
            through_sequence=payee.sequence + 1,
            held_at=now,
        )
        enter(
            payee,
            kind=EntryKind.HELD,
            moves=Moves(payable=-micro, transit=micro),
            now=now,
            payout=payout,
        )


def account_in_force(*, payee_id: int, now: datetime) -> PayoutAccount | None:
    """Return the account that a payee is paid to at an instant."""
    return (
        PayoutAccount.objects.filter(
            payee_id=payee_id, effective_at__lte=now, withdrawn_at__isnull=True
        )
        .order_by("-effective_at", "-id")
        .first()
    )


def rail_of(custody: str) -> Rail:
    """Return by what money leaves a place: what lies at Stripe goes to connected accounts."""
    return Rail.CONNECT if custody.startswith(STRIPE_PREFIX) else Rail.BANK


@transaction_required
def _reaches(run: PayoutRun, account: PayoutAccount) -> bool:
    """Say whether a run can pay to an account: of its rail, and at Stripe one that may be paid."""
    if account.rail != rail_of(run.custody):
        return False
    return account.rail == Rail.BANK or (
        ConnectedAccount.objects.filter(
            payee_id=account.payee_id, stripe_account=account.number, transfers_enabled=True
        ).exists()
    )


@transaction_required
def _due_fen(payee: Payee, *, run: PayoutRun, now: datetime) -> int:
    """Return what a payee is paid now: whole fen, as far as there is money in that place."""
    terms = PayoutTerms.objects.filter(payee_id=payee.pk).order_by("-from_month").first()
    if terms is None or _was_paid(payee, terms=terms, now=now):
        return 0
    there = row(statement(ROOM, "cash_there.sql"), payee_id=payee.pk, custody=run.custody)
    amount = min(standing(payee)["payable"], 0 if there is None else there["amount"])
    fen = amount // MICRO_PER_FEN
    return int(fen) if fen >= terms.minimum_fen else 0


@transaction_required
def _was_paid(payee: Payee, *, terms: PayoutTerms, now: datetime) -> bool:
    """Say whether he was paid in this month, or week, already; what came back does not count."""
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    today = now.astimezone(zone).date()
    first = today.replace(day=1)
    if terms.schedule == Schedule.WEEKLY:
        first = today - timedelta(days=today.weekday())
    # An instant, because a date would be one of the server's time zone.
    since = datetime.combine(first, time(), tzinfo=zone)
    return Payout.objects.filter(
        ~Q(state=PayoutState.RETURNED),
        reversed_fen__lt=F("amount_fen"),
        payee=payee,
        held_at__gte=since,
    ).exists()


@transaction
def _propose(*, run_id: UUID, now: datetime) -> PayoutRun:
    run = lock_run(run_id)
    if run is None:
        message = "There is no such run."
        raise RunNotFound(message)
    if run.state == RunState.MAKING:
        is_empty = not run.payouts.exists()
        run.state = RunState.REFUSED if is_empty else RunState.PROPOSED
        run.decided_at = now if is_empty else None
        run.save()
        _record("payouts.propose_run", run, user_id=run.maker_id, now=now)
    return run


@transaction_required
def _proposed(run_id: UUID) -> PayoutRun:
    run = lock_run(run_id)
    if run is None:
        message = "There is no such run."
        raise RunNotFound(message)
    if run.state != RunState.PROPOSED:
        message = "This run was decided already, or is still being made: look again."
        raise RunDecided(message)
    return run


def _payouts(run: PayoutRun) -> Sequence[Payout]:
    return list(run.payouts.select_related("account").order_by("payee_id"))


@transaction_required
def _record(action: str, run: PayoutRun, *, user_id: int, now: datetime) -> None:
    payouts = run.payouts.values_list("amount_fen", flat=True)
    record(
        action=action,
        object_type="payout_run",
        object_id=str(run.public_id),
        actor=Actor.user(user_id),
        detail={
            "custody": run.custody,
            "payouts": len(payouts),
            "total_fen": sum(payouts),
            "file_sha256": run.file_sha256,
        },
        now=now,
    )

"""Cash accounts of both keepers and what is told of them, by the real operations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Organisation
from compute_billing.cash import operations
from compute_billing.cash.days import day_of, start_of
from compute_billing.cash.fetching import _keep
from compute_billing.cash.models import CashAccount, CashDifference, Keeper
from compute_billing.cash.running import _reconcile
from compute_billing.payments.models import Dispute, Payment, Refund
from compute_billing.payments.seen import MovementSeen

STRIPE = "stripe:main"


def told(
    number: object,
    *,
    at: datetime,
    type_: str = "payout",
    fen: int = 0,
    fee: int = 0,
    source: str = "",
) -> MovementSeen:
    """Return a movement as Stripe tells it."""
    return MovementSeen(
        balance_transaction=f"txn_{number}", type=type_, source=source, amount=fen, fee=fee, at=at
    )


def tell(*movements: MovementSeen, now: datetime) -> CashAccount:
    """Let Stripe have told these."""
    account, _ = CashAccount.objects.get_or_create(
        custody=STRIPE, defaults={"keeper": Keeper.STRIPE, "opened_at": now}
    )
    _keep(movements, account=account, now=now)
    return account


def compare(account: CashAccount, *, day: date, now: datetime | None = None) -> int:
    """Compare an account with what was told of it so far; return how many differences are open."""
    moment = now or start_of(day) + timedelta(days=1, hours=2)
    return _reconcile(account.pk, day=day, now=moment)[1]


def open_kinds(account: CashAccount) -> dict[str, tuple[str, int]]:
    """Return kind and amount of each open difference by its key."""
    found = CashDifference.objects.filter(account=account, ended_at=None)
    return {one.key: (one.kind, one.amount_fen) for one in found}


def told_of_books(*, now: datetime) -> list[MovementSeen]:
    """Return what Stripe would tell if it agreed with all that payments booked so far."""
    movements = [
        told(
            payment.stripe_balance_transaction.removeprefix("txn_"),
            at=now,
            type_="charge",
            fen=payment.received_fen,
            fee=payment.fee_fen or 0,
            source=payment.stripe_charge,
        )
        for payment in Payment.objects.filter(state="paid")
    ]
    movements += [
        told(
            one.stripe_refund, at=now, type_="refund", fen=-one.amount_fen, source=one.stripe_refund
        )
        for one in Refund.objects.filter(state="succeeded")
    ]
    movements += [
        told(
            one.stripe_dispute,
            at=now,
            type_="adjustment",
            fen=-one.withdrawn_fen,
            fee=one.fee_fen,
            source=one.stripe_dispute,
        )
        for one in Dispute.objects.filter(withdrawn_fen__gt=0)
    ]
    return movements


def reconcile_world(*, operator: Organisation, maker: int, approver: int, now: datetime) -> None:
    """Compare both keepers with the books; pair, book and leave a difference each."""
    account = tell(
        *told_of_books(now=now),
        told("fee", at=now, type_="stripe_fee", fen=-300),
        told("left", at=now, type_="adjustment", fen=-7),
        told("up", at=now, type_="topup", fen=900),
        told("down", at=now, type_="topup_reversal", fen=-900),
        now=now,
    )
    day = day_of(now)
    compare(account, day=day)
    later = start_of(day) + timedelta(days=1, hours=3)
    ids: dict[str, UUID] = dict(
        CashDifference.objects.filter(account=account).values_list("key", "public_id")
    )
    same = [ids["topup:txn_up"], ids["topup_reversal:txn_down"]]
    operations.pair(difference_ids=same, reason="同一笔转入转出", user_id=maker, now=later)
    proposal = operations.propose(
        difference_id=ids["stripe_fee:txn_fee"],
        booking=operations.Booking(counter="fee", operator_id=operator.pk),
        reason="月度服务费",
        user_id=maker,
        now=later,
    )
    operations.approve(proposal_id=proposal.public_id, user_id=approver, now=later)


def a_difference(*, fen: int = -300, now: datetime) -> CashDifference:
    """Leave a difference of Stripe's that nobody explains."""
    number = CashDifference.objects.count()
    account = tell(told(f"left-{number}", at=now, type_="stripe_fee", fen=fen), now=now)
    compare(account, day=day_of(now))
    return CashDifference.objects.get(account=account, key=f"stripe_fee:txn_left-{number}")

"""Row locks of payouts. Order: run, payee by id, reversal, call, then the ledger's balances."""

from datetime import datetime
from uuid import UUID

from compute_billing.payouts.connect_models import ConnectCall, ConnectedAccount
from compute_billing.payouts.models import Payee, Payout, PayoutAccount, PayoutRun
from kernel.transactions import transaction_required

ROOM = "compute_billing.payouts"


@transaction_required
def lock_payee(payee_id: int, *, now: datetime) -> Payee:
    """Lock a payee, writing his row when it is not there yet."""
    Payee.objects.bulk_create(
        [Payee(organisation_id=payee_id, opened_at=now)], ignore_conflicts=True
    )
    return Payee.objects.select_for_update().get(pk=payee_id)


@transaction_required
def lock_run(public_id: UUID) -> PayoutRun | None:
    """Lock a run, or return None when there is none."""
    return PayoutRun.objects.select_for_update().filter(public_id=public_id).first()


@transaction_required
def lock_account(public_id: UUID) -> PayoutAccount | None:
    """Lock an account, or return None when there is none."""
    return PayoutAccount.objects.select_for_update().filter(public_id=public_id).first()


@transaction_required
def lock_connected(public_id: UUID) -> ConnectedAccount | None:
    """Lock a payee's account at Stripe."""
    return ConnectedAccount.objects.select_for_update().filter(public_id=public_id).first()


@transaction_required
def lock_payout(payout_id: int, *, now: datetime) -> Payout:
    """Lock a payout's run and then its payee; return the payout as it is now."""
    run_id = Payout.objects.values_list("run_id", flat=True).get(pk=payout_id)
    PayoutRun.objects.select_for_update().get(pk=run_id)
    payout = Payout.objects.select_related("run", "account").get(pk=payout_id)
    lock_payee(payout.payee_id, now=now)
    return Payout.objects.select_related("run", "account").get(pk=payout_id)


@transaction_required
def lock_call(public_id: UUID) -> ConnectCall:
    """Lock a call; whatever it changes is locked before."""
    return ConnectCall.objects.select_for_update(of=("self",)).get(public_id=public_id)


@transaction_required
def take_call(*, now: datetime, public_id: UUID | None) -> ConnectCall | None:
    """Lock a call that is due and that nobody else holds, or the one of an id if it is."""
    due = ConnectCall.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state="waiting", next_attempt_at__lte=now
    )
    if public_id is not None:
        due = due.filter(public_id=public_id)
    return due.order_by("next_attempt_at", "id").select_related("payout").first()

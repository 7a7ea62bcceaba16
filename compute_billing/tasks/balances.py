"""Look for balances that run low, and tell their people; let go of holds that are over."""

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.conf import settings

from compute_billing.audit.usage import spent
from compute_billing.ledger.operations import release_expired
from compute_billing.ledger.queries import position
from compute_billing.ledger.warning import note_balance, prepaid_tenants
from compute_billing.rating.breakage import book_breakage
from compute_billing.rating.exhausting import end_over, note_silent
from kernel.clock import utc_now

BURN_DAYS: Final = 7
MONEY_UNIT: Final = "CNY"


@shared_task(name="compute_billing.tasks.balances.release_expired_holds")
def release_expired_holds(**_: Any) -> None:
    """Let go of what is set aside for jobs whose usage did not come in time."""
    release_expired(now=utc_now())


@shared_task(name="compute_billing.tasks.balances.end_exhausted_cases")
def end_exhausted_cases(**_: Any) -> None:
    """End the cases of jobs that have ended, and begin those of jobs that run on unasked."""
    now = utc_now()
    end_over(now=now)
    note_silent(now=now)


@shared_task(name="compute_billing.tasks.balances.book_expired_lots")
def book_expired_lots(**_: Any) -> None:
    """Book out what is left of lots behind their end and the grace."""
    book_breakage(grace=timedelta(days=settings.BREAKAGE_GRACE_DAYS), now=utc_now())


@shared_task(name="compute_billing.tasks.balances.tell_low_balances")
def tell_low_balances(**_: Any) -> None:
    """Compare what each prepaid tenant has with what it used in the last BURN_DAYS days."""
    now = utc_now()
    for tenant_id in prepaid_tenants():
        at_hand = position(tenant_id=tenant_id, at=now)
        balance = (
            sum(held.posted for held in at_hand.holdings if held.unit == MONEY_UNIT)
            - at_hand.arrears
        )
        burnt = spent(tenant_id=tenant_id, since=now - timedelta(days=BURN_DAYS), until=now)
        note_balance(
            tenant_id=tenant_id,
            balance_micro=balance,
            days_left=max(balance, 0) * BURN_DAYS // burnt if burnt > 0 else None,
            threshold_days=settings.BALANCE_LOW_DAYS,
            now=now,
        )

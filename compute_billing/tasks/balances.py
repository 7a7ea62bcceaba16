"""Look for balances that run low, and tell their people; let go of holds that are over."""

from datetime import datetime, timedelta
from typing import Any, Final

from celery import shared_task
from django.conf import settings

from compute_billing.audit.lasting import lasting
from compute_billing.ledger.operations import release_expired
from compute_billing.ledger.queries import position
from compute_billing.ledger.warning import note_balance, prepaid_tenants
from compute_billing.rating.breakage import book_breakage
from compute_billing.rating.exhausting import end_over, note_silent
from kernel.clock import utc_now

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
    """Look for how long what each prepaid tenant has lasts."""
    now = utc_now()
    for tenant_id in prepaid_tenants(with_amount=False):
        _look_at(tenant_id, now=now)


@shared_task(name="compute_billing.tasks.balances.tell_low_amounts")
def tell_low_amounts(**_: Any) -> None:
    """Compare what is left with the amounts that tenants chose; these are looked at more often."""
    now = utc_now()
    for tenant_id in prepaid_tenants(with_amount=True):
        _look_at(tenant_id, now=now)


def _look_at(tenant_id: int, *, now: datetime) -> None:
    at_hand = position(tenant_id=tenant_id, at=now)
    money = sum(held.posted for held in at_hand.holdings if held.unit == MONEY_UNIT)
    note_balance(
        tenant_id=tenant_id,
        balance_micro=money - at_hand.arrears,
        days_left=lasting(tenant_id=tenant_id, now=now).days_left,
        threshold_days=settings.BALANCE_LOW_DAYS,
        now=now,
    )

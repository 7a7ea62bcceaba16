"""Recognise what packages have earned, and tell whose package ends."""

from typing import Any

from celery import shared_task

from compute_billing.packages import operations
from kernel.clock import utc_now
from kernel.periods import month_before
from kernel.queries import billing_month_at


@shared_task(name="compute_billing.tasks.packages.recognise_due")
def recognise_due(**_: Any) -> None:
    """Recognise every month that is over."""
    now = utc_now()
    last = month_before(billing_month_at(moment=now).month)
    operations.recognise_month(month=last, now=now)


@shared_task(name="compute_billing.tasks.packages.remind_of_ends")
def remind_of_ends(**_: Any) -> None:
    """Tell whose package ends soon."""
    operations.remind_of_ends(now=utc_now())

"""Remind tenants of what is due."""

from typing import Any

from celery import shared_task

from compute_billing.receivables.operations import dun_by_the_clock
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.receivables.dun_tenants")
def dun_tenants(**_: Any) -> None:
    """Remind whoever came to a level, on working days from nine in the morning."""
    dun_by_the_clock(now=utc_now())

"""Compare the money that lies elsewhere with the books, day by day."""

from typing import Any

from celery import shared_task

from compute_billing.cash import operations
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.cash.reconcile_due")
def reconcile_due(**_: Any) -> None:
    """Reconcile every account up to yesterday, and tell finance of what has been open for long."""
    try:
        operations.reconcile_all(now=utc_now())
    finally:
        operations.tell_overdue(now=utc_now())

"""Count what payees have earned, and go on with runs whose process died."""

from typing import Any

from celery import shared_task

from compute_billing.payouts import operations
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.payouts.accrue")
def accrue(**_: Any) -> None:
    """Take up what was earned since, and let go of what was held back long enough."""
    operations.accrue_all(now=utc_now())


@shared_task(name="compute_billing.tasks.payouts.go_on")
def go_on(**_: Any) -> None:
    """Make runs whole that somebody proposed."""
    operations.go_on_with_all(now=utc_now())

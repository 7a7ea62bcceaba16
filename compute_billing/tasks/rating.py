"""Rate what waits in the queue of usage."""

from typing import Any

from celery import shared_task
from django.conf import settings

from compute_billing.rating import operations
from kernel.clock import utc_now

QUEUE = "rating"


@shared_task(name="compute_billing.tasks.rating.rate_pending")
def rate_pending(**_: Any) -> None:
    """Rate, round after round, until no free tenant has usage waiting."""
    failed: frozenset[int] = frozenset()
    while True:
        done = operations.rate_round(
            now=utc_now(), limit=settings.RATING_RUN_USAGE_MAX, queue=QUEUE, skip=failed
        )
        failed |= done.failed
        if not done.outcomes:
            break
    operations.refuse_failures(failed)


@shared_task(name="compute_billing.tasks.rating.retry_parked")
def retry_parked(**_: Any) -> None:
    """Put parked usage back into the queue: the price that it lacked may exist by now."""
    operations.release_parked()

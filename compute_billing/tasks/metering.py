"""Keep metering going: try again what could not be accepted, and make room for what comes."""

from typing import Any

from celery import shared_task

from compute_billing.metering import operations, partitions, queries
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.metering.retry_rejected")
def retry_rejected(**_: Any) -> None:
    """Try the readable rejects of every source again: what they lacked may exist by now."""
    for source in queries.sources_with_readable_rejects():
        operations.retry_rejected(source=source, now=utc_now())


@shared_task(name="compute_billing.tasks.metering.work_on_retries")
def work_on_retries(**_: Any) -> None:
    """Try, page after page, the rejects that somebody asked to be tried again."""
    while operations.work_on_retry(now=utc_now()):
        pass


@shared_task(name="compute_billing.tasks.metering.ensure_partitions")
def ensure_partitions(**_: Any) -> None:
    """Make the partitions of the months ahead."""
    partitions.ensure_months_ahead(now=utc_now())

"""Move applications on whose terms are over."""

from typing import Any

from celery import shared_task

from compute_billing.applications import operations
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.applications.replace_silent")
def replace_silent_reviewers(**_: Any) -> None:
    """Draw others for reviewers who did not answer in time."""
    operations.replace_silent(now=utc_now())


@shared_task(name="compute_billing.tasks.applications.award_due")
def award_due_applications(**_: Any) -> None:
    """Fund awards whose public notice is over."""
    operations.award_due(now=utc_now())


@shared_task(name="compute_billing.tasks.applications.expire_due")
def expire_due_applications(**_: Any) -> None:
    """Expire drafts and supplements whose term is over."""
    operations.expire_due(now=utc_now())


@shared_task(name="compute_billing.tasks.applications.remind")
def remind_of_applications(**_: Any) -> None:
    """Tell those of the house who let a term pass."""
    operations.remind(now=utc_now())

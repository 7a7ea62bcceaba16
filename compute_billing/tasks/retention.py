"""Forget what is kept for a time only."""

from typing import Any

import structlog
from celery import shared_task

from accounts.retention import operations
from kernel.clock import utc_now

logger = structlog.get_logger(__name__)


@shared_task(name="compute_billing.tasks.retention.forget_what_is_over")
def forget_what_is_over(**_: Any) -> None:
    """Delete lapsed sessions, unanswered invitations, old origins and answers."""
    gone = operations.forget_what_is_over(now=utc_now())
    logger.info("What its time was over for was forgotten", **gone)

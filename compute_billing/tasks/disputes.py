"""Settle disputes about use whose correction is charged, and remind of answers that are due."""

from typing import Any

from celery import shared_task

from compute_billing.disputes.operations import remind, settle_charged
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.disputes.settle_charged")
def settle_charged_disputes(**_: Any) -> None:
    """Settle what is charged."""
    settle_charged(now=utc_now())


@shared_task(name="compute_billing.tasks.disputes.remind_of_disputes")
def remind_of_disputes(**_: Any) -> None:
    """Tell whoever has to answer."""
    remind(now=utc_now())

"""Make calls to Stripe, handle what it told, and look at what it has not told."""

from typing import Any

from celery import shared_task

from compute_billing.payments import working
from compute_billing.payments.operations import is_set_up
from kernel.clock import utc_now
from kernel.nudges import wake


@shared_task(name="compute_billing.tasks.payments.work_on_payments")
def work_on_payments(**_: Any) -> None:
    """Do what waits; what is left for the next one wakes it."""
    if is_set_up() and working.work(clock=utc_now) == working.PIECES_MAX:
        wake("payments")


@shared_task(name="compute_billing.tasks.payments.look_at_open_payments")
def look_at_open_payments(**_: Any) -> None:
    """Ask about payments whose end no webhook has told."""
    if is_set_up():
        working.look_at_open(clock=utc_now)


@shared_task(name="compute_billing.tasks.payments.top_up_what_is_low")
def top_up_what_is_low(**_: Any) -> None:
    """Let saved cards pay where money runs low."""
    if is_set_up():
        working.top_up_what_is_low(clock=utc_now)

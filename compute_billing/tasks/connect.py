"""Ask Stripe what payees' rows say, handle what it told, look at what it has not told."""

from typing import Any

from celery import shared_task

from compute_billing.payments.operations import is_set_up
from compute_billing.payouts import connect_working
from kernel.clock import utc_now
from kernel.nudges import wake


@shared_task(name="compute_billing.tasks.connect.work_on_connect")
def work_on_connect(**_: Any) -> None:
    """Do what waits; what is left for the next one wakes it."""
    if is_set_up() and connect_working.work(clock=utc_now) == connect_working.PIECES_MAX:
        wake("connect")


@shared_task(name="compute_billing.tasks.connect.look_at_accounts")
def look_at_accounts(**_: Any) -> None:
    """Ask about payees' accounts of which no webhook has told for long."""
    if is_set_up():
        connect_working.look_at_accounts(clock=utc_now)

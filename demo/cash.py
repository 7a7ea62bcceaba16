"""The demonstration's cash: both sides of each day, and what they part by."""

from datetime import datetime, timedelta
from typing import Final

from compute_billing.cash import operations

ONE_DAY: Final = timedelta(days=1)


def compare_cash(*, now: datetime) -> None:
    """Compare every account up to today, as if today were over, so that it can be looked at.

    At Stripe both sides agree; at the bank stand the transfers that wait, and its own fee.
    """
    operations.reconcile_all(now=now + ONE_DAY)

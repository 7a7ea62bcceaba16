"""Writes to the billing months. Audit, seals, outbox and keys have modules of their own."""

from datetime import date

from kernel.sql import execute, statement
from kernel.transactions import transaction


def make_billing_months(*, first: date, last: date, time_zone: str) -> int:
    """Make the missing months from `first` to `last` and return how many were made.

    The zone matters only for months that do not exist yet; the table refuses a new month
    that would overlap an existing one because its zone is another.
    """
    with transaction():
        cursor = execute(
            statement("kernel", "make_billing_months.sql"),
            first=first,
            last=last,
            time_zone=time_zone,
        )
        return int(cursor.rowcount)

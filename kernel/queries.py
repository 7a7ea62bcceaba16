"""Reads of the billing months."""

from datetime import date, datetime

from kernel.errors import DomainError
from kernel.models import BillingMonth
from kernel.periods import month_text


class BillingMonthMissing(DomainError):
    """No row says where this month begins and ends."""

    code = "billing_month_missing"


def billing_month(*, month: date) -> BillingMonth:
    """Return the borders of a month.

    Raises:
        BillingMonthMissing: there is no row for it.
    """
    found = BillingMonth.objects.filter(month=month).first()
    if found is None:
        message = f"The billing month {month_text(month)} has no row: make months ahead."
        raise BillingMonthMissing(message, details={"month": month_text(month)})
    return found


def billing_month_at(*, moment: datetime) -> BillingMonth:
    """Return the month that an instant lies in.

    Raises:
        BillingMonthMissing: no month covers it.
    """
    found = BillingMonth.objects.filter(starts_at__lte=moment, ends_at__gt=moment).first()
    if found is None:
        message = f"No billing month covers {moment.isoformat()}: make months ahead."
        raise BillingMonthMissing(message)
    return found

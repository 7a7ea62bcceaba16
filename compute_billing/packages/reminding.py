"""Tell people that a package ends: once at each of a few distances, and anew after a renewal."""

from datetime import datetime
from typing import Final

from accounts.events.operations import emit
from accounts.events.vocabulary import PackageEnding
from compute_billing.packages.days import day_of
from compute_billing.packages.locks import lock_orders_ending
from kernel.transactions import transaction

DAYS_BEFORE: Final = (30, 7, 1)


def remind_of_ends(*, now: datetime) -> int:
    """Tell the people of each package that ends soon; return how many were told of.

    Who is told of 7 days is not told of 30 any more; a package shorter than a distance is told of
    at the next nearer one.
    """
    today = day_of(now)
    told = 0
    with transaction():
        for order in lock_orders_ending(today=today, within_days=max(DAYS_BEFORE)):
            left = (order.ends_on - today).days
            reached = min(days for days in DAYS_BEFORE if left <= days)
            length = (order.ends_on - order.starts_on).days
            if length <= reached or (order.reminded_days or reached + 1) <= reached:
                continue
            order.reminded_days = reached
            order.save(update_fields=["reminded_days"])
            ending = PackageEnding(
                package=order.public_id,
                number=order.number,
                cards=order.cards,
                ends_on=order.ends_on.isoformat(),
                days_left=left,
            )
            emit(ending, organisation_id=order.tenant_id, now=now)
            told += 1
    return told

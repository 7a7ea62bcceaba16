"""Brings in what Stripe says that moved, page by page: each page is kept before the next is asked.

Nothing is asked in a transaction. A process that dies between two pages leaves the pages that it
had; the next one asks again, and what is known is known by Stripe's id.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from compute_billing.cash.models import CashAccount, CashEntry
from compute_billing.payments import stripe_gateway
from compute_billing.payments.seen import MovementSeen
from compute_billing.payments.stripe_gateway import StripeRefused, StripeUnanswered
from kernel.errors import DomainError
from kernel.transactions import transaction

# Stripe shows a movement some time after it happened; what shows later still is found by a person.
LOOK_BACK: Final = timedelta(days=7)


class StripeNotHeard(DomainError):
    """Stripe did not answer, so a day cannot be compared with what it says: try again."""

    code = "stripe_not_heard"


def fetch_entries(account: CashAccount, *, since: datetime | None, now: datetime) -> int:
    """Keep what moved at Stripe since an instant, or ever; return how much of it is new.

    Raises:
        StripeNotHeard: it did not answer, or refused.
    """
    new, after = 0, ""
    while True:
        try:
            page = stripe_gateway.movements(since=since, after=after)
        except (StripeUnanswered, StripeRefused) as error:
            message = f"Stripe did not tell what moved: {error}. What was told is kept; try again."
            raise StripeNotHeard(message) from error
        new += _keep(page.movements, account=account, now=now)
        if not page.has_more:
            return new
        after = page.movements[-1].balance_transaction


def _keep(movements: Iterable[MovementSeen], *, account: CashAccount, now: datetime) -> int:
    entries = [
        CashEntry(
            account=account,
            told_id=one.balance_transaction,
            type=one.type,
            source=one.source,
            amount_fen=one.amount,
            fee_fen=one.fee,
            told_at=one.at,
            recorded_at=now,
        )
        for one in movements
    ]
    with transaction():
        before = CashEntry.objects.filter(told_id__in=[one.told_id for one in entries]).count()
        CashEntry.objects.bulk_create(entries, ignore_conflicts=True)
    return len(entries) - before

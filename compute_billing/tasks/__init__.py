"""What Celery workers run. A message is only a nudge; the work lies in PostgreSQL.

Every task may be lost, doubled or run twice at once without harm, and says nothing back.
"""

from compute_billing.tasks import (
    balances,
    bank,
    cash,
    metering,
    packages,
    payments,
    rating,
    retention,
    settlement,
)

__all__ = [
    "balances",
    "bank",
    "cash",
    "metering",
    "packages",
    "payments",
    "rating",
    "retention",
    "settlement",
]

"""What Celery workers run. A message is only a nudge; the work lies in PostgreSQL.

Every task may be lost, doubled or run twice at once without harm, and says nothing back.
"""

from compute_billing.tasks import (
    applications,
    balances,
    bank,
    budgets,
    cash,
    connect,
    disputes,
    metering,
    packages,
    payments,
    payouts,
    rating,
    receivables,
    retention,
    settlement,
)

__all__ = [
    "applications",
    "balances",
    "bank",
    "budgets",
    "cash",
    "connect",
    "disputes",
    "metering",
    "packages",
    "payments",
    "payouts",
    "rating",
    "receivables",
    "retention",
    "settlement",
]

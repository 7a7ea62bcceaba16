"""Partitions of usage and charges by recorded month, made before their month begins."""

from datetime import UTC, datetime
from typing import Final

from kernel.periods import month_of, months_later
from kernel.sql import row, statement
from kernel.transactions import transaction

MONTHS_AHEAD: Final = 24


@transaction
def ensure_months_ahead(*, now: datetime, count: int = MONTHS_AHEAD) -> int:
    """Make the missing partitions from this month to `count` months on; return how many."""
    first = month_of(now.astimezone(UTC).date())
    made = row(
        statement("compute_billing.metering", "ensure_partitions.sql"),
        first_month=first,
        last_month=months_later(first, count),
    )
    return int(made["made"]) if made else 0

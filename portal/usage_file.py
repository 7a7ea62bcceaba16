"""A tenant's usage as a file, read page by page while it is sent.

Its columns have the names and the units of the API; amounts are exact.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from compute_billing.audit.usage import usage_costs
from compute_billing.metering.queries import Usage, UsageFilter, usage_page
from kernel.money import Money
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell

BATCH: Final = 1_000
USE_COLUMNS: Final = (
    *("source", "external_id", "job", "project", "cluster", "card_type", "cards", "started_at"),
    *("ended_at", "quantity_card_seconds", "corrects", "state", "parked_reason"),
)
COST_COLUMNS: Final = ("gross", "discount", "programme", "tenant")


def usage_columns(*, tells_amounts: bool) -> list[str]:
    """Return the head of the file."""
    return [*USE_COLUMNS, *(COST_COLUMNS if tells_amounts else ())]


def usage_rows(*, tenant_id: int, wanted: UsageFilter, tells_amounts: bool) -> Iterator[list[Cell]]:
    """Yield the file record by record."""
    after: tuple[datetime, str, str] | None = None
    while found := usage_page(tenant_id=tenant_id, wanted=wanted, after=after, limit=BATCH):
        costs = usage_costs(tenant_id=tenant_id, usage=found) if tells_amounts else {}
        for usage in found:
            row = _use(usage)
            if tells_amounts:
                cost = costs.get(usage.usage_id)
                row += [
                    None if cost is None else Decimal(Money(getattr(cost, name)).to_text())
                    for name in COST_COLUMNS
                ]
            yield row
        last = found[-1]
        after = last.started_at, last.external_id, last.source


def _use(usage: Usage) -> list[Cell]:
    return [
        usage.source,
        usage.external_id,
        usage.allocation,
        usage.project,
        usage.cluster,
        usage.card_type,
        Decimal(figures.cards(usage.milli_cards)),
        usage.started_at,
        usage.ended_at,
        Decimal(card_seconds_text(usage.quantity)),
        usage.corrects,
        usage.state,
        usage.parked_reason,
    ]

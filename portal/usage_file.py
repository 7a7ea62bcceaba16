"""A tenant's usage as a file, read page by page while it is sent.

Its columns have the names and the units of the API; amounts are exact.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from compute_billing.audit.billed import OnBill
from compute_billing.metering.queries import Usage, UsageFilter
from kernel.money import Money
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell
from portal.usage_found import Found, find

BATCH: Final = 1_000
USE_COLUMNS: Final = (
    *("source", "external_id", "job", "project", "cluster", "card_type", "cards", "started_at"),
    *("ended_at", "quantity_card_seconds", "corrects", "state", "parked_reason"),
)
COST_COLUMNS: Final = ("gross", "discount", "programme", "tenant")
# In yuan, or in card-seconds where the line's payer gives card time.
LINE_COLUMN: Final = "on_this_line"
CHARGED: Final = "charged"
IN_KIND: Final = "in_kind"


def usage_columns(*, tells_amounts: bool, on: OnBill | None = None) -> list[str]:
    """Return the head of the file; use behind a line of a bill tells the part of its payer."""
    line = (LINE_COLUMN,) if on is not None and on.payer_kind else ()
    return [*USE_COLUMNS, *(COST_COLUMNS if tells_amounts else ()), *line]


def usage_rows(
    *, tenant_id: int, wanted: UsageFilter, tells_amounts: bool, on: OnBill | None = None
) -> Iterator[list[Cell]]:
    """Yield the file record by record."""
    after: tuple[datetime, str, str] | None = None
    while found := find(
        tenant_id=tenant_id,
        wanted=wanted,
        on=on,
        after=after,
        limit=BATCH,
        tells_amounts=tells_amounts,
    ):
        for one in found:
            yield [*_use(one.usage), *_cost(one), *_line(one, on=on)]
        last = found[-1].usage
        after = last.started_at, last.external_id, last.source


def _cost(found: Found) -> list[Cell]:
    """Return what a record costs; of one that waits nothing is known yet."""
    if found.cost is None:
        return []
    if found.usage.state != CHARGED:
        return [None for _ in COST_COLUMNS]
    return [Decimal(Money(getattr(found.cost, name)).to_text()) for name in COST_COLUMNS]


def _line(found: Found, *, on: OnBill | None) -> list[Cell]:
    if on is None or on.payer_kind is None:
        return []
    if on.payer_kind == IN_KIND:
        return [Decimal(card_seconds_text(found.borne))]
    return [Decimal(Money(found.borne).to_text())]


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

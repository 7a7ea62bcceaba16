"""A tenant's usage as a file of comma-separated values, read page by page while it is sent.

Its columns have the names and the units of the API; amounts are exact.
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from compute_billing.audit.usage import usage_costs
from compute_billing.metering.queries import Usage, UsageFilter, usage_page
from kernel.money import Money
from kernel.quantities import card_seconds_text
from portal import figures

BATCH: Final = 1_000
USE_COLUMNS: Final = (
    *("source", "external_id", "job", "project", "cluster", "card_type", "cards", "started_at"),
    *("ended_at", "quantity_card_seconds", "corrects", "state", "parked_reason"),
)
COST_COLUMNS: Final = ("gross", "discount", "programme", "tenant")
# A spreadsheet takes a text that begins like this for a formula and runs it.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
# Tells spreadsheets that the file is UTF-8.
MARK: Final = "\ufeff"


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def usage_lines(*, tenant_id: int, wanted: UsageFilter, tells_amounts: bool) -> Iterator[str]:
    """Yield the file line by line."""
    writer: Any = csv.writer(_Line())
    yield MARK + writer.writerow([*USE_COLUMNS, *(COST_COLUMNS if tells_amounts else ())])
    after: tuple[datetime, str, str] | None = None
    while found := usage_page(tenant_id=tenant_id, wanted=wanted, after=after, limit=BATCH):
        costs = usage_costs(tenant_id=tenant_id, usage=found) if tells_amounts else {}
        for usage in found:
            line = _use(usage)
            if tells_amounts:
                cost = costs.get(usage.usage_id)
                line += [
                    "" if cost is None else Money(getattr(cost, name)).to_text()
                    for name in COST_COLUMNS
                ]
            yield writer.writerow(line)
        last = found[-1]
        after = last.started_at, last.external_id, last.source


def _use(usage: Usage) -> list[str]:
    return [
        _harmless(usage.source),
        _harmless(usage.external_id),
        _harmless(usage.allocation or ""),
        _harmless(usage.project or ""),
        _harmless(usage.cluster),
        _harmless(usage.card_type),
        figures.cards(usage.milli_cards),
        usage.started_at.isoformat(),
        usage.ended_at.isoformat(),
        card_seconds_text(usage.quantity),
        _harmless(usage.corrects or ""),
        usage.state,
        usage.parked_reason,
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text

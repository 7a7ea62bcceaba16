"""A settled October with two tenants, for the pages that show it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from compute_billing.invoices import operations as invoices
from compute_billing.settlement import operations as settlement
from tests.builders.market import HOUR_MS, NOW, Market, instant_ms, make_market

MONTH = date(2026, 10, 1)
# Midnight in Beijing between the 7th and the 8th.
MIDNIGHT = datetime(2026, 10, 7, 16, 0, tzinfo=UTC)


def hours_around_midnight(*, before: int, after: int) -> dict[str, int]:
    """Return the interval of a job around that midnight, and its quantity for two cards."""
    started = instant_ms(MIDNIGHT - timedelta(hours=before))
    ended = instant_ms(MIDNIGHT + timedelta(hours=after))
    return {
        "started_ms": started,
        "ended_ms": ended,
        "milli_cards": 2_000,
        "quantity": 2_000 * (before + after) * HOUR_MS,
    }


def make_settled_month() -> Market:
    """Settle: `rich` used ten card-hours with half paid by an award, `poor` two and owes them."""
    market = make_market()
    market.add_tenant("rich", paid_yuan=100)
    market.add_tenant("poor")
    market.award("rich", fund=market.fund(yuan=1_000), rate_ppm=500_000, cap_yuan=100)
    market.report(
        {"account": "rich", **hours_around_midnight(before=2, after=3)},
        {"account": "poor", **hours_around_midnight(before=0, after=1)},
    )
    market.rate()
    settle(market)
    return market


def settle(market: Market) -> None:
    """Close and settle the month."""
    del market
    invoices.close_period(month=MONTH, now=NOW)
    settlement.settle(month=MONTH, now=NOW)

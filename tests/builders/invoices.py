"""Used, rated and closed months for tests, made by the real operations on a market."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from compute_billing.invoices import operations
from compute_billing.invoices.models import Invoice, InvoiceLine
from compute_billing.metering import operations as metering
from compute_billing.rating import operations as rating
from kernel.periods import month_after
from tests.builders.market import NOW, Market, instant_ms
from tests.builders.metering import make_parsed_record

HOUR = timedelta(hours=1)
OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)

_numbers = count(1)


def after(month: date) -> datetime:
    """Return noon UTC of the second day of the next month, when the month has long ended."""
    following = month_after(month)
    return datetime(following.year, following.month, 2, 12, tzinfo=UTC)


def middle_of(month: date) -> datetime:
    """Return the start of the tenth in UTC."""
    return datetime(month.year, month.month, 10, tzinfo=UTC)


def make_use(
    market: Market,
    code: str,
    *,
    month: date = OCTOBER,
    start: datetime | None = None,
    duration: timedelta = HOUR,
    milli_cards: int = 1000,
    now: datetime = NOW,
    rate: bool = True,
    **record: Any,
) -> str:
    """Report one card for an hour of the month's tenth, rate it, and return its external id."""
    started = start or middle_of(month)
    external_id = f"use-{next(_numbers)}"
    parsed = make_parsed_record(
        **{
            "position": next(_numbers) + 1_000_000,
            "external_id": external_id,
            "account": code,
            "card_type": market.meter.code,
            "milli_cards": milli_cards,
            "started_ms": instant_ms(started),
            "ended_ms": instant_ms(started + duration),
            **record,
        }
    )
    outcome = metering.record_batch(
        [parsed], source=market.source, import_id=market.import_id, now=now
    )
    assert outcome.accepted == 1, outcome
    if rate:
        market.rate()
    return external_id


def make_correction(
    market: Market, code: str, *, corrects: str, month: date = OCTOBER, **record: Any
) -> None:
    """Take back the hour that `make_use` reported."""
    made = {"duration": HOUR, "milli_cards": 1000, **record}
    quantity = -made["milli_cards"] * (made["duration"] // timedelta(milliseconds=1))
    make_use(market, code, month=month, corrects=corrects, quantity=quantity, **record)


def close(
    market: Market, code: str, *, month: date = OCTOBER, now: datetime | None = None
) -> operations.Closing:
    """Close a tenant's month soon after its end."""
    return operations.close_tenant_month(
        tenant_id=market.tenants[code].pk, month=month, now=now or max(after(month), NOW)
    )


def the_bill(market: Market, code: str, *, month: date = OCTOBER) -> Invoice:
    """Return the only bill of a tenant's month."""
    return Invoice.objects.get(tenant_id=market.tenants[code].pk, period=month)


def lines_of(bill: Invoice) -> list[tuple[date, str, int, int]]:
    """Return usage month, payer, quantity and amount of a bill's lines."""
    lines = InvoiceLine.objects.filter(invoice=bill).order_by("position")
    return [(line.usage_month, line.payer_kind, int(line.quantity), line.amount) for line in lines]


def rate_all(*, now: datetime = NOW) -> None:
    """Rate whatever waits."""
    list(rating.rate_all(now=now))

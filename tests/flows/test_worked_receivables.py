"""The worked example of a month on credit, number for number."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.disputes.models import UsageDispute
from compute_billing.ledger.queries import wallet_state
from compute_billing.receivables import operations
from compute_billing.receivables.models import DunningNotice
from compute_billing.receivables.queries import receivable
from kernel.money import Money
from tests.builders.disputes import dispute_use
from tests.builders.invoices import close, make_use, middle_of, the_bill
from tests.builders.market import Market, make_market
from tests.builders.receivables import CODE, on_credit, pay_in, tenant_of
from tests.flows.worked_examples import Example, Row, examples, micro

pytestmark = pytest.mark.django_db
[OWED] = [example for example in examples() if "event" in example.tables]
OCTOBER = date(2026, 10, 1)


def take(market: Market, row: Row, *, jobs: dict[str, str]) -> int:
    """Let an event happen at ten in the morning in Beijing; return its amount in micro-yuan."""
    now = datetime.combine(date.fromisoformat(row["on"]), time(2), tzinfo=UTC)
    what, _, which = row["event"].partition(" ")
    if what == "billed":
        close(market, CODE, now=now)
        return the_bill(market, CODE).net
    if what == "paid":
        pay_in(market, micro=micro(row["amount"]), reference=row["on"], now=now)
        return micro(row["amount"])
    if what == "disputed":
        dispute_use(market, tenant_of(market), external_id=jobs[which], now=now)
        return UsageDispute.objects.get().disputed_micro
    assert operations.dun_by_the_clock(now=now).notices == 1
    notice = DunningNotice.objects.latest("day")
    assert f"reminded, level {notice.level}" == row["event"]
    return notice.amount


def told(market: Market, row: Row, *, jobs: dict[str, str]) -> Row:
    """Tell an event and where things stand after it, as the page does."""
    amount = take(market, row, jobs=jobs)
    tenant_id = tenant_of(market).pk
    found = receivable(tenant_id=tenant_id, operator_id=market.operator.pk)
    assert found is not None
    state = wallet_state(tenant_id=tenant_id)
    return {
        "event": row["event"],
        "on": row["on"],
        "amount": Money(amount).to_text(),
        "open": Money(found.open).to_text(),
        "disputed": Money(found.disputed).to_text(),
        "limit left": Money(state.credit_limit - state.credit_used).to_text(),
    }


def used(market: Market, example: Example) -> dict[str, str]:
    """Use what is given, a job behind the other; return what each is known by."""
    jobs, start = {}, middle_of(OCTOBER)
    for name in ("A", "B"):
        duration = timedelta(hours=int(example.given[f"card-hours of job {name}"]))
        jobs[name] = make_use(market, CODE, start=start, duration=duration)
        start += duration
    return jobs


def test_the_month_on_credit_is_what_the_page_says() -> None:
    # Given the market of the page
    market = make_market(price_micro=micro(OWED.given["price of a card-hour"]))
    limit_yuan = micro(OWED.given["credit limit"]) // 1_000_000
    on_credit(market=market, limit_yuan=limit_yuan)
    jobs = used(market, OWED)

    # When everything happens in its order
    happened = [told(market, row, jobs=jobs) for row in OWED.tables["event"]]

    # Then it is what the page says, and the books hold
    assert happened == OWED.tables["event"]
    assert [verdict.law.name for verdict in verify_books(full=True) if not verdict.holds] == []

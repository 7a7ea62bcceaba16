"""SIGKILL between unwinding a counter and charging anew: nothing is half done, and it is done."""

from __future__ import annotations

from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from kernel.sql import rows
from tests.builders.invoices import HOUR, NOVEMBER, make_correction, make_use, middle_of
from tests.builders.market import CARD_HOUR, NOW, YUAN, Market, make_market
from tests.concurrency.gates import Gate, kill_at

pytestmark = pytest.mark.django_db(transaction=True)

START = middle_of(NOVEMBER)
# The run that charges anew is noted when all is taken back.
BEFORE_ANEW = Gate(event="INSERT", table="rating_run", when="NEW.kind = 'recharge'")
RATE = ("manage.py", "rate_usage", "--now", NOW.isoformat(), "--json")


def books(market: Market) -> tuple[list[dict[str, Any]], ...]:
    return (
        market.charges("acme"),
        rows("SELECT * FROM rating_counter"),
        rows("SELECT award_id, basis, granted FROM subsidies_award_counter"),
        rows("SELECT account_id, posted, held FROM ledger_balance ORDER BY 1"),
        rows("SELECT usage_id, parked_reason FROM metering_usage_pending"),
    )


def test_an_unwinding_that_was_killed_leaves_nothing() -> None:
    # given an hour in each of two tiers, half of it paid by an award
    tiers = [(0, 2 * YUAN), (CARD_HOUR, YUAN)]
    market = make_market(price_micro=None, unit_price_micro=None, tiers=tiers)
    market.add_tenant("acme", paid_yuan=10)
    market.award("acme", fund=market.fund(yuan=10), rate_ppm=500_000, cap_yuan=10)
    first, _ = [make_use(market, "acme", month=NOVEMBER, start=START + n * HOUR) for n in (0, 1)]
    # when the first is taken back, by a process that dies in the midst of it
    make_correction(market, "acme", corrects=first, month=NOVEMBER, start=START, rate=False)
    before = books(market)
    kill_at(BEFORE_ANEW, RATE)
    # then nothing has happened
    assert books(market) == before
    # and the next rating does all of it
    market.rate()
    assert market.shares("acme") == {"award": YUAN, "paid": YUAN}
    assert [c["gross"] // YUAN for c in market.charges("acme")] == [2, 1, -1, -2, 2, 1, -1]
    assert [v.law.name for v in verify_books(full=True) if not v.holds] == []

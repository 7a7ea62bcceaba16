"""A counter that is unwound while its tenant's use, money and closing meet it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.invoices import operations as invoices
from kernel.sql import rows
from tests.builders.invoices import HOUR, OCTOBER, make_correction, make_use, middle_of
from tests.builders.market import CARD_HOUR, NOW, YUAN, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
# Rating passes a wallet by that somebody holds, so few rounds may have nobody who waited.
FEW = 5
ROUNDS = [FEW, pytest.param(100, marks=pytest.mark.soak)]
ATTEMPTS = 5
START = middle_of(OCTOBER)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_corrections_against_rating_and_closing(rounds: int) -> None:
    """However they meet, what stays costs the first tier, and the award pays half of it."""
    tiers = [(0, 2 * YUAN), (2 * CARD_HOUR, YUAN)]
    market = make_market(price_micro=None, unit_price_micro=None, tiers=tiers)
    fund = market.fund(yuan=10_000)
    codes: list[str] = []

    def report_more(code: str) -> None:
        make_use(market, code, start=START + 3 * HOUR)

    def close(tenant_id: int) -> None:
        # while use waits the month stays open; then what was late or corrected is November's
        for _ in range(ATTEMPTS):
            invoices.close_tenant_month(tenant_id=tenant_id, month=OCTOBER, now=NOW)

    def make_works(number: int) -> list[Any]:
        codes.append(f"tenant-{number}")
        code = codes[-1]
        tenant = market.add_tenant(code, paid_yuan=100)
        market.award(code, fund=fund, rate_ppm=500_000, cap_yuan=50)
        used = [make_use(market, code, start=START + hour * HOUR) for hour in range(3)]
        for hour in range(2):
            start = START + hour * HOUR
            make_correction(market, code, corrects=used[hour], start=start, rate=False)
        return [
            market.rate,
            market.rate,
            partial(report_more, code),
            partial(close, tenant.pk),
            partial(market.top_up, code, yuan=5),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    market.rate()
    for code in codes:
        assert market.shares(code) == {"award": 2 * YUAN, "paid": 2 * YUAN}
    [unwound] = rows("SELECT count(*) AS runs FROM rating_run WHERE kind = 'recharge'")
    assert unwound["runs"] >= rounds
    if rounds > FEW:
        race.assert_they_met()
    assert [v.law.name for v in verify_books(full=True) if not v.holds] == []

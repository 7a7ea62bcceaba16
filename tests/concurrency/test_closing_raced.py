"""Bill numbers have no gaps and nothing is billed twice or left out, however closings meet."""

from __future__ import annotations

import time
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from compute_billing.audit.queries import verify_books
from compute_billing.invoices import operations
from compute_billing.invoices.models import (
    Invoice,
    InvoiceCredited,
    InvoiceSeries,
    TenantMonth,
)
from compute_billing.settlement import operations as settlement
from compute_billing.settlement.models import Claim, Claimed, ClaimLine, OperatorStatement
from kernel.periods import months_later
from kernel.sql import row
from tests.builders.invoices import OCTOBER, after, make_correction, make_use, middle_of
from tests.builders.market import NOW, Market, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [8, pytest.param(200, marks=pytest.mark.soak)]
MONTHS = 120
TENANTS = 3
ATTEMPTS_MAX = 1_000


def month_of_round(number: int) -> date:
    """Return a month of its own, for as many rounds as the price list has months."""
    return months_later(date(2016, 2, 1), number % MONTHS)


def booked_gross(tenant_id: int, month: date) -> int:
    found = row(
        "SELECT coalesce(sum(gross), 0)::bigint AS gross FROM rating_charge"
        " WHERE tenant_id = %(tenant_id)s AND booked_month = %(month)s",
        tenant_id=tenant_id,
        month=month,
    )
    return found["gross"] if found else 0


def assert_every_law_holds() -> None:
    broken = [
        (verdict.law.name, verdict.offenders)
        for verdict in verify_books(full=True)
        if not verdict.holds
    ]
    assert broken == []


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_closers_of_one_period(rounds: int) -> None:
    """Every tenant has one bill, and the numbers run from 1 without a gap."""
    market = make_market()

    def make_works(number: int) -> list[Any]:
        codes = [f"tenant-{number // MONTHS}-{lane}" for lane in range(TENANTS)]
        for code in codes:
            if code not in market.tenants:
                market.add_tenant(code)
            make_use(market, code, month=month_of_round(number), rate=False)
        market.rate()
        close = partial(operations.close_period, month=month_of_round(number), now=NOW)
        return [close, close]

    race = run_race(rounds=rounds, make_works=make_works)

    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, rounds * TENANTS + 1))
    assert InvoiceSeries.objects.get().last_number == rounds * TENANTS
    assert not TenantMonth.objects.exclude(state="closed").exists()
    closings = [
        closing
        for outcomes in race.rounds
        for period in outcomes
        if isinstance(period, operations.PeriodClosing)
        for closing in period.closed
    ]
    assert sum(len(closing.invoice_ids) for closing in closings) == rounds * TENANTS
    assert sum(closing.was_closed_before for closing in closings) > 0, "nobody came second"
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_months_of_one_tenant_at_once(rounds: int) -> None:
    """Both bills carry on from the same sum: no fen is asked for twice or forgotten."""
    market = make_market(price_micro=4_999)
    tenants: list[int] = []

    def make_works(number: int) -> list[Any]:
        tenants.append(market.add_tenant(f"tenant-{number}").pk)
        months = [date(2025, 1, 1), date(2025, 2, 1), date(2026, 1, 1)]
        for month in months:
            make_use(market, f"tenant-{number}", month=month, rate=False)
        market.rate()
        return [
            partial(operations.close_tenant_month, tenant_id=tenants[-1], month=month, now=NOW)
            for month in months
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for tenant_id in tenants:
        bills = Invoice.objects.filter(tenant_id=tenant_id)
        # three times 0.4999 fen: 1.4997, so that one fen is asked for and half of one carried
        assert sorted(bill.total_fen for bill in bills) == [0, 0, 1]
        assert bills.order_by("id").last().carried_micro == 4_997  # type: ignore[union-attr]
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_credit_notes_over_one_line(rounds: int) -> None:
    """Closings and a second correction meet: the line is taken back once, on one note or two."""
    market = make_market(price_micro=2_430_001)
    tenants: list[int] = []
    start = middle_of(OCTOBER)
    november, december = (months_later(OCTOBER, later) for later in (1, 2))

    def make_works(number: int) -> list[Any]:
        code = f"tenant-{number}"
        tenants.append(market.add_tenant(code).pk)
        starts = [start, start + timedelta(days=1)]
        used = [make_use(market, code, start=each) for each in starts]
        operations.close_tenant_month(tenant_id=tenants[-1], month=OCTOBER, now=NOW)
        make_correction(market, code, corrects=used[0], start=starts[0])
        later = after(november)
        close = partial(
            operations.close_tenant_month, tenant_id=tenants[-1], month=november, now=later
        )
        correct = partial(make_correction, market, code, corrects=used[1], start=starts[1])
        return [close, close, correct]

    race = run_race(rounds=rounds, make_works=make_works)

    for tenant_id in tenants:
        operations.close_tenant_month(tenant_id=tenant_id, month=november, now=after(november))
        operations.close_tenant_month(tenant_id=tenant_id, month=december, now=after(december))
        (line,) = Invoice.objects.get(tenant_id=tenant_id, kind="bill").lines.all()
        assert InvoiceCredited.objects.get(line=line).credited == line.amount == 4_860_002
        assert sum(each.total_fen for each in Invoice.objects.filter(tenant_id=tenant_id)) == 0
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_closing_against_rating(rounds: int) -> None:
    """Tried again and again while it is parked, the month closes with what was rated meanwhile."""
    market = make_market()
    tenants: list[int] = []

    def close_until_it_is(tenant_id: int) -> list[operations.Closing]:
        closings = []
        for _ in range(ATTEMPTS_MAX):
            closings.append(
                operations.close_tenant_month(tenant_id=tenant_id, month=OCTOBER, now=NOW)
            )
            if not closings[-1].parked_reason:
                break
        return closings

    def make_works(number: int) -> list[Any]:
        tenants.append(market.add_tenant(f"tenant-{number}").pk)
        make_use(market, f"tenant-{number}", rate=False)
        return [partial(close_until_it_is, tenants[-1]), market.rate]

    race = run_race(rounds=rounds, make_works=make_works)

    for tenant_id, (closings, _) in zip(tenants, race.rounds, strict=True):
        assert isinstance(closings, list)
        assert [bool(closing.parked_reason) for closing in closings][-1] is False
        month = TenantMonth.objects.get(tenant_id=tenant_id)
        assert (month.state, month.charge_count, month.gross) == ("closed", 1, 2_430_000)
        assert booked_gross(tenant_id, OCTOBER) == 2_430_000
    race.assert_they_met()
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", [12, pytest.param(200, marks=pytest.mark.soak)])
def test_closing_against_late_reports(rounds: int) -> None:
    """A report that meets the closing is in the month or in the next one, never in neither."""
    market = make_market()
    tenants: list[int] = []

    def close_after(number: int) -> operations.Closing:
        # so that over the rounds the closing comes before, in the midst of and after the report
        time.sleep(number % 12 * 0.01)
        return operations.close_tenant_month(tenant_id=tenants[number], month=OCTOBER, now=NOW)

    def make_works(number: int) -> list[Any]:
        code = f"tenant-{number}"
        tenants.append(market.add_tenant(code).pk)
        make_use(market, code)
        later = middle_of(OCTOBER) + timedelta(days=1)
        return [partial(close_after, number), partial(make_use, market, code, start=later)]

    race = run_race(rounds=rounds, make_works=make_works)

    november = months_later(OCTOBER, 1)
    seen = set()
    for tenant_id, (closing, _) in zip(tenants, race.rounds, strict=True):
        assert isinstance(closing, operations.Closing)
        in_october = booked_gross(tenant_id, OCTOBER)
        assert in_october + booked_gross(tenant_id, november) == 2 * 2_430_000
        month = TenantMonth.objects.get(tenant_id=tenant_id, month=OCTOBER)
        assert month.gross == (None if closing.parked_reason else in_october)
        seen.add((bool(closing.parked_reason), in_october))
    assert len(seen) > 1, "the closing never met a report"
    assert_every_law_holds()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_settlers_of_one_month(rounds: int) -> None:
    """A share is claimed once and a bill stated once; the second settler finds nothing."""
    market: Market = make_market()
    fund = market.fund(yuan=100_000)

    def make_works(number: int) -> list[Any]:
        code = f"tenant-{number // MONTHS}"
        if code not in market.tenants:
            market.add_tenant(code)
            market.award(code, fund=fund, rate_ppm=500_000, cap_yuan=1_000)
        month = month_of_round(number)
        make_use(market, code, month=month)
        operations.close_period(month=month, now=NOW)
        settle = partial(settlement.settle, month=month, now=NOW)
        return [settle, settle]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        made = [outcome for outcome in outcomes if outcome != settlement.Settlement()]
        assert len(made) == 1, outcomes
    assert Claim.objects.count() == OperatorStatement.objects.count() == rounds
    assert ClaimLine.objects.count() == Claimed.objects.count() == rounds
    assert sum(claim.amount for claim in Claim.objects.all()) == rounds * 1_215_000
    race.assert_they_met()
    assert_every_law_holds()

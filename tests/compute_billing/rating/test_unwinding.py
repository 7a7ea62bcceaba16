"""Under tiers, what is taken back costs what it cost, and everybody gets back what he paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from compute_billing.audit import queries as audit
from compute_billing.invoices import operations as invoices
from compute_billing.ledger import operations as ledger
from compute_billing.rating import holding, unwinding
from compute_billing.settlement import operations as settlement
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders.invoices import NOVEMBER, OCTOBER
from tests.builders.market import (
    CARD_HOUR,
    HOUR_MS,
    LONG_AGO,
    NOW,
    YUAN,
    Market,
    instant_ms,
    make_market,
)

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, tzinfo=UTC)
RUNS = (
    "SELECT r.kind, sum(c.gross)::bigint AS gross, count(*) AS charges"
    " FROM rating_run r JOIN rating_charge c ON c.run_id = r.id GROUP BY r.id ORDER BY min(c.id)"
)


def use(job: str, hours: int, *, start: datetime = START, **more: object) -> dict[str, object]:
    first = instant_ms(start)
    return {
        "account": "acme",
        "external_id": job,
        "milli_cards": 1000,
        "started_ms": first,
        "ended_ms": first + hours * HOUR_MS,
        **more,
    }


def back(
    job: str, first: int, last: int, *, start: datetime = START, **more: object
) -> dict[str, object]:
    taken = {"corrects": job, "quantity": (first - last) * CARD_HOUR, **more}
    begun = start + timedelta(hours=first)
    return use(f"{job}-back-{first}-{last}", last - first, start=begun, **taken)


def open_market(*, until: int = 100, paid_yuan: int = 1000) -> Market:
    """Return a market at 2 yuan an hour, from so many hours on at 1, with a tenant."""
    tiers = [(0, 2 * YUAN), (until * CARD_HOUR, YUAN)]
    market = make_market(price_micro=None, unit_price_micro=None, tiers=tiers)
    market.add_tenant("acme", paid_yuan=paid_yuan)
    return market


def charge(market: Market, *records: dict[str, object]) -> None:
    """Report the records and rate them one by one."""
    for record in records:
        assert market.report(record).accepted == 1
        market.rate()


def add_award(market: Market) -> None:
    """Let a programme pay half of everything."""
    market.award("acme", fund=market.fund(yuan=1000), rate_ppm=500_000, cap_yuan=1000)


def runs() -> list[tuple[str, int, int]]:
    """Return kind, gross in yuan and charges of each run that charged anything."""
    return [(run["kind"], run["gross"] / YUAN, run["charges"]) for run in rows(RUNS)]


def spent_by_lot() -> list[int]:
    """Return what each lot has paid, the oldest lot first."""
    found = rows(
        "SELECT lot.granted - b.posted AS spent FROM ledger_credit_lot lot"
        " JOIN ledger_balance b USING (account_id) ORDER BY lot.account_id"
    )
    return [lot["spent"] for lot in found]


def expect_laws() -> None:
    broken = {v.law.name: v.offenders for v in audit.verify_books() if not v.holds}
    assert broken == {}


def test_what_came_after_is_unwound_and_charged_anew() -> None:
    # given 100 h at 2 yuan and 100 h at 1, half of it by an award
    market = open_market()
    add_award(market)
    charge(market, use("first", 100), use("second", 100))
    # when 40 h of the first are taken back
    charge(market, back("first", 60, 100))
    # then both are unwound at what they cost, 160 h stay and the last 40 go as they are
    assert runs() == [
        ("usage", 200, 1),
        ("usage", 100, 1),
        ("reversal", -300, 2),
        ("recharge", 300, 3),
        ("usage", -40, 1),
    ]
    assert market.shares("acme") == {"award": 130 * YUAN, "paid": 130 * YUAN}
    expect_laws()
    # and the rest can go in any order
    charge(market, back("first", 0, 60), back("second", 0, 100))
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_only_what_is_newer_is_unwound() -> None:
    # given four jobs, of which the third crosses into the next tier
    market = open_market()
    names = ("first", "second", "third", "fourth")
    charge(market, *[use(name, 40) for name in names])
    # when the second is taken back
    charge(market, back("second", 0, 40))
    # then the first is left alone, and the second is charged last and taken off the top
    assert runs()[4:] == [("reversal", -180, 3), ("recharge", 180, 3), ("usage", -40, 1)]
    assert market.shares("acme") == {"paid": 220 * YUAN}
    expect_laws()


def test_inside_one_tier_nothing_is_unwound() -> None:
    # given four jobs, of which the last two lie in the second tier
    market = open_market(until=80)
    charge(market, *[use(name, 40) for name in ("first", "second", "third", "fourth")])
    # when the third is taken back, and when the last goes from the end of the first tier on
    charge(market, back("third", 0, 40))
    assert runs()[4:] == [("usage", -40, 1)]
    charge(market, back("fourth", 0, 40))
    # then each is one reversal: all of what is between costs the same
    assert runs()[4:] == [("usage", -40, 1), ("usage", -40, 1)]
    assert market.shares("acme") == {"paid": 160 * YUAN}


def test_the_newest_charge_is_taken_back_as_it_is() -> None:
    # given a job over both tiers, and nothing after it
    market = open_market()
    charge(market, use("first", 40), use("second", 100))
    # when it is taken back in two parts, its beginning first
    charge(market, back("second", 0, 60), back("second", 60, 100))
    # then nothing is unwound
    assert runs()[2:] == [("usage", -80, 1), ("usage", -80, 1)]
    assert market.shares("acme") == {"paid": 80 * YUAN}
    expect_laws()


def test_too_many_charges_are_not_unwound(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # given a bound of one charge, and two jobs in two tiers
    monkeypatch.setattr(unwinding, "CHARGES_MAX", 1)
    market = open_market()
    charge(market, use("first", 100), use("second", 100))
    # when the first is taken back
    charge(market, back("first", 0, 100))
    # then the last tier goes, as the log says, and every law holds
    assert runs()[2:] == [("usage", -100, 1)]
    assert "2 charges are too many to unwind" in caplog.text
    expect_laws()


def test_a_charge_in_several_stretches_goes_before_older_ones() -> None:
    # given three jobs under an award, the middle one without its middle, the last without its start
    market = open_market()
    add_award(market)
    charge(market, use("first", 60), use("second", 60), use("third", 60))
    charge(market, back("third", 0, 20), back("second", 20, 30))
    before = len(runs())
    # when ten hours of the first are taken back
    charge(market, back("first", 10, 20))
    # then what is unwound is what is charged anew
    kinds = [kind for kind, _, _ in runs()[before:]]
    assert set(kinds[:-2]) == {"reversal"}
    assert kinds[-2:] == ["recharge", "usage"]
    assert sum(gross for _, gross, _ in runs()[before:-1]) == 0
    assert market.shares("acme") == {"award": 120 * YUAN, "paid": 120 * YUAN}
    # and all of it can be taken back
    charge(market, back("first", 0, 10), back("first", 20, 60))
    charge(market, back("second", 0, 20), back("second", 30, 60), back("third", 20, 60))
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_a_suspended_record_is_spread_anew_under_tiers() -> None:
    # given 100 h of which half were suspended, and 100 h after it
    market = open_market(until=50)
    add_award(market)
    charge(market, use("first", 100, quantity=50 * CARD_HOUR), use("second", 100))
    # when more is taken back from ten of its hours than was charged for them
    charge(market, back("first", 90, 100))
    # then 140 h stay, and the award has its half of each
    assert ("respread", 200, 3) in runs()
    assert market.shares("acme") == {"award": 95 * YUAN, "paid": 95 * YUAN}
    expect_laws()
    charge(market, back("second", 0, 100), back("first", 0, 90, quantity=-40 * CARD_HOUR))
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_each_lot_and_each_debt_gets_back_its_own() -> None:
    # given a promotion, 100 h paid by two lots, and 100 h by the second lot and on debt
    market = open_market(paid_yuan=90)
    ledger.grant_promotion_lot(
        tenant_id=market.tenants["acme"].pk,
        operator_id=market.operator.pk,
        amount_micro=30 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    market.top_up("acme", yuan=120)
    charge(market, use("first", 100), use("second", 100))
    assert spent_by_lot() == [90 * YUAN, 30 * YUAN, 120 * YUAN]
    assert market.shares("acme")["arrears"] == 60 * YUAN
    # when both are taken back, the first of them first
    charge(market, back("first", 0, 100))
    assert sum(market.shares("acme").values()) == 200 * YUAN
    charge(market, back("second", 0, 100))
    # then nobody has paid anything
    assert market.shares("acme") == {"promotion": 0, "paid": 0, "arrears": 0}
    assert spent_by_lot() == [0, 0, 0]
    expect_laws()


def test_card_time_comes_back_to_its_lot() -> None:
    # given 30 h of card time, which pay the first hours
    market = open_market()
    ledger.grant_in_kind_lot(
        tenant_id=market.tenants["acme"].pk,
        operator_id=market.operator.pk,
        quantity=30 * CARD_HOUR,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="teaching",
        now=LONG_AGO,
    )
    charge(market, use("first", 100), use("second", 100))
    assert market.shares("acme") == {"in_kind": 30 * CARD_HOUR, "paid": 270 * YUAN}
    # when the first job goes, the card time pays the second
    charge(market, back("first", 0, 100))
    assert market.shares("acme") == {"in_kind": 30 * CARD_HOUR, "paid": 140 * YUAN}
    expect_laws()
    # and when that goes, too, the lot is full
    charge(market, back("second", 0, 100))
    assert spent_by_lot() == [0, 0]
    expect_laws()


def test_a_closed_and_claimed_month_stays_as_it_is() -> None:
    # given two jobs of October, billed, and claimed for by the award
    market = open_market()
    add_award(market)
    october = datetime(2026, 10, 10, tzinfo=UTC)
    charge(market, use("first", 100, start=october), use("second", 100, start=october))
    invoices.close_tenant_month(tenant_id=market.tenants["acme"].pk, month=OCTOBER, now=NOW)
    settlement.settle(month=OCTOBER, now=NOW)
    booked = market.charges("acme")
    # when the first is taken back
    charge(market, back("first", 0, 100, start=october))
    # then October stands, and all that is unwound is booked in November
    charges = market.charges("acme")
    assert charges[: len(booked)] == booked
    assert {c["booked_month"] for c in charges[len(booked) :]} == {NOVEMBER}
    assert {c["usage_month"] for c in charges} == {OCTOBER}
    assert market.shares("acme") == {"award": 100 * YUAN, "paid": 100 * YUAN}
    expect_laws()
    # and November's claim gives the fund back what was claimed too much
    december = datetime(2026, 12, 2, 12, tzinfo=UTC)
    invoices.close_tenant_month(tenant_id=market.tenants["acme"].pk, month=NOVEMBER, now=december)
    settlement.settle(month=NOVEMBER, now=december)
    claimed = rows("SELECT sum(amount)::bigint AS amount FROM settlement_claim_line")
    assert claimed == [{"amount": 100 * YUAN}]
    expect_laws()


def test_what_was_set_aside_for_a_job_is_not_set_aside_again() -> None:
    # given a job that was paid from its hold, over both tiers, after another
    market = open_market(until=10, paid_yuan=41)
    charge(market, use("first", 10))
    start = NOW - timedelta(hours=12)
    job = holding.Job(
        tenant_id=market.tenants["acme"].pk,
        reference="hold",
        project_id=None,
        cluster_id=market.cluster.pk,
        meter_id=market.meter.pk,
        allocation_key="held",
        milli_cards=1000,
        starts_at=start,
    )
    with transaction():
        hold = holding.open_hold(job=job, until=start + timedelta(hours=10), now=NOW)
    charge(market, use("held", 10, start=start, allocation_key="held"))
    # when the first job is taken back while the hold is open
    charge(market, back("first", 0, 10))
    # then the held job stands in the first tier, paid from the lot, and its hold can be let go
    assert market.shares("acme") == {"paid": 20 * YUAN}
    expect_laws()
    with transaction():
        holding.release_hold(
            tenant_id=hold.tenant_id, hold_id=hold.pk, ended_at=start + timedelta(hours=10), now=NOW
        )
    assert rows("SELECT sum(held)::bigint AS held FROM ledger_balance") == [{"held": 0}]
    expect_laws()


def test_other_months_and_prices_are_left_alone() -> None:
    # given a job over the border of the months, and one after it in each
    market = open_market(until=10)
    border = datetime(2026, 10, 31, 16, tzinfo=UTC)
    charge(
        market,
        use("both", 10, start=border - timedelta(hours=5)),
        use("october", 10, start=border - timedelta(hours=10)),
        use("november", 10, start=border),
    )
    # when its hours of November go
    charge(market, back("both", 5, 10, start=border - timedelta(hours=5)))
    # then October is as it was
    anew = market.charges("acme")[4:]
    assert {c["usage_month"] for c in anew} == {date(2026, 11, 1)}
    assert [c["gross"] // YUAN for c in anew] == [-15, -10, 20, 5, -5]
    expect_laws()

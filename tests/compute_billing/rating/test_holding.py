"""Holds: set aside before a job, used by its usage alone, and let go of at its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from compute_billing.audit import queries as audit
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import Hold, LedgerBalance
from compute_billing.rating import holding
from compute_billing.rating.holding import InsufficientFunds, Job
from kernel.money import Money
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
# The job starts some hours before now, so that its usage can be reported.
START = NOW - 12 * HOUR
# Two cards for an hour at 2.43 yuan, a micro-yuan for each second and one for its only segment.
WORST_HOUR = 4_860_000 + 3_600 + 1


@pytest.fixture
def market() -> Market:
    """Return a market with a tenant who has ten yuan."""
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    return market


def job(market: Market, **changes: Any) -> Job:
    """Describe two cards from now on."""
    values = {
        "tenant_id": market.tenants["acme"].pk,
        "reference": "hold-1",
        "project_id": None,
        "cluster_id": market.cluster.pk,
        "meter_id": market.meter.pk,
        "allocation_key": "job-a",
        "milli_cards": 2_000,
        "starts_at": START,
    }
    return Job(**{**values, **changes})


def open_hold(market: Market, *, hours: int = 1, **changes: Any) -> Hold:
    with transaction():
        return holding.open_hold(job=job(market, **changes), until=START + hours * HOUR, now=NOW)


def extend(hold: Hold, *, hours: int) -> Hold:
    with transaction():
        return holding.extend_hold(
            tenant_id=hold.tenant_id, hold_id=hold.pk, until=START + hours * HOUR, now=NOW
        )


def release(hold: Hold, *, ended_at: datetime | None) -> Hold:
    with transaction():
        return holding.release_hold(
            tenant_id=hold.tenant_id, hold_id=hold.pk, ended_at=ended_at, now=NOW
        )


def use(market: Market, *, allocation: str = "job-a", minutes: tuple[int, int]) -> None:
    """Report two cards from a minute behind the start up to another."""
    start, end = (instant_ms(START) + minute * 60_000 for minute in minutes)
    market.report(
        {
            "account": "acme",
            "milli_cards": 2_000,
            "allocation_key": allocation,
            "started_ms": start,
            "ended_ms": end,
        }
    )


def held(market: Market) -> int:
    """Return what is held on all accounts of the tenant."""
    found = LedgerBalance.objects.filter(account__owner_id=market.tenants["acme"].pk)
    return sum(found.values_list("held", flat=True))


def state(hold: Hold) -> str:
    return str(Hold.objects.get(pk=hold.pk).state)


def causes(market: Market) -> dict[str, int]:
    found = rows(
        "SELECT cause, sum(amount)::bigint AS amount FROM rating_charge_share"
        " WHERE payer_kind = 'arrears' GROUP BY cause"
    )
    return {share["cause"]: share["amount"] for share in found}


def assert_the_laws_hold() -> None:
    broken = [verdict.law.name for verdict in audit.verify_books() if not verdict.holds]
    assert broken == []


class TestOpening:
    def test_the_worst_case_is_set_aside(self, market: Market) -> None:
        hold = open_hold(market)
        assert (held(market), state(hold)) == (WORST_HOUR, "open")
        assert_the_laws_hold()

    def test_less_than_that_is_refused_with_what_is_missing(self, market: Market) -> None:
        with pytest.raises(InsufficientFunds) as refusal:
            open_hold(market, hours=3)
        missing = 3 * 4_860_000 + 3 * 3_600 + 1 - 10 * YUAN
        shortfall = {"amount": Money(missing).to_text(), "currency": "CNY"}
        assert refusal.value.details == {"shortfall": shortfall}
        assert held(market) == 0

    def test_the_same_request_again_is_the_first_hold(self, market: Market) -> None:
        assert open_hold(market).pk == open_hold(market).pk
        assert held(market) == WORST_HOUR

    def test_other_terms_under_the_same_reference_are_refused(self, market: Market) -> None:
        open_hold(market)
        with pytest.raises(ledger.HoldReferenceReused):
            open_hold(market, milli_cards=1_000)

    def test_a_job_has_one_open_hold(self, market: Market) -> None:
        open_hold(market)
        with pytest.raises(ledger.HoldReferenceReused):
            open_hold(market, reference="hold-2")

    @pytest.mark.parametrize("change", [{"milli_cards": 0}, {"starts_at": START + 2 * HOUR}])
    def test_nonsense_is_refused(self, market: Market, change: dict[str, Any]) -> None:
        with pytest.raises(holding.UnableToHold):
            open_hold(market, **change)

    def test_card_time_comes_first_and_another_operators_money_never(self, market: Market) -> None:
        # Given a package for one of the two cards, and money that was paid to another operator
        other = make_market()
        tenant_id = market.tenants["acme"].pk
        ledger.grant_in_kind_lot(
            tenant_id=tenant_id,
            operator_id=market.operator.pk,
            quantity=CARD_HOUR,
            scope=ledger.LotScope(meter_id=market.meter.pk),
            reference="package",
            now=LONG_AGO,
        )
        ledger.top_up(
            tenant_id=tenant_id,
            operator_id=other.operator.pk,
            amount_micro=100 * YUAN,
            custody="bank",
            reference="elsewhere",
            now=LONG_AGO,
        )

        # When an hour is held, then card time pays its half of it
        open_hold(market)
        assert held(market) == CARD_HOUR + 2_430_000 + 3_600 + 1

        # And the other operator's money does not lengthen it
        with pytest.raises(InsufficientFunds):
            open_hold(market, hours=4, reference="hold-2", allocation_key="job-b")

    def test_a_lot_that_expires_meanwhile_is_not_counted_on(self, market: Market) -> None:
        ledger.top_up(
            tenant_id=market.tenants["acme"].pk,
            operator_id=market.operator.pk,
            amount_micro=100 * YUAN,
            custody="bank",
            reference="expiring",
            now=LONG_AGO,
            expires_at=START + 2 * HOUR,
        )
        assert open_hold(market, hours=2).state == "open"
        with pytest.raises(InsufficientFunds):
            open_hold(market, hours=3, reference="hold-2", allocation_key="job-b")


class TestUsing:
    def test_usage_takes_what_is_set_aside_for_it(self, market: Market) -> None:
        # Given an hour that is held, and no other money
        hold = open_hold(market, hours=2)
        use(market, minutes=(0, 60))

        # When half of it is used and rated
        market.rate()

        # Then it was paid from the hold, and the rest is still set aside
        assert market.shares("acme") == {"paid": 4_860_000}
        assert held(market) == 2 * 4_860_000 + 7_200 + 1 - 4_860_000
        assert state(hold) == "open"
        assert_the_laws_hold()

    def test_others_usage_cannot_take_what_is_held(self, market: Market) -> None:
        # Given a hold on nearly all the money
        open_hold(market, hours=2)

        # When another job uses as much, and then the held one
        use(market, allocation="job-b", minutes=(0, 120))
        market.rate()
        use(market, minutes=(0, 120))
        market.rate()

        # Then only the other job is owed for
        free = 10 * YUAN - (2 * 4_860_000 + 7_200 + 1)
        assert causes(market) == {"no_hold": 2 * 4_860_000 - free}
        assert_the_laws_hold()

    def test_in_one_batch_it_is_the_same(self, market: Market) -> None:
        open_hold(market, hours=2)
        use(market, allocation="job-b", minutes=(0, 120))
        use(market, minutes=(0, 120))
        market.rate()
        free = 10 * YUAN - (2 * 4_860_000 + 7_200 + 1)
        assert causes(market) == {"no_hold": 2 * 4_860_000 - free}
        assert_the_laws_hold()

    def test_a_charge_is_paid_by_one_share_from_held_and_from_free_money(
        self, market: Market
    ) -> None:
        open_hold(market)
        use(market, minutes=(0, 90))
        market.rate()
        assert market.shares("acme") == {"paid": 7_290_000}
        assert held(market) == 0
        assert_the_laws_hold()

    def test_what_runs_on_behind_the_end_is_owed_for_its_lag(self, market: Market) -> None:
        open_hold(market, hours=2)
        use(market, minutes=(0, 180))
        market.rate()
        assert causes(market) == {"enforcement_lag": 3 * 4_860_000 - 10 * YUAN}
        assert_the_laws_hold()

    def test_promotions_and_card_time_are_captured_in_their_stages(self, market: Market) -> None:
        tenant_id = market.tenants["acme"].pk
        ledger.grant_in_kind_lot(
            tenant_id=tenant_id,
            operator_id=market.operator.pk,
            quantity=CARD_HOUR,
            scope=ledger.LotScope(meter_id=market.meter.pk),
            reference="package",
            now=LONG_AGO,
        )
        ledger.grant_promotion_lot(
            tenant_id=tenant_id,
            operator_id=market.operator.pk,
            amount_micro=YUAN,
            reference="welcome",
            now=LONG_AGO,
        )
        market.award("acme", fund=market.fund(yuan=100), rate_ppm=500_000, cap_yuan=50)
        open_hold(market)
        use(market, minutes=(0, 60))
        market.rate()
        assert market.shares("acme") == {
            "in_kind": CARD_HOUR,
            "promotion": YUAN,
            "award": 715_000,
            "paid": 715_000,
        }
        assert_the_laws_hold()


class TestExtending:
    def test_more_time_sets_more_aside(self, market: Market) -> None:
        hold = extend(open_hold(market), hours=2)
        assert hold.covered_until == START + 2 * HOUR
        assert held(market) == 2 * WORST_HOUR

    def test_an_earlier_end_changes_nothing(self, market: Market) -> None:
        hold = open_hold(market)
        assert extend(hold, hours=1).covered_until == hold.covered_until
        assert held(market) == WORST_HOUR

    def test_what_is_not_there_is_refused_and_nothing_moves(self, market: Market) -> None:
        hold = open_hold(market)
        with pytest.raises(InsufficientFunds):
            extend(hold, hours=3)
        assert held(market) == WORST_HOUR


class TestLettingGo:
    def test_a_job_that_never_ran_lets_go_at_once(self, market: Market) -> None:
        hold = release(open_hold(market), ended_at=None)
        assert (hold.state, held(market)) == ("closed", 0)
        assert_the_laws_hold()

    def test_the_hold_waits_for_the_last_usage(self, market: Market) -> None:
        # Given a job that ended after half an hour, and its report is late
        ended_at = START + HOUR / 2
        hold = release(open_hold(market), ended_at=ended_at)
        assert (hold.state, held(market)) == ("open", WORST_HOUR)

        # When its usage is rated, then the rest is free
        use(market, minutes=(0, 30))
        market.rate()
        assert (state(hold), held(market)) == ("closed", 0)
        assert market.shares("acme") == {"paid": 2_430_000}
        assert_the_laws_hold()

    def test_when_all_is_rated_it_lets_go_at_once(self, market: Market) -> None:
        hold = open_hold(market)
        use(market, minutes=(0, 30))
        market.rate()
        assert release(hold, ended_at=START + HOUR / 2).state == "closed"
        assert held(market) == 0

    def test_a_hold_that_nobody_ends_expires(self, market: Market) -> None:
        hold = open_hold(market)
        assert ledger.release_expired(now=hold.expires_at - HOUR) == 0
        assert ledger.release_expired(now=hold.expires_at) == 1
        assert (state(hold), held(market)) == ("expired", 0)
        assert_the_laws_hold()

    def test_a_closed_hold_is_neither_extended_nor_released_again(self, market: Market) -> None:
        hold = release(open_hold(market), ended_at=None)
        with pytest.raises(ledger.HoldIsClosed):
            extend(hold, hours=2)
        with pytest.raises(ledger.HoldIsClosed):
            release(hold, ended_at=None)

"""Rating prices use, finds its payers and books it: exact values on small examples."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.ledger import operations as ledger
from compute_billing.ledger import queries as ledger_queries
from compute_billing.rating import operations as rating
from kernel.sql import row, rows
from kernel.transactions import transaction
from tests.builders.market import (
    HOUR_MS,
    LONG_AGO,
    NOW,
    PRICE_MICRO,
    YUAN,
    instant_ms,
    make_market,
)

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
START = instant_ms(datetime(2026, 11, 1, tzinfo=UTC))
OCTOBER = instant_ms(datetime(2026, 9, 30, 16, tzinfo=UTC))


def hours(count: int, *, cards: int = 1, start: int = START) -> dict[str, int]:
    return {
        "milli_cards": cards * 1000,
        "started_ms": start,
        "ended_ms": start + count * HOUR_MS,
    }


def test_paid_money_pays_what_the_price_says() -> None:
    # given a tenant with 100 yuan and ten card-hours at 2.43
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    market.report({"account": "acme", **hours(5, cards=2)})
    # when it is rated
    rated = market.rate()
    # then 24.30 yuan have moved from the lot to the operator's revenue
    assert rated == 1
    [charge] = market.charges("acme")
    assert charge["quantity"] == 10 * CARD_HOUR
    assert (charge["gross"], charge["tenant"], charge["programme"]) == (24_300_000, 24_300_000, 0)
    assert market.shares("acme") == {"paid": 24_300_000}
    assert rows(
        "SELECT amount FROM ledger_posting p JOIN ledger_transaction t"
        " ON t.id = p.transaction_id WHERE t.kind = 'rating'"
    ) == [{"amount": 24_300_000}]
    balance = row(
        "SELECT posted FROM ledger_balance b JOIN ledger_account a"
        " ON a.id = b.account_id WHERE a.kind = 'paid'"
    )
    assert balance == {"posted": 100 * YUAN - 24_300_000}


def test_the_waterfall_asks_its_payers_in_order() -> None:
    # given in-kind hours, a promotion, an award of 30 %, 20 yuan of own money, and 100 card-hours
    market = make_market(price_micro=1 * YUAN)
    tenant = market.add_tenant("acme", paid_yuan=20)
    ledger.grant_in_kind_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        quantity=10 * CARD_HOUR,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="teaching",
        now=LONG_AGO,
    )
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=15 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    market.award("acme", fund=market.fund(yuan=1000), rate_ppm=300_000, cap_yuan=50)
    market.report({"account": "acme", **hours(100)})
    # when it is rated
    market.rate()
    # then 10 h are in kind, 90 are priced, 15 discounted, 30 % of 75 shared, 20 paid, the rest owed
    [charge] = market.charges("acme")
    assert charge["quantity_in_kind"] == 10 * CARD_HOUR
    assert charge["gross"] == 90 * YUAN
    assert charge["discount"] == 15 * YUAN
    assert charge["programme"] == 22_500_000
    assert charge["tenant"] == 52_500_000
    assert market.shares("acme") == {
        "in_kind": 10 * CARD_HOUR,
        "promotion": 15 * YUAN,
        "award": 22_500_000,
        "paid": 20 * YUAN,
        "arrears": 32_500_000,
    }
    causes = rows("SELECT cause FROM rating_charge_share WHERE payer_kind = 'arrears'")
    assert causes == [{"cause": "no_hold"}]


def test_an_award_stops_exactly_at_its_cap_and_says_so() -> None:
    # given an award of one third up to 10 yuan and twenty jobs of 2.43 yuan
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=333_333, cap_yuan=10)
    market.report(*[{"account": "acme", **hours(1)} for _ in range(20)])
    # when they are rated
    market.rate()
    # then the award gave 10.000000 yuan, and later charges show a share of zero
    assert market.shares("acme")["award"] == 10 * YUAN
    zero = row(
        "SELECT count(*) AS n FROM rating_charge_share WHERE payer_kind = 'award' AND amount = 0"
    )
    assert zero == {"n": 7}
    counter = row("SELECT basis, granted, cap FROM subsidies_award_counter")
    assert counter == {"basis": 48_600_000, "granted": 10 * YUAN, "cap": 10 * YUAN}


def test_slices_cost_what_the_whole_costs() -> None:
    # given one card for 30 days, as one record and in 1,440 half-hour slices, at an odd price
    market = make_market(price_micro=2_430_001)
    market.add_tenant("whole", paid_yuan=10_000)
    market.add_tenant("sliced", paid_yuan=10_000)
    market.report({"account": "whole", **hours(720, start=OCTOBER)})
    market.report(
        *[
            {
                "account": "sliced",
                "milli_cards": 1000,
                "started_ms": OCTOBER + n * HOUR_MS // 2,
                "ended_ms": OCTOBER + (n + 1) * HOUR_MS // 2,
                "allocation_key": "one-job",
            }
            for n in range(1440)
        ]
    )
    # when both are rated, the slices in batches of seven
    market.rate(limit=7)
    # then both cost 1,749.600720 yuan
    assert market.shares("whole") == {"paid": 1_749_600_720}
    assert market.shares("sliced") == {"paid": 1_749_600_720}


def test_use_is_cut_at_the_billing_month_of_shanghai() -> None:
    # given a job from 23:00 to 01:00 over the border of October and November in Shanghai
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    border = instant_ms(datetime(2026, 10, 31, 16, tzinfo=UTC))
    market.report({"account": "acme", **hours(2, start=border - HOUR_MS)})
    # when it is rated
    market.rate()
    # then each month has its hour
    charges = market.charges("acme")
    assert [(c["usage_month"], c["quantity"], c["segment_no"]) for c in charges] == [
        (date(2026, 10, 1), CARD_HOUR, 1),
        (date(2026, 11, 1), CARD_HOUR, 2),
    ]


def test_a_suspended_job_spreads_what_it_ran_over_its_segments() -> None:
    # given a job of 3 h wall clock that ran 1,000 ms, cut by the month after its first hour
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    border = instant_ms(datetime(2026, 10, 31, 16, tzinfo=UTC))
    market.report(
        {
            "account": "acme",
            **hours(3, start=border - HOUR_MS),
            "quantity": 1_000_000,
        }
    )
    # when it is rated
    market.rate()
    # then a third and two thirds, and not a unit lost
    assert [charge["quantity"] for charge in market.charges("acme")] == [333_333, 666_667]


def test_use_without_a_price_waits_and_holds_nobody_up() -> None:
    # given use before any price, and priced use after it
    market = make_market(price_micro=2 * YUAN, valid_from=datetime(2026, 11, 1, tzinfo=UTC))
    market.add_tenant("acme", paid_yuan=100)
    market.report(
        {"account": "acme", **hours(2, start=START - HOUR_MS)},
        {"account": "acme", **hours(1)},
    )
    # when it is rated
    rated = market.rate()
    # then the first record is parked whole and the second is charged
    assert rated == 1
    assert [charge["gross"] for charge in market.charges("acme")] == [2 * YUAN]
    assert rows("SELECT parked_reason FROM metering_usage_pending") == [
        {"parked_reason": "no_price"}
    ]
    # and when a price appears, it is charged too
    catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        valid_until=datetime(2026, 11, 1, tzinfo=UTC),
        unit_price_micro=YUAN,
        now=NOW,
    )
    assert rating.release_parked() == 1
    market.rate()
    assert [charge["gross"] for charge in market.charges("acme")] == [2 * YUAN, YUAN, 2 * YUAN]


def test_lots_burn_by_scope_then_expiry_then_size() -> None:
    # given a general lot, an earlier expiring one and one for the cluster only
    market = make_market(price_micro=YUAN)
    tenant = market.add_tenant("acme")
    grant = {
        "tenant_id": tenant.pk,
        "operator_id": market.operator.pk,
        "custody": "bank",
        "now": LONG_AGO,
    }
    with transaction():
        general = ledger.grant_paid_lot(amount_micro=10 * YUAN, reference="general", **grant)
        expiring = ledger.grant_paid_lot(
            amount_micro=10 * YUAN,
            reference="expiring",
            expires_at=NOW + timedelta(days=9),
            **grant,
        )
        scoped = ledger.grant_paid_lot(
            amount_micro=10 * YUAN,
            reference="scoped",
            scope=ledger.LotScope(cluster_id=market.cluster.pk),
            **grant,
        )
    market.report({"account": "acme", **hours(25)})
    # when 25 yuan are charged
    market.rate()
    # then the scoped and the expiring lot are empty and the general one has 5 left
    left = [
        ledger_queries.balance(account_id=lot.account_id).posted
        for lot in (general, expiring, scoped)
    ]
    assert left == [5 * YUAN, 0, 0]


def test_postpaid_credit_comes_before_arrears() -> None:
    # given a postpaid tenant with a limit of 10 yuan and use of 24.30
    market = make_market()
    tenant = make_postpaid(market)
    ledger.set_credit_limit(tenant_id=tenant, limit_micro=10 * YUAN)
    market.report({"account": "post", **hours(10)})
    # when it is rated
    market.rate()
    # then 10 are on credit and 14.30 in arrears
    assert market.shares("post") == {"credit": 10 * YUAN, "arrears": 14_300_000}


def make_postpaid(market) -> int:
    tenant = market.add_tenant("post")
    row(
        "UPDATE ledger_wallet SET mode = 'postpaid' WHERE tenant_id = %(t)s RETURNING 1 AS x",
        t=tenant.pk,
    )
    return tenant.pk


def test_the_counter_knows_the_month() -> None:
    # given three jobs of 20 minutes at 2.43
    market = make_market()
    market.add_tenant("acme", paid_yuan=10)
    market.report(
        *[
            {
                "account": "acme",
                "milli_cards": 1000,
                "started_ms": START,
                "ended_ms": START + HOUR_MS // 3,
            }
            for _ in range(3)
        ]
    )
    # when they are rated
    market.rate()
    # then the counter holds an hour and its price
    assert row("SELECT quantity, amount FROM rating_counter") == {
        "quantity": CARD_HOUR,
        "amount": PRICE_MICRO,
    }

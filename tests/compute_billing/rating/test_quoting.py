"""A quote is what rating would do, and leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compute_billing import public
from compute_billing.catalogue import operations as catalogue
from compute_billing.rating.quoting import Quote, UnableToQuote
from kernel.sql import rows
from tests.builders.market import HOUR_MS, NOW, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
# The last hours of October in Beijing, so that a long job passes into November.
START = datetime(2026, 10, 31, 10, tzinfo=UTC)
BOOKS = (
    *("rating_charge", "rating_charge_share", "rating_run", "rating_counter", "ledger_posting"),
    *("ledger_transaction", "ledger_balance", "invoices_tenant_month", "subsidies_award_counter"),
)


def ask(market: Market, *, cards: int, hours: int, start: datetime = START) -> Quote:
    return public.quote(
        tenant_id=market.tenants["acme"].pk,
        cluster=market.cluster.code,
        card_type=market.meter.code,
        project="",
        milli_cards=cards * 1000,
        started_at=start,
        ended_at=start + timedelta(hours=hours),
        now=NOW,
    )


def use(market: Market, *, cards: int, hours: int) -> None:
    market.report(
        {
            "account": "acme",
            "milli_cards": cards * 1000,
            "started_ms": instant_ms(START),
            "ended_ms": instant_ms(START) + hours * HOUR_MS,
            "quantity": cards * hours * 1000 * HOUR_MS,
        }
    )
    market.rate()


def books() -> dict[str, list[str]]:
    return {
        table: [line["line"] for line in rows(f"SELECT t::text AS line FROM {table} t ORDER BY 1")]
        for table in BOOKS
    }


def make_subsidised() -> Market:
    market = make_market()
    market.add_tenant("acme", paid_yuan=20)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=500_000, cap_yuan=10)
    return market


def test_a_quote_says_who_would_pay_and_what_nobody_covers():
    market = make_subsidised()

    quoted = ask(market, cards=2, hours=8)

    # Sixteen card-hours at 2.43: half from the award up to its cap of ten, twenty are there.
    assert quoted.gross == 38_880_000
    assert [(share.payer_kind, share.amount) for share in quoted.shares] == [
        ("award", 10_000_000),
        ("paid", 20_000_000),
        ("arrears", 8_880_000),
    ]
    assert (quoted.programme, quoted.tenant) == (10_000_000, 28_880_000)
    assert quoted.shortfall == 8_880_000
    assert [segment.quantity for segment in quoted.segments] == [12 * CARD_HOUR, 4 * CARD_HOUR]


def test_a_quote_leaves_nothing_behind():
    market = make_subsidised()
    use(market, cards=1, hours=1)
    before = books()

    ask(market, cards=64, hours=100)

    assert books() == before


@given(before=st.integers(0, 9), cards=st.integers(1, 9), hours=st.integers(1, 30))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_charge_of_the_same_use_is_the_quote(before, cards, hours):
    market = make_subsidised()
    if before:
        use(market, cards=before, hours=3)
    quoted, shares = ask(market, cards=cards, hours=hours), market.shares("acme")
    charged_before = len(market.charges("acme"))

    market.report(
        {
            "account": "acme",
            "milli_cards": cards * 1000,
            "started_ms": instant_ms(START),
            "ended_ms": instant_ms(START) + hours * HOUR_MS,
            "quantity": cards * hours * 1000 * HOUR_MS,
        }
    )
    market.rate()

    charged = market.charges("acme")[charged_before:]
    assert [charge["gross"] for charge in charged] == [s.gross for s in quoted.segments]
    assert sum(charge["programme"] for charge in charged) == quoted.programme
    after = market.shares("acme")
    moved = {kind: after[kind] - shares.get(kind, 0) for kind in after}
    assert {kind: n for kind, n in moved.items() if n} == {
        share.payer_kind: share.amount for share in quoted.shares
    }


def test_a_time_without_a_price_is_refused():
    market = make_market(price_micro=None)
    market.add_tenant("acme")
    catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        unit_price_micro=1_000_000,
        valid_from=START + timedelta(hours=1),
        now=NOW,
    )

    with pytest.raises(UnableToQuote, match="No price covers"):
        ask(market, cards=1, hours=3)


@pytest.mark.parametrize(("cards", "hours"), [(0, 1), (1, 0), (1, 24 * 367), (10**6 + 1, 1)])
def test_what_is_out_of_bounds_is_refused(cards, hours):
    market = make_subsidised()

    with pytest.raises(UnableToQuote):
        ask(market, cards=cards, hours=hours)


def test_a_project_of_somebody_else_is_none():
    market = make_subsidised()

    with pytest.raises(UnableToQuote, match="no project"):
        public.quote(
            tenant_id=market.tenants["acme"].pk,
            cluster=market.cluster.code,
            card_type=market.meter.code,
            project="theirs",
            milli_cards=1_000,
            started_at=START,
            ended_at=START + timedelta(hours=1),
            now=NOW,
        )


def test_months_of_the_future_are_not_opened():
    market = make_subsidised()

    ask(market, cards=1, hours=2, start=datetime(2027, 3, 5, tzinfo=UTC))

    assert rows("SELECT month FROM invoices_tenant_month WHERE month > '2026-11-01'") == []
    assert date(2027, 3, 1) not in {m["month"] for m in rows("SELECT month FROM rating_counter")}

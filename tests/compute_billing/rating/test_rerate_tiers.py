"""A rerate takes a wrong price back at what it cost, where what is right stays on its counter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compute_billing.audit import queries as audit
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.rating import rerate
from kernel.sql import rows
from tests.builders.accounts import make_user
from tests.builders.invoices import NOVEMBER
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
TIERS = [(0, 2 * YUAN), (100 * CARD_HOUR, YUAN)]


def charge(market: Market, *jobs: tuple[str, int, int], **more: object) -> None:
    """Report one card from the first to the last hour for each job, and rate it."""
    for name, first, last in jobs:
        record = {
            "account": "acme",
            "external_id": name,
            "milli_cards": 1000,
            "started_ms": instant_ms(START) + first * HOUR_MS,
            "ended_ms": instant_ms(START) + last * HOUR_MS,
        }
        assert market.report({**record, **more}).accepted == 1
        market.rate()


def take_back(market: Market, name: str, first: int, last: int) -> None:
    back = (f"{name}-back-{first}", first, last)
    charge(market, back, corrects=name, quantity=(first - last) * CARD_HOUR)


def open_market() -> Market:
    """Return a market at 2 yuan an hour, 1 beyond 100 h, half of it paid by a programme."""
    market = make_market(price_micro=None, unit_price_micro=None, tiers=TIERS)
    market.add_tenant("acme", paid_yuan=1000)
    market.award("acme", fund=market.fund(yuan=1000), rate_ppm=500_000, cap_yuan=1000)
    return market


def join_class(market: Market, *, hour: int, price_micro: int) -> None:
    """Let the tenant have been of a class with a price of its own since that hour."""
    prices = catalogue.make_price_list(
        kind="class",
        code=f"class-{market.import_id}",
        issuer_id=market.operator.pk,
        customer_class="sme",
    )
    publishing.publish_price(
        price_list_id=prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=price_micro,
        now=NOW,
    )
    catalogue.assign_customer_class(
        tenant_id=market.tenants["acme"].pk,
        customer_class="sme",
        valid_from=START + timedelta(hours=hour),
    )


def mend() -> list[rerate.Difference]:
    """Mend November, and see that the effect is what was foretold and that nothing is left."""
    asked = rerate.request(month=NOVEMBER, reason="typo", maker_id=make_user().pk, now=NOW)
    done = rerate.approve_and_run(request_id=asked.pk, approver_id=make_user().pk, now=NOW)
    assert [(d.charges, d.gross, d.programme, d.tenant) for d in done] == [
        (d["charges"], d["gross"], d["programme"], d["tenant"]) for d in asked.preview
    ]
    assert list(rerate.preview(month=NOVEMBER, now=NOW)) == []
    return done


def gross_by_price() -> list[int]:
    found = rows(
        "SELECT sum(gross)::bigint AS gross FROM rating_charge GROUP BY price_id ORDER BY price_id"
    )
    return [price["gross"] // YUAN for price in found]


def expect_laws() -> None:
    broken = {v.law.name: v.offenders for v in audit.verify_books() if not v.holds}
    assert broken == {}


def test_what_keeps_its_price_moves_to_the_tier_that_was_freed() -> None:
    # given 100 h late in the month at 2 yuan, and 100 h early in it, which came later, at 1
    market = open_market()
    charge(market, ("late", 100, 200), ("early", 0, 100))
    assert market.shares("acme") == {"award": 150 * YUAN, "paid": 150 * YUAN}
    # when the tenant turns out to have had a price of half a yuan for the late ones
    join_class(market, hour=100, price_micro=YUAN // 2)
    [difference] = mend()
    # then one charge was wrong, and the early hours stand in the first tier
    assert (difference.charges, difference.gross) == (1, -50 * YUAN)
    assert gross_by_price() == [200, 50]
    assert market.shares("acme") == {"award": 125 * YUAN, "paid": 125 * YUAN}
    expect_laws()
    # and everybody gets his money back
    take_back(market, "early", 0, 100)
    assert gross_by_price() == [0, 50]
    assert market.shares("acme") == {"award": 25 * YUAN, "paid": 25 * YUAN}
    take_back(market, "late", 100, 200)
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_a_record_that_is_wrong_in_part_is_charged_anew_as_a_whole() -> None:
    # given a job of 100 h of which the second half has another price, and a job after it
    market = open_market()
    charge(market, ("both", 50, 150), ("early", 0, 50))
    take_back(market, "both", 60, 70)
    join_class(market, hour=100, price_micro=3 * YUAN)
    # when it is mended
    [difference] = mend()
    # then 90 h stand in the first tier, and the others at their own price
    assert difference.charges == 1
    assert gross_by_price() == [180, 150]
    expect_laws()
    take_back(market, "both", 70, 150)
    take_back(market, "both", 50, 60)
    take_back(market, "early", 0, 50)
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_from_tiers_to_other_tiers_and_back() -> None:
    # given two jobs over two tiers, the first without its middle
    market = open_market()
    charge(market, ("first", 0, 90), ("second", 90, 180))
    take_back(market, "first", 30, 60)
    [price] = rows("SELECT id FROM catalogue_price")
    # when the second tier should have begun earlier, and then not at all as was said at first
    for tiers, gross in (
        ([(0, 2 * YUAN), (50 * CARD_HOUR, YUAN)], 200),
        ([(0, YUAN), (50 * CARD_HOUR, 2 * YUAN)], 250),
        (TIERS, 250),
    ):
        publishing.correct_price(price_id=price["id"], tiers=tiers, now=NOW)
        mend()
        assert sum(gross_by_price()) == gross
        expect_laws()
    # then all of it can be taken back, the oldest first
    take_back(market, "first", 0, 30)
    take_back(market, "first", 60, 90)
    take_back(market, "second", 90, 180)
    assert gross_by_price() == [0, 0, 0, 0]
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()

"""Until when a tenant's lots last: packages, expiry and holds, by what was really used."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from compute_billing.audit.lasting import Lasting, lasting
from compute_billing.ledger import operations as ledger
from compute_billing.rating import holding
from kernel.transactions import transaction
from tests.builders.market import CARD_HOUR, NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def market() -> Market:
    """Return a market where acme used a card for the last seven days: 24 yuan a day."""
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=1_000)
    return market


def use(market: Market) -> None:
    market.report(
        {
            "account": "acme",
            "milli_cards": 1_000,
            "started_ms": instant_ms(NOW - 7 * DAY),
            "ended_ms": instant_ms(NOW),
        }
    )
    market.rate()


def package(market: Market, *, card_hours: int, until: datetime) -> None:
    """Grant card time from a week ago on."""
    ledger.grant_in_kind_lot(
        tenant_id=market.tenants["acme"].pk,
        operator_id=market.operator.pk,
        reference="package",
        quantity=card_hours * CARD_HOUR,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        starts_at=NOW - 7 * DAY,
        expires_at=until,
        now=NOW,
    )


def found(market: Market) -> Lasting:
    return lasting(tenant_id=market.tenants["acme"].pk, now=NOW)


def expected(
    ends_at: datetime, *, spent: int = 168, is_by_expiry: bool = False, unused: int = 0
) -> Lasting:
    return Lasting(
        at=NOW,
        spent=spent * YUAN,
        has_pace=True,
        ends_at=ends_at,
        is_by_expiry=is_by_expiry,
        unused=unused,
    )


def test_money_is_spent_at_the_pace_of_the_week(market: Market) -> None:
    use(market)
    # 1,000 less 168 yuan are left: 34 days and 16 hours
    assert found(market) == expected(NOW + 34 * DAY + 16 * HOUR)
    assert found(market).days_left == 34


def test_a_package_pays_first_and_ends(market: Market) -> None:
    # given card time that paid all of the week, and pays for ten more days
    package(market, card_hours=24 * 30, until=NOW + 10 * DAY)
    use(market)
    # then the thousand yuan begin to go then, at the price of a card-hour: 41 days and 16 hours
    assert found(market) == expected(NOW + 51 * DAY + 16 * HOUR, spent=0)


def test_without_money_the_end_of_the_package_is_the_end() -> None:
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme")
    package(market, card_hours=24 * 30, until=NOW + 10 * DAY)
    use(market)
    assert found(market) == expected(NOW + 10 * DAY, spent=0, is_by_expiry=True)


def test_a_promotion_that_is_over_before_it_is_spent(market: Market) -> None:
    use(market)
    ledger.grant_promotion_lot(
        tenant_id=market.tenants["acme"].pk,
        operator_id=market.operator.pk,
        reference="promotion",
        amount_micro=100 * YUAN,
        expires_at=NOW + 2 * DAY,
        now=NOW,
    )
    assert found(market) == expected(NOW + 36 * DAY + 16 * HOUR, unused=52 * YUAN)


def test_what_is_held_pays_its_job(market: Market) -> None:
    # given a hold of ten hours for the card that was in use: 10 yuan, and 36,001 roundings
    use(market)
    with transaction():
        holding.open_hold(
            job=holding.Job(
                tenant_id=market.tenants["acme"].pk,
                reference="hold",
                project_id=None,
                cluster_id=market.cluster.pk,
                meter_id=market.meter.pk,
                allocation_key="job",
                milli_cards=1_000,
                starts_at=NOW,
            ),
            until=NOW + 10 * HOUR,
            now=NOW,
        )
    # then all that is lost is what was set aside for roundings: 129.6036 seconds of use
    assert found(market) == expected(NOW + 34 * DAY + 16 * HOUR - timedelta(milliseconds=129_603))

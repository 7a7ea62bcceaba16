"""Which price holds, and what it makes of the quantity: exact values on small examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import OrganisationKind
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue.queries import price_at
from tests.builders.accounts import make_organisation
from tests.builders.market import (
    HOUR_MS,
    LONG_AGO,
    NOW,
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


def test_prices_change_in_the_middle_of_a_job() -> None:
    # given a price of 2 yuan until 06:00 and 3 yuan from then on
    market = make_market(price_micro=None)
    market.add_tenant("acme", paid_yuan=100)
    change = datetime(2026, 11, 1, 6, tzinfo=UTC)
    for valid_from, valid_until, yuan in ((LONG_AGO, change, 2), (change, None, 3)):
        catalogue.publish_price(
            price_list_id=market.prices.pk,
            meter_id=market.meter.pk,
            valid_from=valid_from,
            valid_until=valid_until,
            unit_price_micro=yuan * YUAN,
            now=NOW,
        )
    market.report({"account": "acme", **hours(10)})
    # when a job of ten hours from midnight is rated
    market.rate()
    # then six hours cost 2 and four hours 3
    assert [charge["gross"] for charge in market.charges("acme")] == [12 * YUAN, 12 * YUAN]


def test_contract_before_class_before_default_and_cluster_before_general() -> None:
    # given a default price of 4, a class price of 3, a class price of the cluster of 2.5,
    # and a contract price of 1 from noon
    market = make_market(price_micro=4 * YUAN)
    tenant = market.add_tenant("acme", paid_yuan=100)
    sme = catalogue.make_price_list(
        kind="class", code="puhui", issuer_id=market.operator.pk, customer_class="sme"
    )
    contract = catalogue.make_price_list(
        kind="contract", code="acme-2026", issuer_id=market.operator.pk, tenant_id=tenant.pk
    )
    catalogue.assign_customer_class(
        tenant_id=tenant.pk, customer_class="sme", valid_from=datetime(2026, 11, 1, 2, tzinfo=UTC)
    )
    publish = {"meter_id": market.meter.pk, "now": NOW}
    catalogue.publish_price(
        price_list_id=sme.pk, valid_from=LONG_AGO, unit_price_micro=3 * YUAN, **publish
    )
    catalogue.publish_price(
        price_list_id=sme.pk,
        valid_from=datetime(2026, 11, 1, 4, tzinfo=UTC),
        cluster_id=market.cluster.pk,
        unit_price_micro=2_500_000,
        **publish,
    )
    catalogue.publish_price(
        price_list_id=contract.pk,
        valid_from=datetime(2026, 11, 1, 12, tzinfo=UTC),
        unit_price_micro=1 * YUAN,
        **publish,
    )
    market.report({"account": "acme", **hours(14)})
    # when fourteen hours from midnight are rated
    market.rate()
    # then 2 h at 4, 2 h at 3, 8 h at 2.5, 2 h at 1
    assert [charge["gross"] for charge in market.charges("acme")] == [
        8 * YUAN,
        6 * YUAN,
        20 * YUAN,
        2 * YUAN,
    ]


def test_a_night_band_is_cheaper_every_night() -> None:
    # given 2 yuan by day and 1 yuan from midnight to 08:00 in Shanghai
    market = make_market(price_micro=2 * YUAN)
    market.add_tenant("acme", paid_yuan=1000)
    catalogue.add_time_band(
        price_list_id=market.prices.pk, code="night", starts_minute=0, ends_minute=480
    )
    catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        band="night",
        valid_from=LONG_AGO,
        unit_price_micro=1 * YUAN,
        now=NOW,
    )
    # when two whole days in Shanghai are rated
    market.report({"account": "acme", **hours(48, start=START - 8 * HOUR_MS + 24 * HOUR_MS)})
    market.rate()
    # then 16 h cost 1 and 32 h cost 2
    assert [charge["gross"] for charge in market.charges("acme")] == [
        8 * YUAN,
        32 * YUAN,
        8 * YUAN,
        32 * YUAN,
    ]
    assert market.shares("acme") == {"paid": 80 * YUAN}


def test_graduated_tiers_go_by_the_quantity_of_the_month() -> None:
    # given 2 yuan for the first 100 card-hours of a month and 1 yuan beyond
    market = make_market(
        price_micro=None, unit_price_micro=None, tiers=[(0, 2 * YUAN), (100 * CARD_HOUR, YUAN)]
    )
    market.add_tenant("acme", paid_yuan=1000)
    market.report(*[{"account": "acme", **hours(30)} for _ in range(5)])
    # when five jobs of 30 h are rated one at a time
    market.rate(limit=1)
    # then the fourth is cut by the tier: 10 h at 2 and 20 h at 1
    assert [charge["gross"] for charge in market.charges("acme")] == [
        60 * YUAN,
        60 * YUAN,
        60 * YUAN,
        40 * YUAN,
        30 * YUAN,
    ]


def test_an_operator_charges_by_his_own_lists_only() -> None:
    # given another operator whose default price for the same cards is older and lower
    market = make_market(price_micro=2 * YUAN)
    market.add_tenant("acme", paid_yuan=100)
    stranger = make_organisation(kind=OrganisationKind.OPERATOR)
    foreign = catalogue.make_price_list(kind="default", code="foreign", issuer_id=stranger.pk)
    catalogue.publish_price(
        price_list_id=foreign.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=YUAN,
        now=NOW,
    )
    # when an hour on the operator's cluster is rated
    market.report({"account": "acme", **hours(1)})
    market.rate()
    # then his own price holds, in rating and in the catalogue's answer
    [charge] = market.charges("acme")
    told = price_at(
        tenant_id=market.tenants["acme"].pk,
        meter_id=market.meter.pk,
        cluster_id=market.cluster.pk,
        at=NOW,
    )
    assert charge["gross"] == 2 * YUAN
    assert told is not None
    assert told.pk == charge["price_id"]

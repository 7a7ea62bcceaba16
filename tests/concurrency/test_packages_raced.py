"""The last cards of a cluster, raced: nobody gets a card that another has."""

from __future__ import annotations

from functools import partial

import pytest

from compute_billing.packages import operations
from compute_billing.packages.models import CapacityDay, PackageOrder
from compute_billing.packages.operations import CapacityExhausted, UnableToChangePackage
from tests.builders.ledger import make_tenant
from tests.builders.packages import BY_HAND, NOW, TOMORROW, add_money, make_shop
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [6, pytest.param(200, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_tenants_and_the_last_cards(rounds):
    shops = []

    def make_works(_: int):
        shop = make_shop(sellable=3)
        other = make_tenant()
        add_money(other, market=shop.market, yuan=100_000)
        shops.append(shop)
        return [
            partial(shop.order, tenant_id=tenant.pk, cards=2) for tenant in (shop.tenant, other)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for shop, outcomes in zip(shops, race.rounds, strict=True):
        assert sum(isinstance(outcome, PackageOrder) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, CapacityExhausted) for outcome in outcomes) == 1
        days = CapacityDay.objects.filter(cluster_id=shop.offer.cluster_id)
        assert set(days.filter(day=TOMORROW).values_list("sold", flat=True)) == {2}
    assert race.rounds_with_a_loser == rounds
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_package_is_resized_and_ended_at_once(rounds):
    orders, shops = [], []

    def make_works(_: int):
        shop = make_shop(sellable=8)
        order = shop.order(cards=2)
        shops.append(shop)
        orders.append(order)
        return [
            partial(shop.act, operations.resize_package, order, cards=5),
            partial(shop.act, operations.end_package, order),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for shop, order, outcomes in zip(shops, orders, race.rounds, strict=True):
        assert isinstance(outcomes[1], PackageOrder)
        assert isinstance(outcomes[0], PackageOrder | UnableToChangePackage)
        order.refresh_from_db()
        assert order.ended_early
        assert shop.free(TOMORROW) == 8
    race.assert_they_met()


def test_capacity_is_lowered_while_it_is_sold():
    def make_works(_: int):
        shop = make_shop(sellable=4)
        lower = partial(
            operations.set_sellable,
            cluster_id=shop.offer.cluster_id,
            meter_id=shop.offer.meter_id,
            starts_on=TOMORROW,
            ends_on=TOMORROW.replace(day=20),
            cards=2,
            actor=BY_HAND,
            now=NOW,
        )
        return [partial(shop.order, cards=4), lower]

    race = run_race(rounds=6, make_works=make_works)

    assert race.rounds_with_a_loser == 6

"""Capacity stays between what is sold and what there is; people are told of ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compute_billing.packages import operations
from compute_billing.packages.operations import UnableToSetCapacity
from kernel.models import OutboxEvent
from tests.builders.packages import BY_HAND, NOW, TOMORROW, make_shop

pytestmark = pytest.mark.django_db


def test_capacity_stays_above_what_is_sold_and_below_what_there_is():
    shop = make_shop(sellable=8)
    shop.order(cards=5)
    key = {
        "cluster_id": shop.market.cluster.pk,
        "meter_id": shop.market.meter.pk,
        "starts_on": TOMORROW,
        "ends_on": TOMORROW + timedelta(days=10),
        "actor": BY_HAND,
        "now": NOW,
    }

    for cards in (4, 1_000_000):
        with pytest.raises(UnableToSetCapacity):
            operations.set_sellable(cards=cards, **key)
    operations.set_sellable(cards=5, **key)

    assert (shop.free(TOMORROW), shop.free(TOMORROW + timedelta(days=10))) == (0, 3)


def test_people_are_told_at_each_distance_once():
    shop = make_shop()
    order = shop.order(terms=2)

    told = [
        (order.ends_on - TOMORROW).days - day
        for day in range(61)
        if operations.remind_of_ends(now=NOW + timedelta(days=1 + day))
    ]

    assert told == [30, 7, 1]
    events = OutboxEvent.objects.filter(kind="package.ending").order_by("pk")
    assert [event.payload["days_left"] for event in events] == [30, 7, 1]

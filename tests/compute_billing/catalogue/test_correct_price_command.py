"""`manage.py correct_price` shows the prices of a list and corrects one, by two people."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compute_billing.catalogue.models import Price, PriceTier
from kernel.models import AuditEntry
from tests.builders.accounts import make_user
from tests.builders.market import CARD_HOUR, NOW, YUAN, make_market

pytestmark = pytest.mark.django_db


def correct(*words: object) -> Any:
    out = StringIO()
    call_command("correct_price", *map(str, words), "--json", "--now", NOW.isoformat(), stdout=out)
    return json.loads(out.getvalue())["prices"]


def test_a_price_is_found_and_corrected_by_two_people() -> None:
    # given a price of 3 yuan that should be 2
    market = make_market(price_micro=3 * YUAN)
    maker, approver = make_user(), make_user()
    (wrong,) = correct("--list", market.prices.code)
    assert (wrong["unit_price"], wrong["correction_no"]) == ("3.000000", 0)
    # when two people correct it
    people = ("--maker", maker.email, "--approver", approver.email)
    (right,) = correct(wrong["price"], "--unit-price", "2.00", *people)
    # then the next correction holds in its place, and the log knows both
    assert (right["unit_price"], right["correction_no"]) == ("2.000000", 1)
    assert right["valid_from"] == wrong["valid_from"]
    entry = AuditEntry.objects.get(action="catalogue.correct_price")
    assert (entry.actor_id, entry.detail["maker"]) == (approver.pk, maker.pk)
    assert entry.detail["corrects"] == wrong["price"]
    # and tiers may be the right terms
    (tiered,) = correct(right["price"], "--tiers", "0:2.00,100:1.50", *people)
    assert tiered["unit_price"] == "tiers"
    tiers = PriceTier.objects.filter(price_id=tiered["price"]).order_by("from_quantity")
    assert [(tier.from_quantity, tier.unit_price_micro) for tier in tiers] == [
        (0, 2 * YUAN),
        (100 * CARD_HOUR, 1_500_000),
    ]


def test_one_person_alone_corrects_nothing() -> None:
    market = make_market(price_micro=3 * YUAN)
    (wrong,) = correct("--list", market.prices.code)
    alone = make_user().email
    with pytest.raises(CommandError, match="two people"):
        correct(wrong["price"], "--unit-price", "2", "--maker", alone, "--approver", alone)
    with pytest.raises(CommandError, match="two people"):
        correct(wrong["price"], "--unit-price", "2", "--maker", alone)
    assert Price.objects.filter(price_list=market.prices).count() == 1


@pytest.mark.parametrize("words", [(), ("--unit-price", "2", "--tiers", "0:2"), ("--tiers", "a:2")])
def test_terms_that_are_none_are_refused(words) -> None:
    market = make_market(price_micro=3 * YUAN)
    (wrong,) = correct("--list", market.prices.code)
    people = ("--maker", make_user().email, "--approver", make_user().email)
    with pytest.raises(CommandError):
        correct(wrong["price"], *words, *people)

"""A price draft has one fate: two approvers, or an approver and a change, raced."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from compute_billing.catalogue.models import Price, PriceDraft
from compute_billing.catalogue.operations import PriceDraftDecided, Proposal
from compute_billing.rating import drafts
from tests.builders.accounts import make_user
from tests.builders.market import NOW, YUAN, Market, make_market
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [10, pytest.param(250, marks=pytest.mark.soak)]
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)


def proposal(market: Market, *, yuan: int) -> Proposal:
    return Proposal(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        cluster_id=None,
        valid_from=DECEMBER,
        unit_price_micro=yuan * YUAN,
        reason="raced",
    )


def make_draft(market: Market) -> PriceDraft:
    return drafts.propose_price(proposal=proposal(market, yuan=2), maker_id=make_user().pk, now=NOW)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_approvers_publish_one_price(rounds):
    markets = []

    def make_works(_: int):
        markets.append(make_market())
        draft = make_draft(markets[-1])
        return [
            partial(
                drafts.approve_price,
                draft_id=draft.public_id,
                approver_id=make_user().pk,
                now=NOW,
            )
            for _ in range(2)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for market, outcomes in zip(markets, race.rounds, strict=True):
        assert sum(isinstance(outcome, PriceDraft) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, PriceDraftDecided) for outcome in outcomes) == 1
        assert Price.objects.filter(price_list=market.prices).count() == 2
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_draft_is_approved_as_it_was_seen_or_changed_but_never_both(rounds):
    markets = []

    def make_works(_: int):
        markets.append(make_market())
        draft = make_draft(markets[-1])
        return [
            partial(
                drafts.approve_price,
                draft_id=draft.public_id,
                approver_id=make_user().pk,
                now=NOW,
            ),
            partial(
                drafts.propose_price,
                proposal=proposal(markets[-1], yuan=9),
                maker_id=draft.maker_id,
                replaces=draft.public_id,
                now=NOW,
            ),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for market, outcomes in zip(markets, race.rounds, strict=True):
        assert sum(isinstance(outcome, PriceDraftDecided) for outcome in outcomes) == 1
        amounts = Price.objects.filter(price_list=market.prices).values_list(
            "unit_price_micro", flat=True
        )
        assert 9 * YUAN not in amounts
    race.assert_they_met()

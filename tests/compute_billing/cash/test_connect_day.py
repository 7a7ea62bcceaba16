"""A day on which money left by Connect and came back: the books explain each fen at Stripe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum

from compute_billing.cash import operations
from compute_billing.cash.days import day_of
from compute_billing.cash.models import CashDay, CashDifference, CashItem
from tests.builders.cash import STRIPE
from tests.builders.connect import ConnectCentre
from tests.builders.stripe import StandIn

pytestmark = pytest.mark.django_db(transaction=True)
ONE_DAY = timedelta(days=1)
PAID_IN, FEE = 100_000, 3_615
TRANSFERRED, BACK_FIRST, BACK_REST = 26_385, 6_385, 20_000


def reconcile(centre: ConnectCentre) -> list[operations.Reconciled]:
    """Compare all days up to the one of the stand-in, as if that were over."""
    now = centre.now() + 6 * ONE_DAY
    return operations.reconcile_all(day=day_of(now) - ONE_DAY, now=now)


def by_key(side: str) -> dict[str, int]:
    """Return what a side tells of each movement, in fen."""
    found = CashItem.objects.filter(side=side).values("key").annotate(fen=Sum("amount_fen"))
    return {one["key"].partition(":")[0] + f" {one['fen']}": one["fen"] for one in found}


def test_transfers_and_reversals_of_a_day_are_explained_to_the_fen(stripe: StandIn) -> None:
    # Given 1,000 yuan paid in by card, of which 300 were used and 263.85 paid out by a transfer
    centre = ConnectCentre(stripe)
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    assert (payout.state, payout.amount_fen) == ("paid", TRANSFERRED)

    # And taken back in two parts, by two people each
    for fen in (BACK_FIRST, BACK_REST):
        centre.take_back(payout, fen=fen)
        centre.told()
    payout.refresh_from_db()
    assert payout.reversed_fen == TRANSFERRED

    # When the days are compared
    (done,) = reconcile(centre)

    # Then nothing is open: both sides tell the same movements, each at the same amount
    assert (done.custody, done.open_differences) == (STRIPE, 0)
    assert not CashDifference.objects.exclude(ending="found").exists()
    moved = sorted([PAID_IN, -FEE, -TRANSFERRED, BACK_FIRST, BACK_REST])
    assert sorted(by_key("told").values()) == sorted(by_key("booked").values()) == moved

    # And the last day closes with what Stripe has
    last = CashDay.objects.latest("day")
    balance = stripe.api("/v1/balance")
    there = sum(one["amount"] for part in ("available", "pending") for one in balance[part])
    assert there == PAID_IN - FEE
    assert (last.told_closing_fen, last.booked_closing_fen, last.gap_fen) == (there, there, 0)


def test_a_reversal_that_nobody_heard_of_is_listed_until_it_is_heard(stripe: StandIn) -> None:
    # Given a transfer, of which somebody takes a part back on Stripe's own pages, unheard
    centre = ConnectCentre(stripe)
    centre.onboard()
    centre.use(300)
    payout = centre.transferred()
    stripe.control("webhooks", paused=True)
    stripe.api(f"/v1/transfers/{payout.stripe_transfer}/reversals", {"amount": "1385"})

    # When the days are compared, it is missing here
    reconcile(centre)
    (missing,) = CashDifference.objects.filter(ended_at=None)
    assert (missing.kind, missing.amount_fen) == ("missing_here", 1_385)

    # And when it is heard of, it ends by itself
    stripe.control("webhooks", paused=False)
    centre.told()
    now = centre.now() + 7 * ONE_DAY
    operations.reconcile_all(day=day_of(now) - ONE_DAY, now=now)
    missing.refresh_from_db()
    assert missing.ending == "found"

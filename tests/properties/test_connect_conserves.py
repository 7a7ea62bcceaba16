"""Transfers, reversals and debts in any order: a payee's money is conserved, here and at Stripe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compute_billing.payouts import operations, queries
from compute_billing.payouts.models import Payout
from kernel.money import MICRO_PER_FEN, divide_half_up
from tests.builders.accounts import make_user
from tests.builders.connect import CUSTODY, YUAN, ConnectCentre
from tests.builders.stripe import StandIn, stand_in

pytestmark = pytest.mark.django_db(transaction=True)
# Of 1,000 yuan paid in Stripe keeps 3.4 % and 2.15 yuan, which the payee bears.
FEE = 36_150_000

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.integers(-200, 300).filter(bool)),
        st.tuples(st.just("pay"), st.just(0)),
        st.tuples(st.just("take_back"), st.integers(1, 100)),
    ),
    min_size=2,
    max_size=8,
)


@pytest.fixture(scope="module")
def running_stripe() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=STEPS, rate=st.sampled_from([0, 50_000]), reserve=st.sampled_from([0, 100_000, 333_333])
)
def test_payable_reserve_transit_and_debt_conserve(
    running_stripe: StandIn, steps: list[tuple[str, int]], rate: int, reserve: int
) -> None:
    # Given a payee on the Connect rail who earned 200 yuan, and whatever may happen next
    running_stripe.begin()
    terms = {"commission_ppm": rate, "reserve_ppm": reserve, "reserve_days": 15}
    centre = ConnectCentre(running_stripe, **terms)
    centre.onboard()
    centre.use(200)
    used = 200
    for step, number in steps:
        if step == "use" and 0 <= used + number <= 900:
            centre.use(number)
            used += number
        elif step == "pay":
            _pay(centre)
        elif step == "take_back":
            _take_back(centre, percent=number)
    operations.accrue(payee_id=centre.payee.pk, now=centre.now())

    # Then what was earned less commission is payable, held back, on its way, or at the payee's
    stands = centre.stands()
    his = stands["payable"] + stands["reserve"] + stands["transit"] - stands["debt"]
    gone = _gone(centre)
    earned = used * YUAN - FEE
    commission = divide_half_up(max(used * YUAN, 0) * rate, 1_000_000)
    told = [
        queries.statement_of(payout_id=payout.public_id, payee_id=centre.payee.pk)
        for payout in Payout.objects.filter(payee_id=centre.payee.pk).order_by("through_sequence")
    ]
    told.append(queries.open_statement(payee_id=centre.payee.pk))
    kept = sum(one.commission + one.commission_tax for one in told)
    assert his + gone * MICRO_PER_FEN + kept == earned
    assert (kept == 0) == (rate == 0 or commission == 0)

    # And nothing is owed while something of it could be settled
    assert min(stands.values()) >= 0
    assert stands["debt"] == 0 or stands["payable"] == 0

    # And the payee's account at Stripe holds what was transferred and not taken back
    assert centre.balance_there() == gone


def _gone(centre: ConnectCentre) -> int:
    """Return what arrived and was not taken back, in fen."""
    paid = Payout.objects.filter(payee_id=centre.payee.pk, state="paid")
    return paid.aggregate(fen=Sum(F("amount_fen") - F("reversed_fen"), default=0))["fen"]


def _pay(centre: ConnectCentre) -> None:
    """Pay out whoever is due: payees of other examples may be among them, each by itself."""
    operations.accrue(payee_id=centre.payee.pk, now=centre.now())
    try:
        run = operations.propose_run(custody=CUSTODY, user_id=make_user().pk, now=centre.now())
    except operations.NothingToPay:
        return
    operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=centre.now())
    centre.work()


def _take_back(centre: ConnectCentre, *, percent: int) -> None:
    paid = Payout.objects.filter(
        payee_id=centre.payee.pk, state="paid", reversed_fen__lt=F("amount_fen")
    )
    payout = paid.order_by("-id").first()
    if payout is None:
        return
    left = payout.amount_fen - payout.reversed_fen
    centre.take_back(payout, fen=max(left * percent // 100, 1))
    centre.told()

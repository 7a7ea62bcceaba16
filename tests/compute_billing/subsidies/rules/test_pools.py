"""Sharing out a pool that is not enough for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.subsidies.rules.documents import Exhaustion
from compute_billing.subsidies.rules.pools import Asked, share_out

ASKED = (
    Asked(reference="a", amount=60, position=1, score=70),
    Asked(reference="b", amount=60, position=2, score=90),
    Asked(reference="c", amount=30, position=3, score=80),
)


@pytest.mark.parametrize(
    ("exhaustion", "shares"),
    [
        (Exhaustion.FIRST_COME, {"a": 60, "b": 40, "c": 0}),
        (Exhaustion.RANKING, {"b": 60, "c": 30, "a": 10}),
        (Exhaustion.PRO_RATA, {"a": 40, "b": 40, "c": 20}),
    ],
)
def test_a_hundred_for_a_hundred_and_fifty(exhaustion, shares):
    assert share_out(asked=ASKED, left=100, exhaustion=exhaustion) == shares


@pytest.mark.parametrize("exhaustion", list(Exhaustion))
def test_enough_for_all_is_given_to_all(exhaustion):
    shares = share_out(asked=ASKED, left=150, exhaustion=exhaustion)

    assert shares == {"a": 60, "b": 60, "c": 30}


@given(
    amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=8),
    left=st.integers(0, 10**9),
    exhaustion=st.sampled_from(Exhaustion),
)
def test_a_pool_is_used_up_and_never_passed(amounts, left, exhaustion):
    asked = [
        Asked(reference=str(position), amount=amount, position=position, score=-position)
        for position, amount in enumerate(amounts)
    ]

    shares = share_out(asked=asked, left=left, exhaustion=exhaustion)

    assert sum(shares.values()) == min(left, sum(amounts))
    assert all(0 <= shares[item.reference] <= item.amount for item in asked)

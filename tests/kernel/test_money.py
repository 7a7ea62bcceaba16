"""Money: exact texts, one rounding, nothing lost in sharing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import (
    Money,
    UnableToAllocate,
    UnableToMixCurrencies,
    UnableToReadMoney,
    allocate,
    divide_half_up,
)

amounts = st.integers(min_value=-(10**18), max_value=10**18)


@pytest.mark.parametrize(
    ("text", "amount_micro"),
    [
        ("12.34", 12_340_000),
        ("0.000001", 1),
        ("-0.5", -500_000),
        ("999999999999.999999", 10**18 - 1),
    ],
)
def test_reads_decimal_texts_exactly(text, amount_micro):
    assert Money.from_text(text) == Money(amount_micro, "CNY")


@pytest.mark.parametrize(
    "text",
    ["", "1.", ".5", "1e3", "1.0000001", "١٢", "1,000", " 1", "+1", "NaN", "1\n", "1" * 13],
)
def test_refuses_what_is_not_an_amount(text):
    with pytest.raises(UnableToReadMoney) as refusal:
        Money.from_text(text)
    assert refusal.value.code == "malformed_money"


@given(amounts.filter(lambda amount: abs(amount) < 10**18))
def test_text_and_amount_are_the_same(amount):
    assert Money.from_text(Money(amount).to_text()).amount_micro == amount


@pytest.mark.parametrize(
    ("amount_micro", "fen"),
    [(4_999, 0), (5_000, 1), (14_999, 1), (15_000, 2), (-4_999, 0), (-5_000, -1), (0, 0)],
)
def test_fen_round_half_up_and_symmetrically(amount_micro, fen):
    assert Money(amount_micro).to_fen() == fen


def test_documents_print_fen_and_apis_print_all_places():
    assert Money(12_345_000).fen_text() == "12.35"
    assert Money(-4_000).fen_text() == "0.00"
    assert Money(12_340_000).to_text() == "12.340000"
    assert str(Money(-1, "USD")) == "USD -0.000001"


def test_arithmetic_stays_in_one_currency():
    assert Money(3) + Money(4) - Money(1) == Money(6)
    assert -Money(3) < Money.zero() <= Money(0)
    with pytest.raises(UnableToMixCurrencies):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(UnableToMixCurrencies):
        assert Money(1, "CNY") < Money(1, "USD")


@given(amounts, st.integers(min_value=1, max_value=10**12))
def test_division_rounds_half_away_from_zero(numerator, denominator):
    rounded = divide_half_up(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)
    assert divide_half_up(-numerator, denominator) == -rounded


weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=20).filter(any)


@given(amounts, weights)
def test_shares_sum_to_the_whole_and_stay_within_one_of_exact(total, shares):
    parts = allocate(total=total, weights=shares)
    assert sum(parts) == total
    for part, weight in zip(parts, shares, strict=True):
        assert abs(part - Fraction(total * weight, sum(shares))) < 1


def test_largest_remainder_then_earlier_position():
    assert allocate(total=100, weights=[1, 1, 1]) == [34, 33, 33]
    assert allocate(total=-100, weights=[1, 1, 1]) == [-34, -33, -33]
    assert allocate(total=10, weights=[1, 5, 0]) == [2, 8, 0]
    assert Money(7).allocate([1, 1]) == [Money(4), Money(3)]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1]])
def test_nothing_to_share_over_is_refused(shares):
    with pytest.raises(UnableToAllocate):
        allocate(total=1, weights=shares)

"""Quantities: milli-card-milliseconds in and out, without losing a digit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.quantities import (
    MILLI_CARD_MS_PER_CARD_HOUR,
    MILLI_CARD_MS_PER_CARD_SECOND,
    UnableToReadCards,
    card_hours_text,
    card_seconds_text,
    parse_milli_cards,
)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (0, "0"),
        (1, "0.000001"),
        (1_500_000, "1.5"),
        (-2_000_000, "-2"),
        (10_000_000, "10"),
        (220 * 1_000 * 60, "13.2"),
    ],
)
def test_card_seconds_have_no_trailing_zeros(quantity, text):
    assert card_seconds_text(quantity) == text


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_card_seconds_are_exact(quantity):
    assert Fraction(card_seconds_text(quantity)) * MILLI_CARD_MS_PER_CARD_SECOND == quantity


def test_card_hours_are_rounded_for_reading():
    assert MILLI_CARD_MS_PER_CARD_HOUR == 3600 * MILLI_CARD_MS_PER_CARD_SECOND
    assert card_hours_text(3_600_000_000) == "1.000000"
    assert card_hours_text(1_800_000_000, places=0) == "1"
    assert card_hours_text(1_000_000) == "0.000278"
    assert card_hours_text(-1) == "0.000000"


@pytest.mark.parametrize(
    ("text", "milli_cards"),
    [("0.22", 220), ("128", 128_000), ("0", 0), ("1.000000000", 1_000), (" 8 ", 8_000)],
)
def test_reads_cards_in_thousandths(text, milli_cards):
    assert parse_milli_cards(text) == milli_cards


@pytest.mark.parametrize("text", ["", "-1", "1e3", "0.2205", ".5", "1.", "eight", "９", "9999999"])
def test_refuses_what_is_not_a_number_of_cards(text):
    with pytest.raises(UnableToReadCards) as refusal:
        parse_milli_cards(text)
    assert refusal.value.code == "malformed_cards"

"""What is left of a term, against the published example and a reference in fractions."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.packages.proration import (
    FACTOR_SCALE,
    Term,
    factor,
    fee_of,
    left_of,
    months_after,
    pieces,
)
from tests.builders.market import YUAN

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def a_term(starts_on: date, months: int = 1, price_micro: int = 1_750 * YUAN) -> Term:
    return Term(
        starts_on=starts_on,
        ends_on=months_after(starts_on, months),
        months=months,
        price_micro=price_micro,
    )


def shares(starts_on: date, ends_on: date) -> Fraction:
    """Add up a span day by day, each day 1/28 to 1/31 of its month."""
    days = (starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days))
    return sum((Fraction(1, monthrange(day.year, day.month)[1]) for day in days), Fraction(0))


def reference(term: Term, day: date) -> Fraction:
    if day <= term.starts_on:
        return Fraction(term.months)
    if day >= term.ends_on:
        return Fraction(0)
    unused = term.months - shares(term.starts_on, day)
    return max(min(shares(day, term.ends_on), unused), Fraction(0))


def test_a_resize_costs_what_the_public_example_says():
    # Given a month from 9 April to 9 May 2023 at 1750 yuan a node
    term = a_term(date(2023, 4, 9))

    # When a node more is wanted from 19 April on: 12/30 + 8/31
    changed_on = date(2023, 4, 19)

    # Then 0.6581 months are left, and 1151.675 yuan are cut to 1151.67
    assert term.ends_on == date(2023, 5, 9)
    assert [(p.days, p.month_days) for p in pieces(changed_on, term.ends_on)] == [(12, 30), (8, 31)]
    assert factor(term, changed_on) == 6_581
    assert left_of(term, cards=1, day=changed_on) == 1_151_670_000


@pytest.mark.parametrize(
    ("starts_on", "months", "ends_on"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 10, 6), 3, date(2027, 1, 6)),
    ],
)
def test_terms_end_on_the_same_day_of_a_later_month(starts_on, months, ends_on):
    assert months_after(starts_on, months) == ends_on


def test_what_was_used_is_never_given_back():
    # Given a term with 17/31 + 14/28 = 1.0484 months of days in it
    term = a_term(date(2026, 1, 15))

    # When it ends after a day, then that day is paid: 30/31, not 16/31 + 14/28 = 1.0161
    assert factor(term, date(2026, 1, 16)) == 9_677


def test_a_fee_leaves_whole_fen():
    assert fee_of(1_151_670_000, fee_ppm=100_000) == 115_170_000
    assert fee_of(1_151_670_000, fee_ppm=0) == 0
    assert fee_of(1_151_670_000, fee_ppm=1_000_000) == 1_151_670_000


@given(starts_on=DAYS, months=st.integers(1, 36), after=st.integers(0, 1_200))
def test_a_factor_is_the_reference_rounded_once(starts_on, months, after):
    term = a_term(starts_on, months)
    day = starts_on + timedelta(days=after)

    exact = reference(term, day)

    assert abs(Fraction(factor(term, day), FACTOR_SCALE) - exact) <= Fraction(1, 2 * FACTOR_SCALE)
    assert factor(term, day) == (2 * exact * FACTOR_SCALE + 1) // 2


@given(
    starts_on=DAYS,
    months=st.integers(1, 36),
    fen=st.integers(1, 10_000_000),
    cards=st.integers(1, 2_000),
)
def test_what_is_left_never_grows_and_ends_at_nothing(starts_on, months, fen, cards):
    term = a_term(starts_on, months, fen * 10_000)
    days = [starts_on + timedelta(days=n) for n in range((term.ends_on - starts_on).days + 1)]

    left = [left_of(term, cards=cards, day=day) for day in days]

    assert left[0] == fen * 10_000 * cards * months
    assert left[-1] == 0
    assert all(before >= after for before, after in pairwise(left))
    assert all(amount % 10_000 == 0 for amount in left)


@given(starts_on=DAYS, ends_after=st.integers(1, 800))
def test_pieces_cover_a_span_without_gap(starts_on, ends_after):
    ends_on = starts_on + timedelta(days=ends_after)

    found = list(pieces(starts_on, ends_on))

    assert found[0].starts_on == starts_on
    assert found[-1].ends_on == ends_on
    assert all(a.ends_on == b.starts_on for a, b in pairwise(found))
    assert all(p.month == p.starts_on.replace(day=1) for p in found)
    assert sum(p.days for p in found) == ends_after

"""Periods are half-open; months are the date of their first day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.periods import (
    Period,
    UnableToFormPeriod,
    UnableToReadMonth,
    month_after,
    month_before,
    month_of,
    month_text,
    months_later,
    parse_month,
)

START = datetime(2026, 10, 1, tzinfo=UTC)


def hours(first: int, last: int | None) -> Period:
    end = None if last is None else START + timedelta(hours=last)
    return Period(START + timedelta(hours=first), end)


def test_the_start_belongs_to_a_period_and_the_end_does_not():
    period = hours(0, 1)
    assert period.contains(START)
    assert not period.contains(START + timedelta(hours=1))
    assert hours(0, None).contains(START + timedelta(days=10_000))


def test_periods_that_touch_do_not_overlap():
    assert not hours(0, 1).overlaps(hours(1, 2))
    assert hours(0, 2).intersection(hours(1, None)) == hours(1, 2)
    assert hours(0, None).intersection(hours(1, None)) == hours(1, None)


bounds = st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 50))).filter(
    lambda pair: pair[1] is None or pair[0] <= pair[1]
)


@given(bounds, bounds)
def test_intersection_is_commutative(one, other):
    assert hours(*one).intersection(hours(*other)) == hours(*other).intersection(hours(*one))


def test_backward_and_zoneless_periods_are_refused():
    with pytest.raises(UnableToFormPeriod):
        hours(1, 0)
    with pytest.raises(UnableToFormPeriod):
        Period(START.replace(tzinfo=None))


def test_reads_and_writes_months():
    assert parse_month("2026-10") == date(2026, 10, 1)
    assert month_text(date(2026, 10, 31)) == "2026-10"
    assert month_of(date(2026, 10, 31)) == date(2026, 10, 1)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "202610", "2026-1", "0000-01"])
def test_refuses_what_is_not_a_month(text):
    with pytest.raises(UnableToReadMonth):
        parse_month(text)


def test_months_follow_each_other_over_the_year():
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert month_before(date(2026, 1, 15)) == date(2025, 12, 1)
    assert months_later(date(2026, 10, 1), 24) == date(2028, 10, 1)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-500, 500))
def test_going_and_coming_back_is_staying(day, count):
    assert months_later(months_later(day, count), -count) == month_of(day)

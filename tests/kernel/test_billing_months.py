"""Billing months: made once from Asia/Shanghai, gapless, never overlapping, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection

from kernel.models import BillingMonth
from kernel.operations import make_billing_months
from kernel.queries import BillingMonthMissing, billing_month, billing_month_at

pytestmark = pytest.mark.django_db


def test_the_migration_made_the_months_without_gaps():
    months = list(BillingMonth.objects.order_by("month"))
    assert len(months) == 31 * 12
    assert (months[0].month, months[-1].month) == (date(2010, 1, 1), date(2040, 12, 1))
    for month, following in pairwise(months):
        assert month.ends_at == following.starts_at


def test_a_month_begins_at_midnight_in_shanghai():
    october = billing_month(month=date(2026, 10, 1))
    assert october.starts_at == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert october.ends_at == datetime(2026, 10, 31, 16, tzinfo=UTC)


def test_an_instant_lies_in_the_month_whose_start_it_is():
    border = datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert billing_month_at(moment=border).month == date(2026, 10, 1)
    just_before = border - timedelta(milliseconds=1)
    assert billing_month_at(moment=just_before).month == date(2026, 9, 1)


def test_a_missing_month_is_refused_by_name():
    with pytest.raises(BillingMonthMissing, match="2041-01"):
        billing_month(month=date(2041, 1, 1))
    with pytest.raises(BillingMonthMissing):
        billing_month_at(moment=datetime(2050, 1, 1, tzinfo=UTC))


def test_making_months_leaves_those_that_exist():
    made = make_billing_months(
        first=date(2040, 11, 1), last=date(2041, 2, 1), time_zone="Asia/Shanghai"
    )
    assert made == 2
    assert billing_month(month=date(2041, 2, 1)).ends_at == datetime(2041, 2, 28, 16, tzinfo=UTC)


def test_another_time_zone_cannot_cut_into_existing_months():
    # Tokyo is an hour ahead, so its January 2041 would begin in our December 2040.
    with pytest.raises(IntegrityError, match="kernel_billing_month_no_overlap"):
        make_billing_months(first=date(2041, 1, 1), last=date(2041, 1, 1), time_zone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("'2041-01-02', '2041-01-01', '2041-02-01'", "kernel_billing_month_first_day"),
        ("'2041-01-01', '2041-01-01', '2041-01-01'", "kernel_billing_month_ends_after"),
        ("'2041-01-01', '2040-12-15', '2041-02-01'", "kernel_billing_month_no_overlap"),
    ],
)
def test_raw_sql_is_refused_by_constraint(values, constraint):
    with pytest.raises(IntegrityError, match=constraint), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO kernel_billing_month VALUES ({values})")

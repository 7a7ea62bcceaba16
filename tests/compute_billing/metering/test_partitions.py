"""Partitions are there before their month begins, and somebody notices when they are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from compute_billing.metering import partitions, queries
from tests import database
from tests.builders.usage import NOW, make_reporter, use

pytestmark = pytest.mark.django_db

LAST_MADE = datetime(2028, 12, 1, tzinfo=UTC)


def test_the_months_ahead_are_counted_without_a_gap() -> None:
    assert queries.months_ahead(now=NOW) == 24
    assert queries.months_ahead(now=LAST_MADE - timedelta(days=1)) == 1
    assert queries.months_ahead(now=LAST_MADE) == 0
    assert queries.months_ahead(now=datetime(2030, 1, 1, tzinfo=UTC)) == 0


def test_a_book_that_lacks_a_month_counts_for_all() -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE rating_charge_share_2027_02")
    assert queries.months_ahead(now=NOW) == 2
    assert partitions.ensure_months_ahead(now=NOW) == 1
    assert queries.months_ahead(now=NOW) == 24


def test_missing_months_are_made_by_the_application_role() -> None:
    made = partitions.ensure_months_ahead(now=LAST_MADE)
    assert made == 3 * 24
    assert partitions.ensure_months_ahead(now=LAST_MADE) == 0
    assert queries.months_ahead(now=LAST_MADE) == 24


def test_the_month_of_recording_is_that_of_utc() -> None:
    """In Shanghai it is December already; the books say November."""
    reporter = make_reporter()
    beijing = timezone(timedelta(hours=8))
    outcome = reporter.send(use("a", 0, 1), now=datetime(2026, 12, 1, 7, 0, tzinfo=beijing))
    assert outcome.accepted == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT recorded_month::text FROM metering_usage_record")
        assert cursor.fetchall() == [("2026-11-01",)]

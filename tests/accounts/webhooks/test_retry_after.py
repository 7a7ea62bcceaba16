"""What Retry-After asks: seconds or a date, bounded, and of two statuses alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.webhooks.backoff import next_attempt
from accounts.webhooks.retry_after import RETRY_AFTER_MAX, asked_wait

NOW = datetime(2026, 10, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "status", "wait"),
    [
        ("120", 429, timedelta(seconds=120)),
        (" 120 ", 503, timedelta(seconds=120)),
        ("0", 429, timedelta(0)),
        ("Sun, 11 Oct 2026 12:05:00 GMT", 503, timedelta(minutes=5)),
        ("Sunday, 11-Oct-26 12:05:00 GMT", 503, timedelta(minutes=5)),
        ("Sun, 11 Oct 2026 11:00:00 GMT", 429, timedelta(0)),
        # bounded, however long the text
        ("86400", 429, RETRY_AFTER_MAX),
        ("9" * 60, 429, RETRY_AFTER_MAX),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 503, RETRY_AFTER_MAX),
        # nothing that is understood
        ("", 429, None),
        ("soon", 429, None),
        ("-5", 429, None),
        ("1.5", 429, None),
        ("٣", 429, None),
        # where the header means something else, or nothing
        ("120", 500, None),
        ("120", 301, None),
        ("120", None, None),
    ],
)
def test_it_is_read(text, status, wait):
    assert asked_wait(text=text, status=status, now=NOW) == wait


def test_it_takes_the_place_of_the_dice_and_never_passes_the_end():
    end = NOW + timedelta(days=3)
    asked = {"attempts": 1, "now": NOW, "give_up_at": end}
    assert next_attempt(**asked, asked=timedelta(hours=2)) == NOW + timedelta(hours=2)
    assert next_attempt(**asked, asked=timedelta(0)) == NOW + timedelta(seconds=1)
    soon = NOW + timedelta(minutes=1)
    assert next_attempt(**{**asked, "give_up_at": soon}, asked=timedelta(hours=2)) == soon
    assert next_attempt(**{**asked, "give_up_at": NOW}, asked=timedelta(hours=2)) is None

"""When a delivery is tried again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from accounts.webhooks.backoff import ceiling, next_attempt

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 30), (2, 60), (3, 120), (8, 3840), (11, 30720), (12, 43200), (10**6, 43200)],
)
def test_the_ceiling_doubles_up_to_half_a_day(attempts: int, seconds: int) -> None:
    assert ceiling(attempts) == timedelta(seconds=seconds)


def test_the_wait_is_anything_up_to_the_ceiling() -> None:
    dice = random.Random(1)
    waits = [
        next_attempt(attempts=3, now=NOW, give_up_at=NOW + timedelta(days=3), chance=dice) - NOW
        for _ in range(2000)
    ]

    assert timedelta(seconds=1) <= min(waits) < timedelta(seconds=3)
    assert timedelta(seconds=118) < max(waits) <= timedelta(seconds=120)
    # full jitter: the mean is half of the ceiling
    assert timedelta(seconds=57) < sum(waits, timedelta()) / 2000 < timedelta(seconds=64)


def test_the_last_attempt_is_made_when_the_time_is_up() -> None:
    end = NOW + timedelta(milliseconds=500)

    assert next_attempt(attempts=9, now=NOW, give_up_at=end) == end
    assert next_attempt(attempts=10, now=end, give_up_at=end) is None

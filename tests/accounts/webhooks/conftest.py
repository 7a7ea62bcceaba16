"""A receiver, a clock that a test sets, and an organisation."""

from __future__ import annotations

from datetime import datetime

import pytest

from kernel.clock import utc_now
from tests.builders.accounts import make_organisation
from tests.receiver import receiving


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(utc_now())


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_LOOPBACK = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def organisation():
    return make_organisation()

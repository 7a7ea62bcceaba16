"""A stand-in of Stripe for the tests of payouts by Connect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders.stripe import StandIn, stand_in


@pytest.fixture(scope="module")
def running_stripe() -> Iterator[StandIn]:
    """Start a stand-in for the tests of a file."""
    with stand_in() as running:
        yield running


@pytest.fixture
def stripe(running_stripe: StandIn) -> StandIn:
    """Return it without what other tests did there."""
    running_stripe.begin()
    return running_stripe

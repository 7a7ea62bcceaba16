"""A stand-in of Stripe for each file of tests, and a tenant who pays an operator."""

from __future__ import annotations

import pytest

from tests.builders.stripe import StandIn
from tests.compute_billing.payments.conftest import payer, running_stripe

__all__ = ["payer", "running_stripe"]


@pytest.fixture
def stripe(running_stripe: StandIn) -> StandIn:
    """Return it empty: what is compared is all that ever moved there."""
    running_stripe.control("reset")
    running_stripe.begin()
    return running_stripe

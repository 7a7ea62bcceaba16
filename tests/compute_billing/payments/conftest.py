"""A stand-in of Stripe for each file of tests, and a tenant who pays an operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from accounts.models import Organisation
from compute_billing.payments import operations, working
from compute_billing.payments.models import Payment, Way
from kernel.audit import Actor
from kernel.clock import utc_now
from tests.builders.ledger import make_operator, make_tenant
from tests.builders.stripe import StandIn, stand_in


@pytest.fixture(scope="module")
def running_stripe() -> Iterator[StandIn]:
    """Start a stand-in of Stripe for the tests of a file."""
    with stand_in() as running:
        yield running


@pytest.fixture
def stripe(running_stripe: StandIn) -> StandIn:
    """Return it without what other tests did there."""
    running_stripe.begin()
    return running_stripe


@dataclass
class Payer:
    """A tenant, the operator that it pays, and a clock that can be moved on."""

    tenant: Organisation
    operator: Organisation
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def ask(
        self, fen: int = 10_000, *, form: str = "form-1", way: Way = Way.CHECKOUT, **more: object
    ) -> Payment:
        """Ask for a top-up; nothing is sent yet."""
        return operations.ask_top_up(
            wish=operations.Wish(
                tenant_id=self.tenant.pk,
                operator_id=self.operator.pk,
                amount_fen=fen,
                way=way,
                **more,
            ),
            token=form,
            actor=Actor.system(),
            now=self.now(),
        )

    def open(self, fen: int = 10_000, **more: object) -> Payment:
        """Ask for a top-up and open it at Stripe."""
        payment = self.ask(fen, **more)
        working.carry_out(payment=payment, clock=self.now)
        payment.refresh_from_db()
        return payment

    def work(self) -> int:
        """Do what waits."""
        return working.work(clock=self.now)


@pytest.fixture
def payer() -> Payer:
    """Return a tenant with a wallet and an operator."""
    return Payer(tenant=make_tenant(), operator=make_operator())

"""SIGKILL in the receipt of a webhook: nothing is kept, it is told again, and paid once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compute_billing.payments.models import StripeEvent
from tests.builders.ledger import make_operator, make_tenant
from tests.builders.stripe import SECRET, StandIn, stand_in
from tests.compute_billing.payments.books import at_stripe, paid_lots
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import signed, tell_all
from tests.concurrency.gates import Gate, kill_at

pytestmark = pytest.mark.django_db(transaction=True)

YUAN = 1_000_000
RECEIPT = """
import sys, django
django.setup()
from django.conf import settings
from django.test import RequestFactory
from compute_billing.api.stripe_webhook import stripe_webhook
settings.STRIPE_WEBHOOK_SECRETS = [sys.argv[3]]
stripe_webhook(RequestFactory().post("/", open(sys.argv[1], "rb").read(),
    content_type="application/json", headers={"stripe-signature": sys.argv[2]}))
"""


@pytest.fixture
def stripe() -> Iterator[StandIn]:
    with stand_in() as one:
        one.begin()
        yield one


def test_an_event_whose_receipt_was_killed_is_told_again_and_paid_once(
    stripe: StandIn, tmp_path: Path
) -> None:
    # Given a payment that was made at Stripe, and the web process dies while it stores each event
    payer = Payer(tenant=make_tenant(), operator=make_operator())
    stripe.pay(payer.open())
    for number, event in enumerate(stripe.events()):
        body, signature = signed(event)
        file = tmp_path / f"{number}.json"
        file.write_bytes(body)
        gate = Gate(event="INSERT", table="payments_stripe_event")
        kill_at(gate, ("-c", RECEIPT, str(file), signature, SECRET))

    # Then nothing is kept of what was never answered
    assert StripeEvent.objects.count() == 0
    assert paid_lots(payer) == []

    # And when Stripe tells it again, twice, it is paid once, there and here
    assert all(tell_all(stripe))
    assert not any(tell_all(stripe))
    payer.work()
    payer.work()
    assert paid_lots(payer) == [(100 * YUAN, 0)]
    # Stripe kept its fee.
    assert at_stripe(payer) == 100 * YUAN - 5_550_000
    assert not StripeEvent.objects.filter(state="waiting").exists()

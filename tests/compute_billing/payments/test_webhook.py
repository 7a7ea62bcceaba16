"""The door for the webhooks of Stripe: signed, stored first, answered; unknown kinds are kept."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from compute_billing.payments import inbox, working
from compute_billing.payments.models import StripeEvent
from kernel.clock import utc_now
from tests.builders.payments import own_event
from tests.builders.stripe import SECRET, StandIn
from tests.compute_billing.payments.conftest import Payer
from tests.compute_billing.payments.telling import signed, tell, tell_all

pytestmark = pytest.mark.django_db

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payout.paid",
    "created": 1_790_000_000,
    "data": {"object": {"object": "payout", "id": "po_1", "email": "li.wei@example.com"}},
}


@pytest.fixture(autouse=True)
def secret(settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_older", SECRET]


def send(event: dict, *, at: int | None = None, signature: str | None = None) -> int:
    body, right = signed(event, at=at)
    header = right if signature is None else signature
    answer = Client().post(
        "/webhooks/stripe",
        body,
        content_type="application/json",
        headers={"stripe-signature": header},
    )
    return answer.status_code


def test_an_event_is_stored_once_without_what_it_says_of_people() -> None:
    # When an event that nobody handles is told twice
    assert [send(EVENT), send(EVENT)] == [204, 204]

    # Then it is kept, once
    event = StripeEvent.objects.get()
    assert (event.event, event.state, event.object_id) == ("evt_1", "kept", "po_1")
    assert event.payload["data"]["object"] == {"object": "payout", "id": "po_1"}


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
def test_what_is_not_signed_is_refused(signature: str) -> None:
    assert send(EVENT, signature=signature) == 400
    assert not StripeEvent.objects.exists()


def test_what_is_signed_long_ago_is_refused() -> None:
    assert send(EVENT, at=int(time.time()) - 301) == 400
    assert not StripeEvent.objects.exists()


def test_without_a_secret_nothing_is_believed(settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert send(EVENT) == 400


def test_a_failing_event_is_tried_again_later_and_seen(stripe: StandIn, payer: Payer) -> None:
    # Given an event about something that Stripe does not know
    own_event()

    # When it is handled
    payer.work()

    # Then it waits, with its reason, and is not tried at once
    event = StripeEvent.objects.get()
    assert (event.state, event.attempts) == ("waiting", 1)
    assert "resource_missing" in event.failure
    assert event.next_attempt_at > utc_now()
    assert payer.work() == 0


def test_an_unreachable_stripe_loses_no_event(stripe: StandIn, payer: Payer) -> None:
    # Given events of a paid session, and a Stripe that fails
    payment = payer.open()
    stripe.pay(payment)
    tell_all(stripe)
    stripe.control("fault", kind="error_500", method="GET", times=50)
    payer.work()
    assert not StripeEvent.objects.filter(state="handled").exists()

    # When it is well again
    stripe.control("no_faults")
    payer.ahead += inbox.LEASE
    payer.work()

    # Then all is handled
    assert not StripeEvent.objects.filter(state="waiting").exists()
    payment.refresh_from_db()
    assert payment.state == "paid"


def test_payments_of_others_in_the_same_account_are_kept(stripe: StandIn, payer: Payer) -> None:
    # Given an intent that somebody else made
    stripe.api("/v1/payment_intents", {"amount": "1000", "currency": "cny"})
    tell(stripe.events())

    # When its events are handled
    working.work(clock=payer.now)

    # Then they are kept, and nothing is booked
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"kept"}

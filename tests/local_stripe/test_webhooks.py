"""Events reach their endpoints signed, again until they are heard, and badly on demand."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest
import stripe

from tests.receiver import Heard, receiving
from tests.stripe_server import WEBHOOK_SECRET, LocalStripe


def read(heard: Heard) -> stripe.Event:
    return stripe.Webhook.construct_event(
        heard.body, heard.headers["stripe-signature"], WEBHOOK_SECRET
    )


def make(client: stripe.StripeClient, count: int = 1) -> list[str]:
    return [client.v1.customers.create(params={}).id for _ in range(count)]


def deliveries(running: Any) -> list[dict[str, Any]]:
    return running.control("state")["deliveries"]


def test_an_event_is_signed_as_the_sdk_verifies(local_stripe) -> None:
    with receiving() as receiver:
        local_stripe.listen(receiver.url)
        (customer,) = make(local_stripe.client())

        event = read(receiver.wait_for(1)[0])

    assert (event.type, event.data.object["id"]) == ("customer.created", customer)
    assert event.api_version == stripe.api_version
    assert event.request.idempotency_key is not None
    heard = receiver.heard[0]
    with pytest.raises(stripe.SignatureVerificationError):
        read(Heard(heard.path, heard.headers, heard.body.replace("customer", "costumer")))


def test_an_endpoint_hears_only_what_it_asked_for(local_stripe) -> None:
    client = local_stripe.client()
    with receiving() as receiver:
        endpoint = client.v1.webhook_endpoints.create(
            params={"url": receiver.url, "enabled_events": ["payment_intent.created"]}
        )
        make(client)
        client.v1.payment_intents.create(params={"amount": 500, "currency": "cny"})

        heard = receiver.wait_for(1)[0]

    event = stripe.Webhook.construct_event(
        heard.body, heard.headers["stripe-signature"], endpoint.secret
    )
    assert event.type == "payment_intent.created"
    assert len(deliveries(local_stripe)) == 1


def test_an_event_is_sent_again_until_it_is_heard(local_stripe) -> None:
    local_stripe.control("settings", webhook_retry_seconds=[0, 0, 0])
    with receiving() as receiver:
        receiver.answers = [500, "drop", 302, 200]
        local_stripe.listen(receiver.url)
        make(local_stripe.client())
        heard = receiver.wait_for(4)
        local_stripe.wait_until(lambda: deliveries(local_stripe)[0]["status"] == "heard")

    assert len({json.loads(each.body)["id"] for each in heard}) == 1
    assert deliveries(local_stripe)[0]["attempts"] == 4
    event = local_stripe.client().v1.events.list().data[0]
    assert event.pending_webhooks == 0


def test_it_gives_up_in_the_end(local_stripe) -> None:
    local_stripe.control("settings", webhook_retry_seconds=[0])
    with receiving() as receiver:
        receiver.answers = [500]
        local_stripe.listen(receiver.url)
        make(local_stripe.client())
        local_stripe.wait_until(lambda: deliveries(local_stripe)[0]["status"] == "given up")

    assert len(receiver.heard) == 2


def test_events_wait_while_deliveries_are_paused(local_stripe) -> None:
    local_stripe.control("webhooks", paused=True)
    with receiving() as receiver:
        local_stripe.listen(receiver.url)
        made = make(local_stripe.client(), 3)
        assert receiver.heard == []

        local_stripe.control("webhooks", paused=False)
        heard = receiver.wait_for(3)

    assert {read(each).data.object["id"] for each in heard} == set(made)


def test_events_come_twice_and_late_when_asked_for(local_stripe) -> None:
    local_stripe.control("webhooks", duplicates=1, delay_seconds=0.5)
    with receiving() as receiver:
        local_stripe.listen(receiver.url)
        make(local_stripe.client())
        assert receiver.heard == []
        heard = receiver.wait_for(2)

    assert len({read(each).id for each in heard}) == 1


def test_events_come_in_disorder_when_asked_for(local_stripe) -> None:
    local_stripe.control("webhooks", paused=True, disorder=True)
    with receiving() as receiver:
        local_stripe.listen(receiver.url)
        made = make(local_stripe.client(), 12)
        local_stripe.control("webhooks", paused=False)
        heard = receiver.wait_for(12)

    told = [read(each).data.object["id"] for each in heard]
    assert sorted(told) == sorted(made)
    assert told != made


def test_an_event_can_be_sent_again(local_stripe) -> None:
    with receiving() as receiver:
        local_stripe.listen(receiver.url)
        make(local_stripe.client())
        event = read(receiver.wait_for(1)[0])
        local_stripe.control("resend", event=event.id)

        assert read(receiver.wait_for(2)[1]).id == event.id


def test_nothing_is_lost_when_the_process_is_killed(local_stripe) -> None:
    client = local_stripe.client()
    with receiving() as receiver:
        local_stripe.control("webhooks", paused=True)
        local_stripe.listen(receiver.url)
        made = make(client, 3)
        intent = client.v1.payment_intents.create(
            params={"amount": 500, "currency": "cny"}, options={"idempotency_key": "k"}
        )

        local_stripe.end(signal.SIGKILL)
        local_stripe.start()
        local_stripe.control("webhooks", paused=False)
        heard = receiver.wait_for(4)

    assert {read(each).data.object["id"] for each in heard} == {*made, intent.id}
    again = client.v1.payment_intents.create(
        params={"amount": 500, "currency": "cny"}, options={"idempotency_key": "k"}
    )
    assert again.id == intent.id


def test_events_are_listed_by_type(local_stripe) -> None:
    client = local_stripe.client()
    make(client)
    client.v1.payment_intents.create(params={"amount": 500, "currency": "cny"})

    def types(**params: Any) -> list[str]:
        return [event.type for event in client.v1.events.list(params=params).data]

    assert types() == ["payment_intent.created", "customer.created"]
    assert types(type="customer.*") == ["customer.created"]
    assert types(types=["payment_intent.created", "charge.failed"]) == ["payment_intent.created"]
    local_stripe.control("advance", seconds=31 * 86_400)
    assert types() == []


def test_the_endpoint_of_the_command_line_hears_of_connected_accounts(tmp_path) -> None:
    """As in the demonstration: a payee that finished its onboarding is told of by itself."""
    with receiving() as receiver:
        running = LocalStripe(
            directory=tmp_path,
            settings={},
            arguments=("--webhook", receiver.url, "--webhook-secret", WEBHOOK_SECRET),
        )
        running.start()
        try:
            account = running.client().v1.accounts.create(
                params={"type": "express", "country": "HK", "email": "payee@example.com"}
            )
            running.control("account", account=account.id)
            receiver.wait_for(1)
            running.wait_until(lambda: any("account" in read(one) for one in receiver.heard))
        finally:
            running.end()
    told = [read(one) for one in receiver.heard]
    updated = [one for one in told if one.type == "account.updated"]
    assert {one.account for one in updated} == {account.id}

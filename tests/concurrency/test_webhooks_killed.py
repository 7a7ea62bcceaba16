"""Relays and senders that race, and a worker that is killed with an answer outstanding."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from standardwebhooks import Webhook

from accounts.events.relay import relay
from accounts.events.vocabulary import EventKind
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.webhooks import sending
from accounts.webhooks.posting import Poster
from kernel.clock import utc_now
from kernel.models import OutboxEvent
from kernel.nudges import wake
from tests.builders.accounts import NOW, make_organisation
from tests.builders.webhooks import happens, make_endpoint, rejected
from tests.concurrency.racing import run_round
from tests.receiver import receiving
from tests.services import celery_worker

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = 60
RELAYS = 4
ROUNDS = 5
SECONDS_MAX = 60.0
LISTENING = [EventKind.USAGE_REJECTED]


def test_raced_relays_hand_each_event_on_once() -> None:
    organisation = make_organisation()
    endpoints = [
        make_endpoint(organisation=organisation, kinds=LISTENING).endpoint for _ in range(2)
    ]
    handed: list[int] = []
    losers = 0
    for _ in range(ROUNDS):
        happens(*(rejected() for _ in range(EVENTS)), organisation=organisation, handed_on=False)
        # when several relays meet, each with a small hand
        while OutboxEvent.objects.filter(dispatched_at=None).exists():
            counts = run_round([partial(relay, now=NOW, limit=7)] * RELAYS)
            handed += counts
            losers += sum(count == 0 for count in counts)
    # then each event was taken once, and made one delivery for each endpoint
    assert sum(handed) == OutboxEvent.objects.count()
    assert losers > 0, "the relays never met"
    for endpoint in endpoints:
        events = endpoint.deliveries.order_by("id").values_list("event_id", flat=True)
        assert len(events) == EVENTS * ROUNDS
        assert list(events) == sorted(set(events)), "in the order in which they happened"


def test_raced_senders_send_each_delivery_once_and_in_order(settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    organisation = make_organisation()
    with receiving() as receiver:
        make_endpoint(organisation=organisation, url=receiver.url, kinds=LISTENING)
        happens(*(rejected(number) for number in range(EVENTS)), organisation=organisation)
        send = partial(sending.send_waiting, clock=utc_now, poster=Poster(seconds_max=5))
        while WebhookDelivery.objects.filter(state="waiting").exists():
            run_round([send] * RELAYS)
        told = [json.loads(heard.body)["data"]["rejected"] for heard in receiver.heard]
    assert told == list(range(EVENTS))
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_a_worker_killed_with_an_answer_outstanding_loses_nothing(settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    organisation = make_organisation()
    environment = {"WEBHOOK_LOOPBACK": "true"}
    with receiving() as receiver:
        issued = make_endpoint(organisation=organisation, url=receiver.url, kinds=LISTENING)
        # given a worker that waits for the first of three answers
        receiver.go_on.clear()
        with celery_worker(["events"], pool="solo", environment=environment) as worker:
            happens(*(rejected(number) for number in range(3)), organisation=organisation)
            wake("webhooks")
            receiver.wait_for(1)
            # when it is killed
            worker.kill()
        assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"waiting"}
        receiver.go_on.set()
        # and its lease is over, which nobody here waits a minute for
        lapsed = WebhookEndpoint.objects.get(pk=issued.endpoint.pk)
        assert lapsed.sending_until > utc_now() + timedelta(seconds=10)
        WebhookEndpoint.objects.filter(pk=lapsed.pk).update(sending_until=utc_now())
        # then another worker sends it again, under the same id, and the others after it
        with celery_worker(["events"], pool="solo", environment=environment):
            wake("webhooks")
            heard = receiver.wait_for(4)
            wait_until_delivered()
    ids = [one.headers["webhook-id"] for one in heard]
    assert ids[0] == ids[1]
    assert Counter(ids).most_common() == [(ids[0], 2), (ids[2], 1), (ids[3], 1)]
    assert heard[0].body == heard[1].body
    assert [json.loads(one.body)["data"]["rejected"] for one in heard] == [0, 0, 1, 2]
    for one in heard:
        Webhook(issued.secret).verify(one.body, one.headers)


def wait_until_delivered() -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while WebhookDelivery.objects.exclude(state="delivered").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)

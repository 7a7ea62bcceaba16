"""Every attempt is kept, and a receiver is left alone as long as he asks."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from accounts.events.vocabulary import EventKind
from accounts.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.webhooks import operations, sending
from accounts.webhooks.posting import Poster
from tests.builders.webhooks import OWNER, happens, make_endpoint, rejected

pytestmark = pytest.mark.django_db

QUICK = Poster(seconds_max=1)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_receiver_is_left_alone_as_long_as_he_asks(organisation, receiver, clock, status, form):
    # given two events, and a receiver who asks for two minutes
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    clock.now = clock.now.replace(microsecond=0)
    happens(rejected(1), rejected(2), organisation=organisation, now=clock.now)
    until = clock.now + timedelta(minutes=2)
    receiver.answers = [status, 204]
    date = format_datetime(until, usegmt=True)
    receiver.headers = {"retry-after": "120" if form == "seconds" else date}
    # when the first is sent
    assert sending.send_waiting(clock=clock, poster=QUICK) == 1
    # then neither it nor the second leaves before its time
    first = WebhookDelivery.objects.earliest("id")
    assert first.next_attempt_at == until
    clock.now = until - timedelta(seconds=1)
    assert sending.send_waiting(clock=clock, poster=QUICK) == 0
    clock.now = until
    assert sending.send_waiting(clock=clock, poster=QUICK) == 2
    # and how long he asked is kept with the attempt
    asked = first.made_attempts.order_by("number").values_list("failure", "retry_after_seconds")
    assert list(asked) == [("status", 120), ("", None)]


def test_who_asks_for_a_week_is_asked_again_after_half_a_day(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    receiver.answers, receiver.headers = [503], {"retry-after": "604800"}

    sending.send_waiting(clock=clock, poster=QUICK)

    assert WebhookDelivery.objects.get().next_attempt_at == clock.now + timedelta(hours=12)
    # and who enables the endpoint anew waits no longer
    endpoint = WebhookEndpoint.objects.get()
    for is_enabled in (False, True):
        operations.change_endpoint(
            caller=OWNER, endpoint=endpoint, is_enabled=is_enabled, now=clock.now
        )
    assert sending.send_waiting(clock=clock, poster=QUICK) == 1


def test_every_attempt_is_kept(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    started = clock.now
    happens(rejected(), organisation=organisation, now=started)
    receiver.answers, receiver.text = [500, "drop", 200], "a\x1b[31mred\u202e\x00 b\r\nc"
    for _ in range(3):
        sending.send_waiting(clock=clock, poster=QUICK)
        clock.now += timedelta(hours=1)
    kept = WebhookAttempt.objects.order_by("number")
    assert [(one.number, one.started_at, one.failure, one.response_status) for one in kept] == [
        (1, started, "status", 500),
        (2, started + timedelta(hours=1), "connection_lost", None),
        (3, started + timedelta(hours=2), "", 200),
    ]
    assert all(one.ended_at == one.started_at and one.duration_ms < 1000 for one in kept)
    # and what would steer a terminal or turn a line stands as a mark
    assert [one.response_excerpt for one in kept] == [
        "a\ufffd[31mred\ufffd\ufffd b\nc",
        "",
        "a\ufffd[31mred\ufffd\ufffd b\nc",
    ]


def test_an_attempt_whose_sender_died_stays_without_an_end(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    sending.claim(now=clock.now)
    clock.now += sending.LEASE
    sending.send_waiting(clock=clock, poster=QUICK)

    ends = WebhookAttempt.objects.order_by("number").values_list("number", "ended_at", "failure")
    assert list(ends) == [(1, None, ""), (2, clock.now, "")]

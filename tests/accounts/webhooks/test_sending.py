"""Webhooks to a real receiver: signed by the specification, tried again, given up, redelivered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.events.vocabulary import EventKind
from accounts.models import Notification, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.permissions import Role
from accounts.webhooks import operations, sending
from accounts.webhooks.posting import Poster
from accounts.webhooks.scheduling import GIVE_UP_AFTER
from tests.accounts.webhooks.conftest import Clock
from tests.builders.accounts import make_member, make_organisation
from tests.builders.webhooks import OWNER, happens, make_endpoint, rejected

pytestmark = pytest.mark.django_db

QUICK = Poster(seconds_max=1)


def the_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def later(clock: Clock) -> None:
    """Go to when the one delivery is tried again."""
    clock.now = the_delivery().next_attempt_at


def test_a_receiver_verifies_what_he_hears(organisation, receiver, clock):
    # given an endpoint that hears of refused usage
    issued = make_endpoint(
        organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED]
    )
    event = rejected(7)
    # when it happens
    happens(event, organisation=organisation, now=clock.now)
    assert sending.send_waiting(clock=clock, poster=QUICK) == 1
    # then the library of the specification vouches for it
    (heard,) = receiver.heard
    told = Webhook(issued.secret).verify(heard.body, heard.headers)
    delivery = the_delivery()
    assert told == {
        "id": str(delivery.event.public_id),
        "type": "usage.rejected",
        "timestamp": delivery.event.occurred_at.isoformat().replace("+00:00", "Z"),
        "organisation": str(organisation.public_id),
        "data": {
            "source": "slurm",
            "import_id": str(event.import_id),
            "accepted": 0,
            "duplicate": 0,
            "conflict": 0,
            "rejected": 7,
        },
    }
    assert heard.path == "/hook?from=suanji"
    assert heard.headers["webhook-id"] == f"evt_{delivery.event.public_id.hex}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    # and the answer is kept
    assert (delivery.state, delivery.attempts, delivery.response_status) == ("delivered", 1, 200)
    assert (delivery.failure, delivery.response_excerpt) == ("", "thank you")
    assert delivery.delivered_at == clock.now
    # while any other secret and any other body are refused
    with pytest.raises(WebhookVerificationError):
        Webhook(make_endpoint().secret).verify(heard.body, heard.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(issued.secret).verify(heard.body.replace("7", "8"), heard.headers)


def test_only_what_an_endpoint_listens_to_is_sent_and_only_its_own(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.KEY_REVOKED])
    make_endpoint(organisation=make_organisation(), url=receiver.url)

    happens(rejected(), organisation=organisation, now=clock.now)

    assert sending.send_waiting(clock=clock, poster=QUICK) == 0
    assert receiver.heard == []


def test_events_leave_in_their_order(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(*(rejected(number) for number in range(20)), organisation=organisation, now=clock.now)

    sending.send_waiting(clock=clock, poster=QUICK)

    told = [json.loads(heard.body)["data"]["rejected"] for heard in receiver.heard]
    assert told == list(range(20))


@pytest.mark.parametrize(
    ("answer", "failure", "status"),
    [
        (500, "status", 500),
        (404, "status", 404),
        ("redirect", "redirect", 302),
        ("drop", "connection_lost", None),
        ("drip", "timeout", None),
    ],
)
def test_a_fault_is_told_and_tried_again_under_the_same_id(
    organisation, receiver, clock, answer, failure, status
):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    # given a fault
    receiver.answers = [answer, 204]
    sending.send_waiting(clock=clock, poster=QUICK)
    # then nothing but the address was asked, and it says what was wrong
    delivery = the_delivery()
    assert [heard.path for heard in receiver.heard] == ["/hook?from=suanji"]
    assert (delivery.state, delivery.failure) == ("waiting", failure)
    assert delivery.response_status == status or failure == "timeout"
    assert clock.now < delivery.next_attempt_at <= clock.now + timedelta(seconds=30)
    assert delivery.endpoint.failing_since == clock.now
    # and nothing is sent before its time
    assert sending.send_waiting(clock=clock, poster=QUICK) == 0
    # when its time comes
    later(clock)
    assert sending.send_waiting(clock=clock, poster=QUICK) == 1
    # then the same message arrives
    first, second = receiver.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.failure) == ("delivered", 2, "")
    assert delivery.endpoint.failing_since is None


def test_a_slow_answer_is_not_waited_for(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    receiver.go_on.clear()

    sending.send_waiting(clock=clock, poster=QUICK)

    delivery = the_delivery()
    assert delivery.failure == "timeout"
    assert 1000 <= delivery.duration_ms < 3000


def test_of_a_long_answer_a_kibibyte_is_kept(organisation, receiver, clock):
    receiver.text = "é" * 5000
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)

    sending.send_waiting(clock=clock, poster=QUICK)

    assert the_delivery().response_excerpt == "é" * 512


def test_a_failing_endpoint_keeps_nobody_waiting(organisation, receiver, clock):
    # given two endpoints, of which the older one is not there
    gone = make_endpoint(organisation=organisation, url="http://127.0.0.1:1/")
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(*(rejected(number) for number in range(3)), organisation=organisation, now=clock.now)
    # when all is tried
    assert sending.send_waiting(clock=clock, poster=QUICK) == 6
    # then the other one has heard everything
    assert len(receiver.heard) == 3
    failures = WebhookDelivery.objects.filter(endpoint=gone.endpoint)
    assert set(failures.values_list("state", "failure")) == {("waiting", "not_connected")}


def test_after_three_days_it_is_a_dead_letter_and_the_endpoint_is_disabled(
    organisation, receiver, clock
):
    owner = make_member(organisation=organisation, role=Role.OWNER)
    make_member(organisation=organisation, role=Role.VIEWER)
    issued = make_endpoint(
        organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED]
    )
    started = clock.now
    happens(rejected(), organisation=organisation, now=started)
    # given a receiver that always fails
    receiver.answers = [503]
    while the_delivery().state == "waiting":
        later(clock)
        sending.send_waiting(clock=clock, poster=QUICK)
    # then it was tried for three days to the second, and oftener at first
    delivery = the_delivery()
    assert (delivery.state, clock.now) == ("dead", started + GIVE_UP_AFTER)
    assert 10 <= delivery.attempts <= 60
    # and nothing is sent to the endpoint, of which its people were told
    endpoint = WebhookEndpoint.objects.get(pk=issued.endpoint.pk)
    assert (endpoint.disabled_reason, endpoint.disabled_at) == ("failing", clock.now)
    told = Notification.objects.get(kind="webhook_disabled")
    assert (told.user_id, told.about["endpoint"]) == (owner.pk, str(endpoint.public_id))
    assert told.mail_state == "waiting"
    happens(rejected(2), organisation=organisation, now=clock.now)
    assert WebhookDelivery.objects.count() == 1
    # when it is mended, enabled and the dead letter is sent again
    with pytest.raises(operations.UnableToRedeliver):
        redeliver(organisation, delivery, now=clock.now)
    operations.change_endpoint(caller=OWNER, endpoint=endpoint, is_enabled=True, now=clock.now)
    redeliver(organisation, delivery, now=clock.now)
    receiver.answers = [200]
    sending.send_waiting(clock=clock, poster=QUICK)
    # then it arrives under its old id
    assert the_delivery().state == "delivered"
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1


def redeliver(organisation, delivery, *, now):
    return operations.redeliver(
        caller=OWNER, organisation_ids=[organisation.pk], public_id=delivery.public_id, now=now
    )


def test_who_says_that_he_is_gone_is_not_asked_again(organisation, receiver, clock):
    owner = make_member(organisation=organisation, role=Role.OWNER)
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    receiver.answers = [410]

    sending.send_waiting(clock=clock, poster=QUICK)
    clock.now += timedelta(days=1)

    assert sending.send_waiting(clock=clock, poster=QUICK) == 0
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.disabled_reason == "gone"
    # and its people were told, and what was not heard waits for them
    told = Notification.objects.get(kind="webhook_disabled")
    assert (told.user_id, told.about) == (
        owner.pk,
        {"endpoint": str(endpoint.public_id), "reason": "gone"},
    )
    assert the_delivery().state == "waiting"


def test_while_secrets_overlap_both_sign(organisation, receiver, clock):
    old = make_endpoint(
        organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED]
    )
    new = operations.rotate_secret(
        caller=OWNER, endpoint=old.endpoint, now=clock.now, overlap=timedelta(hours=1)
    )
    happens(rejected(), organisation=organisation, now=clock.now)
    sending.send_waiting(clock=clock, poster=QUICK)
    clock.now += timedelta(hours=1)
    happens(rejected(), organisation=organisation, now=clock.now)
    sending.send_waiting(clock=clock, poster=QUICK)

    during, after = receiver.heard
    # the library looks at the clock, so its times are brought to ours
    for secret in (old.secret, new.secret):
        Webhook(secret).verify(during.body, during.headers)
    assert len(during.headers["webhook-signature"].split()) == 2
    assert len(after.headers["webhook-signature"].split()) == 1
    signed_at = datetime.fromtimestamp(int(after.headers["webhook-timestamp"]), tz=UTC)
    expected = Webhook(new.secret).sign(after.headers["webhook-id"], signed_at, after.body)
    assert after.headers["webhook-signature"] == expected


def test_a_deleted_endpoint_hears_nothing_more(organisation, receiver, clock):
    endpoint = make_endpoint(organisation=organisation, url=receiver.url).endpoint
    happens(rejected(), organisation=organisation, now=clock.now)

    operations.delete_endpoint(caller=OWNER, endpoint=endpoint, now=clock.now)

    assert sending.send_waiting(clock=clock, poster=QUICK) == 0
    assert the_delivery().state == "cancelled"
    ended = WebhookEndpoint.objects.get()
    assert (ended.secret_encrypted, ended.previous_encrypted) == ("", "")


def test_what_took_so_long_that_it_was_tried_again_writes_nothing(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    # given an attempt whose lease is over, and the one after it
    slow = sending.claim(now=clock.now)
    assert sending.claim(now=clock.now) is None
    clock.now += sending.LEASE
    assert sending.send_waiting(clock=clock, poster=QUICK) == 1
    # when the slow one comes back with a failure
    failed = QUICK.post("http://127.0.0.1:1/", body=b"", headers={})
    sending.record(slow, answer=failed, now=clock.now)
    # then what was delivered stays delivered
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.failure) == ("delivered", 2, "")
    # while each attempt keeps what came of it
    kept = WebhookAttempt.objects.order_by("number").values_list("failure", flat=True)
    assert list(kept) == ["not_connected", ""]


def test_secrets_lie_encrypted(organisation):
    issued = make_endpoint(organisation=organisation)

    kept = WebhookEndpoint.objects.get()

    assert issued.secret.startswith("whsec_")
    assert issued.secret not in kept.secret_encrypted
    assert issued.secret.removeprefix("whsec_") not in kept.secret_encrypted


def test_old_answers_are_forgotten(organisation, receiver, clock):
    make_endpoint(organisation=organisation, url=receiver.url, kinds=[EventKind.USAGE_REJECTED])
    happens(rejected(), organisation=organisation, now=clock.now)
    sending.send_waiting(clock=clock, poster=QUICK)

    assert operations.forget_old(now=clock.now + operations.KEPT_FOR) == 0
    after = clock.now + operations.KEPT_FOR + GIVE_UP_AFTER + timedelta(seconds=1)
    assert WebhookAttempt.objects.count() == 1
    assert operations.forget_old(now=after) == 1
    assert WebhookAttempt.objects.count() == 0

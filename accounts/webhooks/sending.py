"""Send what waits: claim, commit, call, write down. Nothing remote happens in a transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.encryption import decrypt
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.webhooks import signing
from accounts.webhooks.backoff import next_attempt
from accounts.webhooks.locks import lock_delivery, lock_endpoint
from accounts.webhooks.models import (
    DeliveryState,
    DisabledReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from accounts.webhooks.posting import GONE, Answer, Poster
from accounts.webhooks.retry_after import asked_wait
from kernel import audit
from kernel.audit import Actor
from kernel.canonical import canonical_json
from kernel.sql import row, statement
from kernel.transactions import transaction, transaction_required

logger = logging.getLogger(__name__)

# Longer than resolving, connecting and answering may take: then the sender is dead.
LEASE: Final = timedelta(seconds=60)
# Attempts of one task; whoever has more waiting is nudged again.
ATTEMPTS_MAX: Final = 200
# An endpoint that never answered for so long, and gave up a delivery, is disabled.
DISABLED_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An attempt in hand: what is sent where. `attempt` tells it from any later one."""

    delivery_id: int
    attempt: int
    url: str
    message: str
    body: str
    secrets_live: tuple[str, ...]


def send_waiting(
    *, clock: Callable[[], datetime], poster: Poster | None = None, limit: int = ATTEMPTS_MAX
) -> int:
    """Send, one after the other, what may leave now; return how many attempts were made.

    Killed between call and writing down, the attempt is made again once the lease is over,
    under the same id: the receiver knows that he has it.
    """
    post, made = poster or Poster(), 0
    while made < limit and (outgoing := claim(now=clock())) is not None:
        headers = signing.signed_headers(
            outgoing.body, message=outgoing.message, secrets_live=outgoing.secrets_live, now=clock()
        )
        answer = post.post(outgoing.url, body=outgoing.body.encode(), headers=headers)
        record(outgoing, answer=answer, now=clock())
        made += 1
    return made


def claim(*, now: datetime) -> Outgoing | None:
    """Take the next delivery that may leave, and hold its endpoint for the time of a call."""
    with transaction():
        taken = row(statement("accounts.webhooks", "claim.sql"), now=now, leased_until=now + LEASE)
        if taken is None:
            return None
        found = WebhookDelivery.objects.select_related("endpoint__organisation", "event")
        delivery = found.get(pk=taken["id"])
        WebhookAttempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=now)
        return _outgoing(delivery, now=now)


def _outgoing(delivery: WebhookDelivery, *, now: datetime) -> Outgoing:
    endpoint = delivery.endpoint
    secrets_live = [endpoint.secret_encrypted]
    if endpoint.previous_until is not None and endpoint.previous_until > now:
        secrets_live.append(endpoint.previous_encrypted)
    return Outgoing(
        delivery_id=delivery.pk,
        attempt=delivery.attempts,
        url=endpoint.url,
        message=signing.message_id(delivery.event.public_id),
        body=canonical_json(document(delivery)).decode(),
        secrets_live=tuple(decrypt(text) for text in secrets_live),
    )


def document(delivery: WebhookDelivery) -> dict[str, Any]:
    """Return what the receiver reads; the same bytes at every attempt."""
    event = delivery.event
    return {
        "id": str(event.public_id),
        "type": event.kind,
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "organisation": str(delivery.endpoint.organisation.public_id),
        "data": event.payload,
    }


def record(outgoing: Outgoing, *, answer: Answer, now: datetime) -> None:
    """Write down what an attempt came to, and let the endpoint's next one leave.

    An attempt that took so long that it was made again decides nothing of its delivery any more.
    """
    asked = asked_wait(text=answer.retry_after, status=answer.status, now=now)
    with transaction():
        endpoint_id = WebhookDelivery.objects.values_list("endpoint_id", flat=True).get(
            pk=outgoing.delivery_id
        )
        endpoint = lock_endpoint(endpoint_id)
        delivery = lock_delivery(outgoing.delivery_id)
        _end_attempt(outgoing, answer=answer, asked=asked, now=now)
        if delivery.attempts != outgoing.attempt:
            return
        endpoint.sending_until = None
        endpoint.waits_until = None if asked is None else now + asked
        if delivery.state == DeliveryState.WAITING:
            _note(delivery, answer=answer, asked=asked, now=now)
            _judge(endpoint, delivery, answer=answer, now=now)
        endpoint.save(update_fields=["sending_until", "waits_until", "failing_since"])


def _end_attempt(
    outgoing: Outgoing, *, answer: Answer, asked: timedelta | None, now: datetime
) -> None:
    made = WebhookAttempt.objects.filter(
        delivery_id=outgoing.delivery_id, number=outgoing.attempt, ended_at=None
    )
    made.update(
        ended_at=now,
        failure=answer.failure,
        response_status=answer.status,
        response_excerpt=answer.excerpt,
        retry_after_seconds=None if asked is None else int(asked.total_seconds()),
        duration_ms=answer.duration_ms,
    )


def _note(
    delivery: WebhookDelivery, *, answer: Answer, asked: timedelta | None, now: datetime
) -> None:
    delivery.failure = answer.failure
    delivery.response_status = answer.status
    delivery.response_excerpt = answer.excerpt
    delivery.duration_ms = answer.duration_ms
    delivery.next_attempt_at = None
    if answer.is_taken:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
    else:
        delivery.next_attempt_at = next_attempt(
            attempts=delivery.attempts, now=now, give_up_at=delivery.give_up_at, asked=asked
        )
        if delivery.next_attempt_at is None:
            delivery.state = DeliveryState.DEAD
    delivery.save()


@transaction_required
def _judge(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, *, answer: Answer, now: datetime
) -> None:
    """Remember since when an endpoint fails; disable one that is gone or failed for long."""
    if answer.is_taken:
        endpoint.failing_since = None
        return
    endpoint.failing_since = endpoint.failing_since or now
    if endpoint.disabled_at is not None or endpoint.deleted_at is not None:
        return
    has_failed_long = now - endpoint.failing_since >= DISABLED_AFTER
    if answer.status == GONE:
        _disable(endpoint, reason=DisabledReason.GONE, now=now)
    elif delivery.state == DeliveryState.DEAD and has_failed_long:
        _disable(endpoint, reason=DisabledReason.FAILING, now=now)


@transaction_required
def _disable(endpoint: WebhookEndpoint, *, reason: DisabledReason, now: datetime) -> None:
    logger.warning("webhook endpoint %s was disabled: %s", endpoint.public_id, reason)
    endpoint.disabled_at, endpoint.disabled_reason = now, reason
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    audit.record(
        action="webhooks.disable",
        object_type="webhook_endpoint",
        object_id=str(endpoint.public_id),
        actor=Actor.system(),
        organisation_id=endpoint.organisation_id,
        detail={"reason": str(reason)},
        now=now,
    )
    notify(
        kind=Kind.WEBHOOK_DISABLED,
        organisation_id=endpoint.organisation_id,
        about={"endpoint": str(endpoint.public_id), "reason": str(reason)},
        subject=f"endpoint:{endpoint.pk}:{int(now.timestamp())}",
        now=now,
    )

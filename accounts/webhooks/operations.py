"""Every write of people and programs to webhooks, each with an entry in the audit log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.encryption import encrypt
from accounts.events.vocabulary import LISTENABLE, SCOPE_OF, EventKind, Ping
from accounts.keys.operations import actor_of
from accounts.keys.rights import may_give
from accounts.permissions import Caller
from accounts.webhooks.addresses import EndpointRefused, checked_url
from accounts.webhooks.locks import lock_delivery, lock_endpoint
from accounts.webhooks.models import (
    DeliveryState,
    DisabledReason,
    WebhookDelivery,
    WebhookEndpoint,
)
from accounts.webhooks.queries import own_delivery
from accounts.webhooks.scheduling import GIVE_UP_AFTER, waiting
from accounts.webhooks.signing import new_secret
from kernel import audit, outbox
from kernel.errors import DomainError
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction, transaction_required

__all__ = ["EndpointRefused", "IssuedEndpoint", "TooManyEndpoints", "UnableToRedeliver"]

ENDPOINTS_MAX: Final = 20
DESCRIPTION_LENGTH_MAX: Final = 100
OVERLAP_DEFAULT: Final = timedelta(days=1)
OVERLAP_MAX: Final = timedelta(days=7)
KEPT_FOR: Final = timedelta(days=30)


class TooManyEndpoints(DomainError):
    """An organisation has a bounded number of endpoints."""

    code = "too_many_webhook_endpoints"


class UnableToRedeliver(DomainError):
    """The delivery waits already, or its endpoint is disabled or deleted."""

    code = "unable_to_redeliver"


class UnableToListen(DomainError):
    """An endpoint would hear what its maker may not read."""

    code = "unable_to_listen"


class UnableToRotateSecret(DomainError):
    """The overlap is out of bounds."""

    code = "unable_to_rotate_webhook_secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedEndpoint:
    """An endpoint with its secret, which is told now and never again."""

    endpoint: WebhookEndpoint
    secret: str


def create_endpoint(
    *,
    caller: Caller,
    organisation_id: int,
    url: str,
    now: datetime,
    kinds: Collection[EventKind] = (),
    description: str = "",
) -> IssuedEndpoint:
    """Make an endpoint that hears events of `kinds`, or of every kind, from now on.

    Raises:
        UnableToListen: the caller may not read what a kind tells.
        EndpointRefused: the address is malformed or private.
        TooManyEndpoints: the organisation has ENDPOINTS_MAX already.
    """
    refuse_beyond(caller=caller, kinds=kinds)
    address, secret = checked_url(url), new_secret()
    live = WebhookEndpoint.objects.filter(organisation_id=organisation_id, deleted_at=None)
    with transaction():
        if live.count() >= ENDPOINTS_MAX:
            message = f"An organisation has at most {ENDPOINTS_MAX} endpoints: delete one first."
            raise TooManyEndpoints(message)
        made = WebhookEndpoint.objects.create(
            organisation_id=organisation_id,
            url=address,
            description=description,
            kinds=_ordered(kinds),
            secret_encrypted=encrypt(secret),
            created_at=now,
        )
        _write_down("create", made, caller=caller, now=now)
    return IssuedEndpoint(endpoint=made, secret=secret)


def change_endpoint(
    *,
    caller: Caller,
    endpoint: WebhookEndpoint,
    now: datetime,
    url: str | None = None,
    kinds: Collection[EventKind] | None = None,
    description: str | None = None,
    is_enabled: bool | None = None,
) -> WebhookEndpoint:
    """Change what is named of an endpoint; None leaves it as it is.

    One that is enabled again goes on with what waited, with the whole time to try.

    Raises:
        UnableToListen: the caller may not read what it hears, and would change where that goes.
        EndpointRefused: the address is malformed or private.
    """
    address = None if url is None else checked_url(url)
    with transaction():
        changed = lock_endpoint(endpoint.pk)
        if address is not None and address != changed.url:
            refuse_beyond(caller=caller, kinds=[EventKind(kind) for kind in changed.kinds])
            changed.url = address
        if kinds is not None and _ordered(kinds) != changed.kinds:
            refuse_beyond(caller=caller, kinds=kinds)
            changed.kinds = _ordered(kinds)
        if description is not None:
            changed.description = description
        if is_enabled is not None and is_enabled is not (changed.disabled_at is None):
            _switch(changed, is_enabled=is_enabled, now=now)
        changed.save()
        _write_down("change", changed, caller=caller, now=now)
    return changed


def _switch(endpoint: WebhookEndpoint, *, is_enabled: bool, now: datetime) -> None:
    endpoint.failing_since = None
    if not is_enabled:
        endpoint.disabled_at, endpoint.disabled_reason = now, DisabledReason.PERSON
        return
    endpoint.disabled_at, endpoint.disabled_reason, endpoint.waits_until = None, "", None
    WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING).update(
        next_attempt_at=now, give_up_at=now + GIVE_UP_AFTER
    )
    wake_after_commit("webhooks")


def delete_endpoint(*, caller: Caller, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Take an endpoint out of service for good; what waits for it is not sent."""
    with transaction():
        ended = lock_endpoint(endpoint.pk)
        if ended.deleted_at is not None:
            return
        ended.deleted_at = now
        ended.secret_encrypted = ended.previous_encrypted = ""
        ended.previous_until = None
        ended.save()
        WebhookDelivery.objects.filter(endpoint=ended, state=DeliveryState.WAITING).update(
            state=DeliveryState.CANCELLED, next_attempt_at=None
        )
        _write_down("delete", ended, caller=caller, now=now)


def rotate_secret(
    *,
    caller: Caller,
    endpoint: WebhookEndpoint,
    now: datetime,
    overlap: timedelta = OVERLAP_DEFAULT,
) -> IssuedEndpoint:
    """Give an endpoint a new secret; until the overlap ends the old one signs as well.

    Raises:
        UnableToRotateSecret: the overlap is negative or longer than OVERLAP_MAX.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        message = f"Secrets overlap by at most {OVERLAP_MAX.days} days."
        raise UnableToRotateSecret(message)
    secret = new_secret()
    with transaction():
        rotated = lock_endpoint(endpoint.pk)
        rotated.previous_encrypted = rotated.secret_encrypted
        rotated.previous_until = now + overlap
        rotated.secret_encrypted = encrypt(secret)
        rotated.save()
        _write_down("rotate", rotated, caller=caller, now=now)
    return IssuedEndpoint(endpoint=rotated, secret=secret)


def ping(*, caller: Caller, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Send an event to one endpoint alone, to try it.

    Raises:
        UnableToRedeliver: the endpoint is disabled.
    """
    with transaction():
        locked = lock_endpoint(endpoint.pk)
        _refuse_disabled(locked)
        event = outbox.publish(
            kind=EventKind.PING,
            payload=Ping(endpoint=locked.public_id).as_data(),
            organisation_id=locked.organisation_id,
            now=now,
        )
        # Nobody else hears it.
        event.dispatched_at = now
        event.save(update_fields=["dispatched_at"])
        made = waiting(endpoint_id=locked.pk, event_id=event.pk, now=now)
        made.save(force_insert=True)
        _write_down("ping", locked, caller=caller, now=now)
        wake_after_commit("webhooks")
    return own_delivery(organisation_ids=[locked.organisation_id], public_id=made.public_id)


def redeliver(
    *, caller: Caller, organisation_ids: Sequence[int], public_id: UUID, now: datetime
) -> WebhookDelivery:
    """Send an event again to the same endpoint, under the same id, with the whole time to try.

    Raises:
        UnknownDelivery: the organisations have no such delivery.
        UnableToRedeliver: it waits already, or its endpoint is disabled or deleted.
    """
    with transaction():
        found = own_delivery(organisation_ids=organisation_ids, public_id=public_id)
        endpoint = lock_endpoint(found.endpoint_id)
        delivery = lock_delivery(found.pk)
        _refuse_disabled(endpoint)
        if delivery.state == DeliveryState.WAITING:
            message = "This delivery waits already: it is sent as soon as its time comes."
            raise UnableToRedeliver(message)
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.WAITING, next_attempt_at=now, give_up_at=now + GIVE_UP_AFTER
        )
        _write_down("redeliver", endpoint, caller=caller, now=now, delivery=str(public_id))
        wake_after_commit("webhooks")
    return own_delivery(organisation_ids=organisation_ids, public_id=public_id)


def forget_old(*, now: datetime) -> int:
    """Delete deliveries that ended KEPT_FOR ago, with their attempts; return how many."""
    ended = WebhookDelivery.objects.exclude(state=DeliveryState.WAITING)
    old = ended.filter(created_at__lt=now - KEPT_FOR, give_up_at__lt=now - KEPT_FOR)
    _, counts = old.delete()
    return counts.get("accounts.WebhookDelivery", 0)


def refuse_beyond(*, caller: Caller, kinds: Collection[EventKind]) -> None:
    """Refuse that an endpoint hears what the caller may not read; no kind means every kind.

    Raises:
        UnableToListen: there is such a kind.
    """
    readable = may_give(caller)
    beyond = [kind for kind in kinds or LISTENABLE if SCOPE_OF[kind] not in readable]
    if beyond:
        message = f"You may not read what these tell: {', '.join(beyond)}. Name other kinds."
        raise UnableToListen(message, details={"kinds": [str(kind) for kind in beyond]})


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None or endpoint.deleted_at is not None:
        message = "Nothing is sent to this endpoint: enable it first."
        raise UnableToRedeliver(message)


def _ordered(kinds: Collection[EventKind]) -> list[str]:
    return [kind.value for kind in LISTENABLE if kind in kinds]


@transaction_required
def _write_down(
    verb: str, endpoint: WebhookEndpoint, *, caller: Caller, now: datetime, **detail: str
) -> None:
    """Note the act; the address itself may hold a token, so that it stays out of the log."""
    audit.record(
        action=f"webhooks.{verb}",
        object_type="webhook_endpoint",
        object_id=str(endpoint.public_id),
        actor=actor_of(caller),
        organisation_id=endpoint.organisation_id,
        detail={"kinds": list(endpoint.kinds), **detail},
        now=now,
    )

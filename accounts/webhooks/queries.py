"""Reads of webhooks: an organisation's endpoints and deliveries."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from accounts.webhooks.models import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from kernel.errors import DomainError

__all__ = ["DeliveryState", "WebhookAttempt", "WebhookDelivery", "WebhookEndpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEndpoint:
    """An endpoint, and how many of its deliveries wait or were given up."""

    public_id: UUID
    url: str
    description: str
    kinds: list[str]
    disabled_reason: str
    waiting: int
    dead: int


class UnknownEndpoint(DomainError):
    """The organisation has no such endpoint."""

    code = "unknown_webhook_endpoint"


class UnknownDelivery(DomainError):
    """The organisation has no such delivery."""

    code = "unknown_webhook_delivery"


def own_endpoint(*, organisation_ids: Collection[int], public_id: UUID) -> WebhookEndpoint:
    """Return a live endpoint of some organisations.

    Raises:
        UnknownEndpoint: there is none, or it is another organisation's.
    """
    live = WebhookEndpoint.objects.filter(deleted_at=None, organisation_id__in=organisation_ids)
    found = live.select_related("organisation").filter(public_id=public_id).first()
    if found is None:
        message = "You have no such webhook endpoint."
        raise UnknownEndpoint(message)
    return found


def endpoint_page(*, organisation_id: int, after: UUID | None, limit: int) -> list[WebhookEndpoint]:
    """Return an organisation's live endpoints, the newest first, from behind `after` on.

    Raises:
        UnknownEndpoint: the organisation has no endpoint `after`.
    """
    live = WebhookEndpoint.objects.filter(deleted_at=None, organisation_id=organisation_id)
    if after is not None:
        live = live.filter(
            id__lt=own_endpoint(organisation_ids=[organisation_id], public_id=after).pk
        )
    return list(live.order_by("-id")[:limit])


def counted_endpoints(*, organisation_id: int) -> list[CountedEndpoint]:
    """Return an organisation's live endpoints with how much waits and was given up of each."""
    live = WebhookEndpoint.objects.filter(deleted_at=None, organisation_id=organisation_id)
    counted = live.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING)),
        dead=Count("deliveries", filter=Q(deliveries__state=DeliveryState.DEAD)),
    )
    return [
        CountedEndpoint(
            public_id=one.public_id,
            url=one.url,
            description=one.description,
            kinds=one.kinds,
            disabled_reason=one.disabled_reason,
            waiting=one.waiting,
            dead=one.dead,
        )
        for one in counted.order_by("-id")
    ]


def own_delivery(*, organisation_ids: Collection[int], public_id: UUID) -> WebhookDelivery:
    """Return a delivery of some organisations' endpoints.

    Raises:
        UnknownDelivery: there is none, or it is another organisation's.
    """
    deliveries = WebhookDelivery.objects.select_related("endpoint", "event")
    found = deliveries.filter(
        endpoint__organisation_id__in=organisation_ids, public_id=public_id
    ).first()
    if found is None:
        message = "You have no such delivery."
        raise UnknownDelivery(message)
    return found


def delivery_page(
    *,
    organisation_id: int,
    endpoint: UUID | None = None,
    state: str = "",
    kind: str = "",
    after: UUID | None = None,
    limit: int,
) -> list[WebhookDelivery]:
    """Return an organisation's deliveries, the newest first, from behind `after` on.

    An endpoint that is another organisation's, or none, has no deliveries.

    Raises:
        UnknownDelivery: the organisation has no delivery `after`.
    """
    own = [organisation_id]
    deliveries = WebhookDelivery.objects.filter(endpoint__organisation_id=organisation_id)
    if endpoint is not None:
        deliveries = deliveries.filter(endpoint__public_id=endpoint)
    if state:
        deliveries = deliveries.filter(state=state)
    if kind:
        deliveries = deliveries.filter(event__kind=kind)
    if after is not None:
        deliveries = deliveries.filter(
            id__lt=own_delivery(organisation_ids=own, public_id=after).pk
        )
    return list(deliveries.select_related("endpoint", "event").order_by("-id")[:limit])


def attempt_page(
    *,
    delivery: WebhookDelivery,
    failure: str | None = None,
    after: int | None = None,
    limit: int,
) -> list[WebhookAttempt]:
    """Return the attempts of a delivery, the newest first, those below number `after`.

    With `failure` only those that ended so; an empty one asks for those that were taken.
    """
    attempts = WebhookAttempt.objects.filter(delivery=delivery)
    if failure is not None:
        attempts = attempts.filter(failure=failure, ended_at__isnull=False)
    if after is not None:
        attempts = attempts.filter(number__lt=after)
    return list(attempts.order_by("-number")[:limit])

"""Make a delivery of each event for each endpoint that listens to its kind."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from accounts.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from kernel.outbox import Taken
from kernel.transactions import transaction_required

# From when it happened on, an event is tried for so long.
GIVE_UP_AFTER: Final = timedelta(days=3)


@transaction_required
def schedule(events: Sequence[Taken], *, now: datetime) -> None:
    """Put the deliveries of events into the queue, in the order of the events.

    An endpoint that is disabled misses what happens meanwhile: its organisation was told.
    """
    listening = WebhookEndpoint.objects.filter(
        organisation_id__in={event.organisation_id for event in events},
        deleted_at=None,
        disabled_at=None,
    )
    endpoints = list(listening.values_list("id", "organisation_id", "kinds").order_by("id"))
    WebhookDelivery.objects.bulk_create(
        [
            waiting(endpoint_id=endpoint_id, event_id=event.id, now=now)
            for event in events
            for endpoint_id, organisation_id, kinds in endpoints
            if organisation_id == event.organisation_id and (not kinds or event.kind in kinds)
        ],
        ignore_conflicts=True,
    )


def waiting(*, endpoint_id: int, event_id: int, now: datetime) -> WebhookDelivery:
    """Return a delivery that may leave at once, not stored yet."""
    return WebhookDelivery(
        endpoint_id=endpoint_id,
        event_id=event_id,
        state=DeliveryState.WAITING,
        created_at=now,
        next_attempt_at=now,
        give_up_at=now + GIVE_UP_AFTER,
    )

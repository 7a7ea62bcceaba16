"""Events for the world outside, written in the transaction that made them true.

The table is the queue: who relays takes the oldest rows under lock, makes of them what is to be
made, and marks them, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.models import OutboxEvent
from kernel.sql import rows, statement
from kernel.transactions import transaction_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event that is to be written: `organisation_id` says who may hear it."""

    kind: str
    organisation_id: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An event in the hands of the relay."""

    id: int
    kind: str
    organisation_id: int | None
    payload: Mapping[str, Any]
    occurred_at: datetime


@transaction_required
def publish(
    *,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
    organisation_id: int | None = None,
    occurred_at: datetime | None = None,
) -> OutboxEvent:
    """Append an event (`invoice.issued`) for the organisation that may hear it.

    Raises:
        MissingTransaction: no transaction is open.
    """
    return OutboxEvent.objects.create(
        kind=kind,
        organisation_id=organisation_id,
        payload=dict(payload),
        occurred_at=occurred_at or now,
        recorded_at=now,
    )


@transaction_required
def publish_all(lines: Sequence[Line], *, now: datetime) -> None:
    """Append events in their order, in one statement.

    Raises:
        MissingTransaction: no transaction is open.
    """
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            kind=line.kind,
            organisation_id=line.organisation_id,
            payload=dict(line.payload),
            occurred_at=now,
            recorded_at=now,
        )
        for line in lines
    )


@transaction_required
def take(*, limit: int) -> list[Taken]:
    """Lock the oldest events that wait and that nobody else holds, and return them in order."""
    found = rows(statement("kernel", "take_outbox_events.sql"), limit=limit)
    events = OutboxEvent.objects.filter(id__in=[line["id"] for line in found]).order_by("id")
    return [
        Taken(
            id=event.pk,
            kind=event.kind,
            organisation_id=event.organisation_id,
            payload=event.payload,
            occurred_at=event.occurred_at,
        )
        for event in events
    ]


@transaction_required
def mark_dispatched(taken: Sequence[Taken], *, now: datetime) -> None:
    """Note that deliveries were made of events."""
    ids = [event.id for event in taken]
    OutboxEvent.objects.filter(id__in=ids).update(dispatched_at=now)

"""Events for the world outside, written in the transaction that made them true."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.models import OutboxEvent
from kernel.transactions import transaction_required


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

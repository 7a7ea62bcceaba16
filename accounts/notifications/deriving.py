"""Make notifications of events of the outbox: whoever listens as a person is told as well."""

from collections.abc import Sequence
from datetime import datetime

from accounts.events.vocabulary import EventKind
from accounts.notifications.kinds import KIND_OF_EVENT
from accounts.notifications.operations import Telling, tell
from kernel.outbox import Taken
from kernel.transactions import transaction_required


@transaction_required
def derive(events: Sequence[Taken], *, now: datetime) -> None:
    """Tell the people of an organisation of what happened to it."""
    tellings = []
    for event in events:
        kind = KIND_OF_EVENT.get(EventKind(event.kind)) if event.kind in set(EventKind) else None
        if kind is not None and event.organisation_id is not None:
            tellings.append(
                Telling(
                    kind=kind,
                    about=event.payload,
                    subject=f"event:{event.id}",
                    organisation_id=event.organisation_id,
                )
            )
    if tellings:
        tell(tellings, now=now)

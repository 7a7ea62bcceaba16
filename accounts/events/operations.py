"""Tell an event in the transaction of its effect."""

from collections.abc import Iterable
from datetime import datetime

from accounts.events.vocabulary import Event
from kernel import outbox
from kernel.audit import refuse_personal_data
from kernel.nudges import wake_after_commit
from kernel.transactions import transaction_required


@transaction_required
def emit(
    event: Event, *, organisation_id: int, now: datetime, is_one_of_many: bool = False
) -> None:
    """Write an event of an organisation in the transaction of its effect.

    Who does the same for many organisations says so, and wakes "events" once at the end.

    Raises:
        PersonalDataInAudit: it carries what looks like personal data.
        MissingTransaction: no transaction is open.
    """
    _write([(organisation_id, event)], now=now)
    if not is_one_of_many:
        wake_after_commit("events")


@transaction_required
def emit_all(told: Iterable[tuple[int, Event]], *, now: datetime) -> None:
    """Write events of organisations, in this order, in one statement.

    Raises:
        PersonalDataInAudit: one carries what looks like personal data.
        MissingTransaction: no transaction is open.
    """
    if _write(told, now=now):
        wake_after_commit("events")


def _write(told: Iterable[tuple[int, Event]], *, now: datetime) -> int:
    lines = []
    for organisation_id, event in told:
        data = event.as_data()
        refuse_personal_data(data)
        lines.append(outbox.Line(kind=event.kind, organisation_id=organisation_id, payload=data))
    if lines:
        outbox.publish_all(lines, now=now)
    return len(lines)

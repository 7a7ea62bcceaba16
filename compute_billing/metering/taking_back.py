"""Take back a part of a record because a person decided so, as any correction does.

The correction is a delivery of its own, so that "why this amount" leads to the decision.
"""

import os
import socket
from datetime import datetime
from typing import Final

from compute_billing.metering import corrections
from compute_billing.metering.context import ROOM, Context
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.models import UsageImport, UsageSource
from compute_billing.metering.verdicts import explained
from kernel.errors import DomainError
from kernel.nudges import wake_after_commit
from kernel.sql import row, statement
from kernel.transactions import transaction_required

FORMAT: Final = "decision"


class UnableToTakeBack(DomainError):
    """The span of the record cannot be taken back; the message says why."""

    code = "unable_to_take_back"


@transaction_required
def take_back(
    *,
    source: UsageSource,
    external_id: str,
    correction: str,
    span: tuple[datetime, datetime],
    origin: str,
    now: datetime,
) -> int:
    """Record a correction of a span of a record under the key `correction`; return its usage id.

    Taken back is the record's card time in the span, spread evenly over its own time.

    Raises:
        UnableToTakeBack: it was corrected there already, or its account is nobody's any more.
    """
    first = row(statement(ROOM, "conflict_first.sql"), source_id=source.pk, external_id=external_id)
    if first is None or first["account"] is None:
        message = "No account of this source belongs to the tenant of the record any more."
        raise UnableToTakeBack(message)
    delivery = UsageImport.objects.create(
        source=source,
        format=FORMAT,
        origin=origin,
        measure="",
        started_at=now,
        finished_at=now,
        host=socket.gethostname(),
        pid=os.getpid(),
        accepted=1,
    )
    started_ms, ended_ms = (int(instant.timestamp() * 1000) for instant in span)
    record = ParsedRecord(
        position=1,
        external_id=correction,
        allocation_key=first["allocation_key"],
        account=first["account"],
        cluster=first["cluster"],
        card_type=first["card_type"],
        project="",
        milli_cards=first["milli_cards"],
        started_ms=started_ms,
        ended_ms=ended_ms,
        quantity=-even_share(
            quantity=first["quantity"],
            whole=(first["started_ms"], first["ended_ms"]),
            span=(started_ms, ended_ms),
        ),
        corrects=external_id,
        licence_ref="",
        payload="",
    )
    context = Context(source=source, import_id=delivery.pk, now=now)
    taken = corrections.correct([record], context=context)
    verdict = taken.verdicts.get(record.position)
    if verdict is not None:
        _field, message = explained(verdict, record)
        raise UnableToTakeBack(message, details={"reason": verdict})
    wake_after_commit("rating")
    return int(taken.usage_ids[record.position])


def even_share(*, quantity: int, whole: tuple[int, int], span: tuple[int, int]) -> int:
    """Return the part of a record's quantity that lies in a span of its time, spread evenly.

    By cumulative differences, so that the parts of any cut sum to the whole.
    """
    length = whole[1] - whole[0]
    since, until = max(span[0], whole[0]) - whole[0], min(span[1], whole[1]) - whole[0]
    return quantity * until // length - quantity * since // length

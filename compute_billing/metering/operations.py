"""Bring usage into the books: sources, their accounts, and deliveries of records.

A delivery never fails whole: every record is accepted, a duplicate, a conflict or a reject, and
what was not accepted is stored with its reason where a person finds it.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from accounts.events.operations import emit
from accounts.events.vocabulary import UsageRejected
from compute_billing.metering.context import ROOM, Context
from compute_billing.metering.formats.record import Parsed
from compute_billing.metering.mapping import (
    Decided,
    UnableToEndMapping,
    UnableToMapAccount,
    end_mapping,
    map_account,
)
from compute_billing.metering.models import UsageImport, UsageSource
from compute_billing.metering.recording import Outcome, record_run
from compute_billing.metering.refusals import Status, revived
from compute_billing.metering.resolving import (
    ConflictResolvedAlready,
    Decision,
    UnableToCorrectConflict,
    UnknownConflict,
    resolve_conflict,
)
from compute_billing.metering.retrying import RejectFilter, ask_retry, work_on_retry
from compute_billing.metering.runs import cut
from compute_billing.metering.taking_back import UnableToTakeBack, even_share, take_back
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.nudges import wake
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

__all__ = [
    "BATCH_RECORDS_MAX",
    "ConflictResolvedAlready",
    "Decided",
    "Decision",
    "Outcome",
    "RejectFilter",
    "Status",
    "UnableToCorrectConflict",
    "UnableToEndMapping",
    "UnableToMapAccount",
    "UnableToOpenSource",
    "UnableToTakeBack",
    "UnknownConflict",
    "ask_retry",
    "end_mapping",
    "even_share",
    "finish_import",
    "map_account",
    "open_source",
    "record_batch",
    "resolve_conflict",
    "retry_rejected",
    "start_import",
    "take_back",
    "work_on_retry",
]

BATCH_RECORDS_MAX: Final = 10_000


class UnableToOpenSource(DomainError):
    """Another source has this code."""

    code = "source_code_taken"


@transaction_if_not_already()
def open_source(
    *,
    code: str,
    name: str,
    cluster_id: int,
    card_type: str = "",
    time_zone: str = "UTC",
    now: datetime,
) -> UsageSource:
    """Register a reporter of usage, with what its reports leave unsaid.

    Raises:
        UnableToOpenSource: the code is taken.
    """
    taken = UnableToOpenSource(f"There is a usage source {code} already: choose another code.")
    with constraint_errors({"metering_usage_source_code_key": taken}):
        return UsageSource.objects.create(
            code=code,
            name=name,
            default_cluster_id=cluster_id,
            default_card_type=card_type,
            time_zone=time_zone,
            created_at=now,
        )


@transaction
def start_import(
    *, source: UsageSource, format_name: str, origin: str, measure: str, now: datetime
) -> UsageImport:
    """Note that a delivery begins, and in which process."""
    UsageSource.objects.filter(pk=source.pk).update(last_seen_at=now)
    return UsageImport.objects.create(
        source=source,
        format=format_name,
        origin=origin,
        measure=measure,
        started_at=now,
        host=socket.gethostname(),
        pid=os.getpid(),
    )


@transaction
def finish_import(*, import_id: int, now: datetime) -> None:
    """Note that the delivery was read to its end; its operator hears of what was refused."""
    open_imports = UsageImport.objects.filter(pk=import_id, finished_at=None)
    if open_imports.update(finished_at=now):
        _tell_refusals(import_id=import_id, now=now)


@transaction_required
def _tell_refusals(*, import_id: int, now: datetime) -> None:
    found = UsageImport.objects.select_related("source__default_cluster__centre")
    finished = found.get(pk=import_id)
    if finished.rejected or finished.conflict:
        refused = UsageRejected(
            source=finished.source.code,
            import_id=finished.public_id,
            accepted=finished.accepted,
            duplicate=finished.duplicate,
            conflict=finished.conflict,
            rejected=finished.rejected,
        )
        operator_id = finished.source.default_cluster.centre.operator_id
        emit(refused, organisation_id=operator_id, now=now)


def record_batch(
    parsed: Sequence[Parsed], *, source: UsageSource, import_id: int, now: datetime
) -> Outcome:
    """Record up to BATCH_RECORDS_MAX parsed records; one bad record costs no other anything.

    Equal records sent again change nothing. Each run of like records is one transaction.
    """
    context = Context(source=source, import_id=import_id, now=now)
    outcome = Outcome()
    for run in cut(parsed):
        outcome.add(record_run(run, context=context))
    if outcome.accepted:
        wake("rating")
    return outcome


def retry_rejected(*, source: UsageSource, now: datetime, page: int = BATCH_RECORDS_MAX) -> Outcome:
    """Try every readable reject of a source again, now that what they lacked may exist.

    Two retries at once share the rejects between them. What was settled is counted with the
    delivery in which it came.
    """
    outcome = Outcome()
    for waiting in _waiting_rejects(source_id=source.pk, page=page):
        for import_id, rejects in groupby(waiting, key=itemgetter("import_id")):
            context = Context(source=source, import_id=import_id, now=now)
            parsed = [revived(reject["parsed"], payload=reject["payload"]) for reject in rejects]
            for run in cut(parsed):
                outcome.count(record_run(run, context=context, is_retry=True))
    if outcome.accepted:
        wake("rating")
    return outcome


def _waiting_rejects(*, source_id: int, page: int) -> Iterator[list[dict[str, Any]]]:
    after = {"import_id": 0, "position": -1}
    text = statement(ROOM, "waiting_rejects.sql")
    while waiting := rows(text, source_id=source_id, limit=page, **after):
        yield waiting
        after = {name: waiting[-1][name] for name in after}

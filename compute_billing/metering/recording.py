"""Record one run of a delivery in one transaction: what stands, what does not, and the counts."""

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from django.db import DataError, IntegrityError
from django.db.models import F
from django.db.models.functions import Greatest

from compute_billing.metering import appending, corrections, refusals
from compute_billing.metering.appending import Appended
from compute_billing.metering.candidates import is_storable, milliseconds, moment
from compute_billing.metering.context import Context
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.judging import PolledTwice
from compute_billing.metering.models import UsageImport
from compute_billing.metering.refusals import DUPLICATE, Status
from compute_billing.metering.runs import Run
from kernel.transactions import transaction

# What a value that no column can keep makes of rendering it, or of the statement.
NOT_STORABLE_ERRORS: Final = (
    DataError,
    IntegrityError,
    psycopg.DataError,
    psycopg.IntegrityError,
    OverflowError,
    ValueError,
    struct.error,
)
SETTLED: Final = frozenset({"duplicate", "conflict"})


@dataclass(slots=True)
class Outcome:
    """What became of records; `statuses` names by position those that were not accepted."""

    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    statuses: dict[int, Status] = field(default_factory=dict)

    def count(self, other: "Outcome") -> None:
        """Take the counts of another part of a delivery in."""
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.conflict += other.conflict
        self.rejected += other.rejected
        self.reasons.update(other.reasons)

    def as_document(self) -> dict[str, Any]:
        """Return the counts as commands and the API tell them."""
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "conflict": self.conflict,
            "rejected": self.rejected,
            "reasons": dict(sorted(self.reasons.items())),
        }

    def add(self, other: "Outcome") -> None:
        """Take another part of a batch in, with the status of each of its records."""
        self.count(other)
        self.statuses.update(other.statuses)


def record_run(run: Run, *, context: Context, is_retry: bool = False) -> Outcome:
    """Record a run; a record that no column can keep costs the others nothing but a second try."""
    if not (run.records or run.rejects or run.idle):
        return Outcome()
    try:
        return _record(run, unstorable=(), context=context, is_retry=is_retry)
    except PolledTwice as polled:
        outcome = Outcome()
        for piece in run.between_records_of(polled.jobs):
            outcome.add(record_run(piece, context=context, is_retry=is_retry))
        return outcome
    except NOT_STORABLE_ERRORS:
        unstorable = [record for record in run.records if not is_storable(record)]
        if not unstorable:
            raise
    run.records = [record for record in run.records if is_storable(record)]
    return _record(run, unstorable=unstorable, context=context, is_retry=is_retry)


@transaction
def _record(
    run: Run, *, unstorable: Sequence[ParsedRecord], context: Context, is_retry: bool
) -> Outcome:
    if is_retry:
        _leave_what_others_try(run, context=context)
    appended = _append(run, context=context)
    outcome = _outcome(run, appended.verdicts, unstorable)
    not_accepted = [record for record in run.records if record.position in appended.verdicts]
    if not_accepted or unstorable or run.rejects:
        _store_refusals(run, not_accepted, unstorable, appended.verdicts, context=context)
    if is_retry:
        _settle_rejects(run, appended, context=context)
    _count(outcome, run, context=context, retried=len(run.records) if is_retry else 0)
    return outcome


def _append(run: Run, *, context: Context) -> Appended:
    if not run.records:
        return Appended()
    if run.is_correction:
        return corrections.correct(run.records, context=context)
    return appending.append(run.records, context=context, polled=run.polls.keys())


def _outcome(run: Run, verdicts: dict[int, str], unstorable: Sequence[ParsedRecord]) -> Outcome:
    outcome = Outcome(accepted=len(run.records) - len(verdicts))
    for reject in run.rejects:
        outcome.statuses[reject.position] = refusals.status_of_reject(reject)
    for record in unstorable:
        outcome.statuses[record.position] = refusals.status_of("not_storable", record)
    for record in run.records if verdicts else ():
        verdict = verdicts.get(record.position)
        if verdict is not None:
            outcome.statuses[record.position] = refusals.status_of(verdict, record)
    for position in run.idle:
        outcome.statuses[position] = DUPLICATE
    kinds = Counter(status.status for status in outcome.statuses.values())
    outcome.duplicate, outcome.conflict = kinds["duplicate"], kinds["conflict"]
    outcome.rejected = kinds["rejected"]
    outcome.reasons = Counter(
        status.reason for status in outcome.statuses.values() if status.status == "rejected"
    )
    return outcome


def _store_refusals(
    run: Run,
    not_accepted: Sequence[ParsedRecord],
    unstorable: Sequence[ParsedRecord],
    verdicts: dict[int, str],
    *,
    context: Context,
) -> None:
    conflicts = [r for r in not_accepted if verdicts[r.position] == "conflict"]
    refusals.store_conflicts(conflicts, context=context)
    stored = [refusals.reject_row(reject, None, context=context) for reject in run.rejects]
    for record in unstorable:
        refused = refusals.refused(record, "not_storable")
        stored.append(refusals.reject_row(refused, None, context=context))
    for record in not_accepted:
        verdict = verdicts[record.position]
        if verdict not in SETTLED:
            readable = run.polls.get(record.position, record)
            refused = refusals.refused(record, verdict, external_id=readable.external_id)
            stored.append(refusals.reject_row(refused, readable, context=context))
    refusals.store_rejects(stored)


def _leave_what_others_try(run: Run, *, context: Context) -> None:
    """Keep in a retried run only those rejects that are open still and that nobody else tries."""
    positions = [record.position for record in run.records] + run.idle
    own = refusals.lock_rejects(positions, import_id=context.import_id)
    run.records = [record for record in run.records if record.position in own]
    run.polls = {position: poll for position, poll in run.polls.items() if position in own}


def _settle_rejects(run: Run, appended: Appended, *, context: Context) -> None:
    """Close what is in the books now, or stands against them as a conflict."""
    settled: dict[int, int | None] = dict(appended.usage_ids)
    for position, verdict in appended.verdicts.items():
        if verdict in SETTLED:
            settled[position] = None
    external_ids = {record.position: record.external_id for record in run.records}
    refusals.resolve_rejects(settled, external_ids, context=context)


def _count(outcome: Outcome, run: Run, *, context: Context, retried: int) -> None:
    """Count the run with its delivery; what is retried was counted as rejected before."""
    newest_use_at = _newest_use(run, now=context.now)
    told: dict[str, Any] = {}
    if newest_use_at is not None:
        told["newest_use_at"] = Greatest("newest_use_at", newest_use_at)
    UsageImport.objects.filter(pk=context.import_id).update(
        accepted=F("accepted") + outcome.accepted,
        duplicate=F("duplicate") + outcome.duplicate,
        conflict=F("conflict") + outcome.conflict,
        rejected=F("rejected") + outcome.rejected - retried,
        **told,
    )


def _newest_use(run: Run, *, now: datetime) -> datetime | None:
    """Return the latest end of use that the run tells of; a wrong clock's future is left out."""
    now_ms = milliseconds(now)
    ends = (record.ended_ms for record in run.records if 0 < record.ended_ms <= now_ms)
    newest = max(ends, default=None)
    return None if newest is None else moment(newest)

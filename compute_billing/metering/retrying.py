"""Try rejects again because somebody asked for it: page by page by a worker, with its progress.

Which rejects a run means is fixed when it is asked for. A page is tried record by record as ever,
so that two workers, or one that was killed, cost nothing but a second try.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db.models import F

from compute_billing.metering.context import ROOM, Context
from compute_billing.metering.locks import lock_source
from compute_billing.metering.models import RetryRun, UsageSource
from compute_billing.metering.queries import operator_of_source
from compute_billing.metering.recording import Outcome, record_run
from compute_billing.metering.refusals import revived
from compute_billing.metering.runs import cut
from kernel import audit
from kernel.audit import Actor
from kernel.nudges import wake, wake_after_commit
from kernel.sql import row, rows, statement
from kernel.transactions import transaction

PAGE_REJECTS: Final = 500
# A worker that was killed leaves its run to others after this long.
LEASE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectFilter:
    """Which open rejects of a source are meant; '' asks for any, `reject_ids` for these alone."""

    reason: str = ""
    field: str = ""
    account: str = ""
    reject_ids: Sequence[int] | None = None


EVERY_REJECT: Final = RejectFilter()


@transaction
def ask_retry(
    *, source_id: int, actor: Actor, now: datetime, wanted: RejectFilter = EVERY_REJECT
) -> RetryRun:
    """Ask for the readable rejects of a source to be tried again; a worker does it.

    What waits for a worker already is not asked for twice: the run that stands is returned. With
    nothing to try the run is over at once.
    """
    lock_source(source_id)
    open_run = _open_run(source_id=source_id, wanted=wanted)
    if open_run is not None:
        return open_run
    found = rows(
        statement(ROOM, "retry_extent.sql"),
        source_id=source_id,
        reason=wanted.reason,
        field=wanted.field,
        account=wanted.account,
        rejects=None if wanted.reject_ids is None else list(wanted.reject_ids),
    )[0]
    asked = RetryRun.objects.create(
        source_id=source_id,
        reason=wanted.reason,
        field=wanted.field,
        account=wanted.account,
        rejects=None if wanted.reject_ids is None else list(wanted.reject_ids),
        newest_reject_id=found["newest_reject_id"],
        total=found["total"],
        asked_at=now,
        finished_at=None if found["total"] else now,
    )
    audit.record(
        action="metering.ask_retry",
        object_type="retry_run",
        object_id=asked.pk,
        actor=actor,
        now=now,
        organisation_id=operator_of_source(source_id=source_id),
        detail={"source": source_id, "reason": wanted.reason, "rejects": asked.total},
    )
    wake_after_commit("retries")
    return asked


def _open_run(*, source_id: int, wanted: RejectFilter) -> RetryRun | None:
    if wanted.reject_ids is not None:
        return None
    return RetryRun.objects.filter(
        source_id=source_id,
        reason=wanted.reason,
        field=wanted.field,
        account=wanted.account,
        rejects=None,
        finished_at=None,
        after_reject_id=0,
    ).first()


def work_on_retry(*, now: datetime, page: int = PAGE_REJECTS) -> bool:
    """Try one page of the oldest run that no other worker holds; say whether there was one."""
    with transaction():
        claimed = row(statement(ROOM, "claim_retry.sql"), now=now, leased_until=now + LEASE)
    if claimed is None:
        return False
    waiting = rows(statement(ROOM, "retry_page.sql"), run_id=claimed["id"], limit=page)
    outcome = _tried(waiting, source=UsageSource.objects.get(pk=claimed["source_id"]), now=now)
    _note_progress(claimed["id"], waiting, outcome, is_over=len(waiting) < page, now=now)
    if outcome.accepted:
        wake("rating")
    return True


def _tried(waiting: Sequence[dict[str, Any]], *, source: UsageSource, now: datetime) -> Outcome:
    outcome = Outcome()
    for import_id, rejects in groupby(waiting, key=itemgetter("import_id")):
        context = Context(source=source, import_id=import_id, now=now)
        parsed = [revived(reject["parsed"], payload=reject["payload"]) for reject in rejects]
        for run in cut(parsed):
            outcome.count(record_run(run, context=context, is_retry=True))
    return outcome


@transaction
def _note_progress(
    run_id: int,
    waiting: Sequence[dict[str, Any]],
    outcome: Outcome,
    *,
    is_over: bool,
    now: datetime,
) -> None:
    """Say how far the run came, and give it back: the next page may be another worker's."""
    told = {"after_reject_id": waiting[-1]["id"]} if waiting else {}
    RetryRun.objects.filter(pk=run_id).update(
        tried=F("tried") + len(waiting),
        accepted=F("accepted") + outcome.accepted,
        duplicate=F("duplicate") + outcome.duplicate,
        conflict=F("conflict") + outcome.conflict,
        rejected=F("rejected") + outcome.rejected,
        leased_until=None,
        finished_at=now if is_over else None,
        **told,
    )

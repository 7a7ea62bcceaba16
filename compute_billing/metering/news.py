"""The short way into the books, for records of which nothing is known yet.

They are COPYed straight into the four tables. The unique keys are the judges: what is known after
all violates one, and then nothing of the attempt stays.
"""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Final

import psycopg

from compute_billing.metering import rendering
from compute_billing.metering.candidates import Candidate
from compute_billing.metering.context import ROOM, Context, Document, copy_each
from kernel.sql import row, statement
from kernel.transactions import savepoint

# So many keys of a batch are looked up before it is taken for news.
SAMPLE_KEYS: Final = 8

by_allocation_key = attrgetter("record.allocation_key")
by_external_id = attrgetter("record.external_id")


def append_news(candidates: Sequence[Candidate], *, context: Context) -> bool:
    """Append all of the candidates, or none; say which.

    Keys go in in bytewise order, as everywhere, so that no two writers wait for each other.
    """
    if not _may_be_news(candidates, context=context):
        return False
    for candidate in candidates:
        candidate.allocation_id = candidate.usage_id
    try:
        with savepoint():
            copy_into_books(candidates, context=context, makes_allocations=True)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def _may_be_news(candidates: Sequence[Candidate], *, context: Context) -> bool:
    """Say whether no job comes twice, none is polled, and a sample of them is not known."""
    if any(candidate.is_running for candidate in candidates):
        return False
    jobs = {candidate.record.allocation_key for candidate in candidates}
    ids = {candidate.record.external_id for candidate in candidates}
    if len(jobs) < len(candidates) or len(ids) < len(candidates):
        return False
    step = max(1, len(candidates) // SAMPLE_KEYS)
    sample = [candidate.record.allocation_key for candidate in candidates[::step]]
    parameters = {"source_id": context.source.pk, "keys": sample}
    return row(statement(ROOM, "any_known_job.sql"), **parameters) is None


def copy_into_books(
    candidates: Sequence[Candidate], *, context: Context, makes_allocations: bool = False
) -> None:
    """COPY numbered candidates into the books; keys that are known violate their constraint."""
    source_id, month = context.source.pk, context.recorded_month
    jobs = sorted(candidates, key=by_allocation_key) if makes_allocations else ()
    ids = sorted(candidates, key=by_external_id)
    documents: list[Document] = [
        ("copy_keys.sql", partial(rendering.keys, ids, source_id=source_id, recorded_month=month)),
        (
            "copy_records.sql",
            partial(
                rendering.records,
                candidates,
                source_id=source_id,
                import_id=context.import_id,
                recorded_month=month,
                now=context.now,
            ),
        ),
        ("copy_pending.sql", partial(rendering.pending, candidates, recorded_month=month)),
    ]
    if makes_allocations:
        made = partial(rendering.allocations, jobs, source_id=source_id)
        documents.insert(0, ("copy_allocations.sql", made))
    copy_each(documents)

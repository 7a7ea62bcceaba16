"""The long way into the books: every record is judged before what stands is written.

COPY into a work table, known keys, allocations made and locked, polls cut into slices, keys
claimed, net coverage. Each statement is a file in `sql/`; this module only runs them in order.
"""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from django.db import connection

from compute_billing.metering import rendering
from compute_billing.metering.candidates import Candidate
from compute_billing.metering.context import ROOM, Context, run
from compute_billing.metering.coverage import Signed, Wanted, refused_in_turn
from kernel.sql import execute, row, rows, statement
from kernel.transactions import savepoint


class PolledTwice(Exception):
    """Jobs that are metered in slices have several records here, and each moves the frontier."""

    def __init__(self, jobs: AbstractSet[str]) -> None:
        """Name the allocation keys, for the run to be cut between their records."""
        super().__init__(jobs)
        self.jobs = jobs


class _CoveredTwice(Exception):
    """Some instant would be covered twice; the claims must be given back."""


def append_judged(candidates: Sequence[Candidate], *, context: Context) -> dict[int, str]:
    """Append those of the candidates that stand; return the verdict on the others.

    Raises:
        PolledTwice: the run must be cut first.
    """
    _stage(candidates)
    _judge(context)
    try:
        with savepoint():
            claim(context)
            _refuse_double_coverage()
    except _CoveredTwice:
        _judge_in_turn(context)
        claim(context)
    write(context)
    return verdicts()


def _stage(candidates: Sequence[Candidate]) -> None:
    run("stage_tables.sql")
    with (
        connection.cursor() as cursor,
        cursor.copy(statement(ROOM, "copy_candidates.sql")) as copy,
    ):
        copy.write(rendering.staged(candidates))
    execute("ANALYZE usage_candidate")


def _judge(context: Context) -> None:
    """Say what is wrong with single records; lock the allocations of those that may stand."""
    source_id = context.source.pk
    run("judge_known_keys.sql", source_id=source_id)
    run("make_allocations.sql", source_id=source_id)
    if not run("lock_known_allocations.sql", source_id=source_id):
        return
    # Whoever held those locks may have claimed keys meanwhile.
    run("judge_known_keys.sql", source_id=source_id)
    run("refuse_foreign_allocations.sql")
    _refuse_several_of_polled_jobs()
    run("judge_late_polls.sql")
    run("trim_to_frontier.sql")
    run("name_slices.sql")


def _refuse_several_of_polled_jobs() -> None:
    jobs = {found["allocation_key"] for found in rows(statement(ROOM, "polled_twice.sql"))}
    if jobs:
        raise PolledTwice(jobs)


def claim(context: Context) -> None:
    """Claim the keys of what stands; who comes second is a duplicate or a conflict."""
    standing = row(statement(ROOM, "count_standing.sql"))
    claimed = run(
        "claim_keys.sql", source_id=context.source.pk, recorded_month=context.recorded_month
    )
    if standing is not None and claimed < standing["standing"]:
        run("judge_known_keys.sql", source_id=context.source.pk)


def _refuse_double_coverage() -> None:
    if row(statement(ROOM, "find_uncovered.sql")) is not None:
        raise _CoveredTwice


def _judge_in_turn(context: Context) -> None:
    """Take the run's records one after the other, as if each had come alone."""
    known = {
        found["external_id"]: bytes(found["payload_hash"])
        for found in rows(statement(ROOM, "standing_keys.sql"), source_id=context.source.pk)
    }
    recorded: defaultdict[int, list[Signed]] = defaultdict(list)
    for found in rows(statement(ROOM, "recorded_intervals.sql")):
        signed = Signed(found["sign"], found["started_ms"], found["ended_ms"])
        recorded[found["allocation_id"]].append(signed)
    wanted = [
        Wanted(**{**found, "payload_hash": bytes(found["payload_hash"])})
        for found in rows(statement(ROOM, "standing_records.sql"))
    ]
    set_verdicts(refused_in_turn(wanted, recorded=recorded, known=known))


def set_verdicts(refused: dict[int, str]) -> None:
    """Refuse the records at these positions."""
    run("set_verdicts.sql", positions=list(refused), verdicts=list(refused.values()))


def write(context: Context) -> None:
    """Append what stands, with its place in the queue of rating, and advance the frontiers."""
    run(
        "append_records.sql",
        recorded_month=context.recorded_month,
        source_id=context.source.pk,
        import_id=context.import_id,
        now=context.now,
    )
    run("append_pending.sql", recorded_month=context.recorded_month)
    run("advance_allocations.sql")


def verdicts() -> dict[int, str]:
    """Return the verdict on each position that was not appended; leave no empty allocation."""
    refused = {
        found["position"]: found["verdict"] for found in rows(statement(ROOM, "verdicts.sql"))
    }
    if refused:
        run("end_allocations.sql")
        run("mend_new_allocations.sql")
        run("drop_empty_allocations.sql")
    return refused

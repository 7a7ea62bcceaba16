"""Read the books as an auditor: whether the laws are kept, and where an amount comes from."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from compute_billing.audit.laws import LAWS, ROOM, Law, Look, Offender
from kernel.errors import DomainError
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction

OFFENDERS_MAX: Final = 20
TRACE_LINES_MAX: Final = 10_000
NANOSECONDS_PER_MILLISECOND: Final = 1_000_000
SCOPE: Final = (
    "scope_charged.sql",
    "scope_shared.sql",
    "scope_metered.sql",
    "scope_closed.sql",
    "scope.sql",
    "scope_tiers.sql",
)
POSTING_COLUMNS: Final = (
    "posting_id",
    "transaction_id",
    "kind",
    "reference",
    "unit",
    "posted",
    "occurred_at",
    "recorded_at",
    "run_id",
    "source_owner",
    "source_kind",
    "source_subject",
    "destination_owner",
    "destination_kind",
    "destination_subject",
    "line_count",
    "line_total",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one law: it holds when there is no offender. Time in milliseconds."""

    law: Law
    offenders: Sequence[Offender]
    milliseconds: int

    @property
    def holds(self) -> bool:
        """Say whether nothing breaks the law."""
        return not self.offenders


class UnknownLaw(DomainError):
    """There is no law of this name."""

    code = "unknown_law"


def law_by_name(name: str) -> Law:
    """Return the law.

    Raises:
        UnknownLaw: there is none of this name.
    """
    for law in LAWS:
        if law.name == name:
            return law
    message = f"There is no law {name!r}: they are {', '.join(law.name for law in LAWS)}."
    raise UnknownLaw(message, details={"law": name})


def verify_books(
    *,
    laws: Sequence[Law] = LAWS,
    full: bool = False,
    progress: Callable[[Verdict], object] | None = None,
) -> list[Verdict]:
    """Ask every law what breaks it, all of them of one snapshot of the books.

    Closed months are vouched for by their sums and sealed totals, and are looked at row by row
    only where those disagree; `full` looks at every row. `progress` is told each verdict.
    """
    verdicts = []
    with _one_snapshot():
        look = _look(full=full)
        for law in laws:
            verdict = _judge(law, look)
            verdicts.append(verdict)
            if progress is not None:
                progress(verdict)
    return verdicts


def _look(*, full: bool) -> Look:
    """Make the work tables that say what is looked at."""
    for name in SCOPE:
        execute(statement(ROOM, name), full=full)
    months = rows("SELECT DISTINCT recorded_month FROM verify_scope ORDER BY recorded_month")
    return Look(
        full=full, months=tuple(row["recorded_month"] for row in months), limit=OFFENDERS_MAX
    )


def _judge(law: Law, look: Look) -> Verdict:
    started = time.perf_counter_ns()
    offenders = law.question(look)
    elapsed = time.perf_counter_ns() - started
    return Verdict(
        law=law, offenders=offenders, milliseconds=elapsed // NANOSECONDS_PER_MILLISECOND
    )


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Let all questions see the same books while others go on writing."""
    is_outermost = not connection.in_atomic_block
    with transaction():
        if is_outermost:
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        execute("SET LOCAL work_mem = '128MB'")
        execute("SET LOCAL jit = off")
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A posting, and the shares it consists of, each down to the line of a file.

    `line_count` and `line_total` in `posting` are of all lines, also of those beyond the limit.
    """

    posting: dict[str, Any]
    lines: Sequence[dict[str, Any]]


class UnknownPosting(DomainError):
    """There is no posting of this number."""

    code = "unknown_posting"


def trace(*, posting_id: int, limit: int = TRACE_LINES_MAX) -> Trace:
    """Follow a posting through shares and charges to the source lines, in one query.

    Raises:
        UnknownPosting: there is none of this number.
    """
    found = rows(statement(ROOM, "trace.sql"), posting_id=posting_id, limit=max(limit, 1))
    if not found:
        message = f"There is no posting {posting_id}."
        raise UnknownPosting(message, details={"posting_id": posting_id})
    posting = {name: found[0][name] for name in POSTING_COLUMNS}
    lines = [
        {name: value for name, value in line.items() if name not in posting}
        for line in found
        if line["charge_id"] is not None
    ]
    return Trace(posting=posting, lines=lines[:limit])

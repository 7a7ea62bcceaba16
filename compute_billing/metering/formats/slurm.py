"""What a run of a Slurm job means as usage: shared by sacct's text and its JSON.

The traps here change money (sources: sacct(1), as_mysql_jobacct_process.c, real outputs):
elapsed excludes suspension, so that card-time is cards x elapsed and not cards x (end - start);
a typed GRES is reported beside its untyped sum; `billing` is a weight, never cards; a requeued
job repeats its id, so that a run is named by its start.
"""

import re
from collections.abc import Iterable
from typing import Final, NoReturn

import msgspec

from compute_billing.metering.formats.reasons import UnableToReadRow
from compute_billing.metering.formats.record import (
    CORE_TYPE,
    Measure,
    Parsed,
    ParsedRecord,
    RunningObservation,
)
from compute_billing.metering.formats.stated import (
    fitting,
    may_hold_bad_names,
    refuse_bad_names,
    refuse_interval,
    refuse_missing_time,
)
from kernel.quantities import MILLI_CARDS_MAX, MILLI_PER_CARD

# Base states of a job that has not ended; every other one has (sacct(1), JOB STATE CODES).
UNFINISHED: Final = frozenset({"RUNNING", "SUSPENDED", ""})
NEVER_STARTED: Final = "PENDING"
CARD_KINDS: Final = ("gpu", "npu")

# A job that asked for cards, told from its submit line or from the old GRES columns.
_ASKS_FOR_CARDS: Final = re.compile(
    r"--gpus(?:-per-(?:node|task|socket))?[= ](?:[\w.-]+:)?[1-9]"
    r"|(?:^|\s)-G[= ]?(?:[\w.-]+:)?[1-9]"
    r"|(?:--gres[= ]|gres[/:]|^|[,(])(?:gpu|npu)(?:[:=(]|$)"
)

Meters = tuple[tuple[str, int], ...]
"""(card type, milli-cards) for each kind of card that a job holds at once."""


class Run(msgspec.Struct, frozen=True, gc=False):
    """One run of one job, as either form of sacct tells it; lengths and instants in ms."""

    position: int
    payload: str
    job: str
    cluster: str
    account: str
    state: str
    started_ms: int | None
    ended_ms: int | None
    elapsed_ms: int | None
    suspended_ms: int | None


def asks_for_cards(text: str) -> bool:
    """Whether a submit line, a TRES or a GRES text asks for GPUs or NPUs."""
    return _ASKS_FOR_CARDS.search(text) is not None


def run_name(*, cluster: str, job: str, started_ms: int | None = None) -> str:
    """Name a run: cluster/job/start, the start in seconds since 1970; without one, the job."""
    name = f"{cluster}/{job}" if cluster else job
    return name if started_ms is None else f"{name}/{started_ms // 1000}"


def card_meters(counts: Iterable[tuple[str, int]], *, default_type: str) -> Meters:
    """Count cards by type from (GRES name, count) pairs such as ("gpu:a100", 4), ("gpu", 4).

    The untyped entry is the sum of the typed ones: cards are counted once, and what no type
    covers keeps the default type. Typed entries alone are summed.
    """
    by_type: dict[str, int] = {}
    for kind in CARD_KINDS:
        named = {name: count for name, count in counts if name.partition(":")[0] == kind}
        typed = {name.partition(":")[2]: count for name, count in named.items() if ":" in name}
        total = named.get(kind, sum(typed.values()))
        if sum(typed.values()) > total:
            message = f"Typed {kind}s {typed} are more than the {total} {kind}s of the job."
            raise UnableToReadRow("malformed_cards", "AllocTRES", message)
        typed[""] = typed.get("", 0) + total - sum(typed.values())
        for card_type, count in typed.items():
            by_type[card_type or default_type] = by_type.get(card_type or default_type, 0) + count
    if sum(by_type.values()) * MILLI_PER_CARD > MILLI_CARDS_MAX:
        raise UnableToReadRow("malformed_cards", "AllocTRES", f"{by_type} are absurdly many cards.")
    return tuple((name, count * MILLI_PER_CARD) for name, count in sorted(by_type.items()) if count)


def core_meters(cores: int) -> Meters:
    """Meter cores under the type `cpu_core`."""
    return ((CORE_TYPE, cores * MILLI_PER_CARD),) if cores else ()


def is_not_usage_yet(run: Run) -> bool:
    """Whether a job waits: it has no usage, and nothing about it wants mending."""
    return run.state == NEVER_STARTED and run.ended_ms is None


def usage_of_run(
    run: Run, *, meters: Meters, measure: Measure, asked_for_cards: bool
) -> tuple[Parsed, ...]:
    """Return the run's records (one per card type), or polls while it runs; () when no usage.

    A running job without cards yields nothing: the verdict falls when it has ended.

    Raises:
        UnableToReadRow: the run is no usage, with the reason.
    """
    if not run.job:
        raise UnableToReadRow("missing_external_id", "JobIDRaw", "The row has no job id.")
    if not run.account:
        raise UnableToReadRow("missing_account", "Account", "The job names no account.")
    if may_hold_bad_names(run.payload):
        refuse_bad_names((run.job + run.cluster, run.account, *(name for name, _ in meters)))
    running = run.ended_ms is None and run.started_ms is not None and run.state in UNFINISHED
    if not meters:
        if running and not asked_for_cards:
            return ()
        _refuse_no_cards(run, measure=measure, asked_for_cards=asked_for_cards)
    if running:
        return _observations(run, meters, measure)
    return _records(run, meters, measure)


def _refuse_no_cards(run: Run, *, measure: Measure, asked_for_cards: bool) -> NoReturn:
    if asked_for_cards and run.started_ms is not None and run.started_ms != run.ended_ms:
        message = (
            "The job asked for GPUs or NPUs and ran, but its accounting shows none: set "
            "AccountingStorageTRES=gres/gpu (or gres/npu) in slurm.conf, and report this job "
            "by CSV."
        )
        raise UnableToReadRow("cards_not_reported", "AllocTRES", message)
    message = f"The job held no {measure}."
    raise UnableToReadRow("zero_cards", "AllocTRES", message)


def _key(run: Run, meters: Meters, card_type: str, measure: Measure) -> str:
    name = run_name(cluster=run.cluster, job=run.job, started_ms=run.started_ms)
    return f"{name}/{measure}" if len(meters) == 1 else f"{name}/{measure}:{card_type}"


def _records(run: Run, meters: Meters, measure: Measure) -> tuple[Parsed, ...]:
    if run.started_ms is None or run.ended_ms is None:
        refuse_missing_time(run.started_ms, run.ended_ms)
    if run.ended_ms <= run.started_ms:
        refuse_interval(run.started_ms, run.ended_ms)
    if run.state in {"RUNNING", "SUSPENDED"}:
        message = (
            f"The job is {run.state} and yet has an end: its times were cut to the query's "
            "window. Pull again without -T/--truncate."
        )
        raise UnableToReadRow("truncated_times", "End", message)
    run_ms = _run_ms(run, run.ended_ms - run.started_ms)
    keys = [(_key(run, meters, name, measure), name, cards) for name, cards in meters]
    return tuple(
        ParsedRecord(
            run.position,
            key,
            key,
            run.account,
            run.cluster,
            card_type,
            "",
            cards,
            run.started_ms,
            run.ended_ms,
            fitting(cards * run_ms),
            "",
            "",
            run.payload,
        )
        for key, card_type, cards in keys
    )


def _run_ms(run: Run, span: int) -> int:
    """Return for how long the job really ran: without suspension."""
    run_ms = span - (run.suspended_ms or 0) if run.elapsed_ms is None else run.elapsed_ms
    if not 0 <= run_ms <= span:
        message = (
            f"The job ran for {run_ms} ms, but end - start is {span} ms: were the times printed "
            "in another zone than the one they are read in, or cut with -T?"
        )
        raise UnableToReadRow("quantity_exceeds_interval", "ElapsedRaw", message)
    if not run_ms:
        raise UnableToReadRow("zero_quantity", "ElapsedRaw", "The job ran for 0 seconds.")
    return run_ms


def _observations(run: Run, meters: Meters, measure: Measure) -> tuple[Parsed, ...]:
    """Return polls; the poll's instant follows from sacct's elapsed = now - start - suspended."""
    if run.elapsed_ms is None or run.started_ms is None:
        message = "A running job tells no elapsed time: add ElapsedRaw to the columns."
        raise UnableToReadRow("missing_elapsed", "ElapsedRaw", message)
    observed_ms = run.started_ms + run.elapsed_ms + (run.suspended_ms or 0)
    keys = [(_key(run, meters, name, measure), name, cards) for name, cards in meters]
    return tuple(
        RunningObservation(
            position=run.position,
            external_id=key,
            allocation_key=key,
            account=run.account,
            cluster=run.cluster,
            card_type=card_type,
            project="",
            milli_cards=cards,
            started_ms=run.started_ms,
            observed_ms=observed_ms,
            elapsed_ms=run.elapsed_ms,
            licence_ref="",
            payload=run.payload,
        )
        for key, card_type, cards in keys
    )

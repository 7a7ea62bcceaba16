"""`sacct --json` and slurmrestd's job lists (`/slurmdb/…/jobs`), Slurm 21.08 to 25.11.

The shape moved between versions: a state is a string or a list, a number may be wrapped in
{"set", "infinite", "number"}, an unknown time is 0 or null, names are null or "".
"""

from collections.abc import Iterator
from typing import Any, Final, TextIO

import msgspec

from compute_billing.metering.formats.json_documents import decode_document
from compute_billing.metering.formats.lines import read_document, refuse_undecodable, reject
from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.record import Parsed, ParseOptions
from compute_billing.metering.formats.slurm import (
    CARD_KINDS,
    Meters,
    Run,
    asks_for_cards,
    card_meters,
    core_meters,
    is_not_usage_yet,
    run_name,
    usage_of_run,
)
from compute_billing.metering.formats.values import epoch_ms


class _Number(msgspec.Struct):
    set: bool = True
    infinite: bool = False
    number: int | None = None


_Whole = int | _Number | None


class _State(msgspec.Struct):
    current: str | list[str] | None = None


class _Time(msgspec.Struct):
    start: _Whole = None
    end: _Whole = None
    elapsed: _Whole = None
    suspended: _Whole = None


class _Tres(msgspec.Struct):
    type: str | None = None
    name: str | None = None
    count: _Whole = None


class _TresLists(msgspec.Struct):
    allocated: list[_Tres] = []
    requested: list[_Tres] | dict[str, Any] = []


class _Association(msgspec.Struct):
    account: str | None = None
    cluster: str | None = None


class _Step(msgspec.Struct):
    tres: _TresLists = msgspec.field(default_factory=_TresLists)


class _Job(msgspec.Struct):
    job_id: int
    cluster: str | None = None
    account: str | None = None
    association: _Association = msgspec.field(default_factory=_Association)
    state: _State = msgspec.field(default_factory=_State)
    time: _Time = msgspec.field(default_factory=_Time)
    tres: _TresLists = msgspec.field(default_factory=_TresLists)
    steps: msgspec.Raw = msgspec.Raw(b"[]")  # read only to tell why a job shows no cards
    used_gres: str | None = None
    submit_line: str | None = None


class _Answer(msgspec.Struct):
    jobs: list[msgspec.Raw]
    errors: list[Any] = []


class _JobNames(msgspec.Struct):
    job_id: Any = ""
    cluster: Any = ""
    account: Any = ""


_ANSWER: Final = msgspec.json.Decoder(_Answer)
_JOB: Final = msgspec.json.Decoder(_Job)
_STEPS: Final = msgspec.json.Decoder(list[_Step])
_NAMES: Final = msgspec.json.Decoder(_JobNames)


def parse_sacct_json(stream: TextIO, *, options: ParseOptions) -> Iterator[Parsed]:
    """Read the jobs of one JSON answer, numbered from 1.

    Raises:
        UnableToReadUsage: not JSON, no list of jobs, or an answer that tells only of errors.
    """
    body = read_document(stream).encode("utf-8", "surrogateescape")
    what = 'an answer of sacct --json or slurmrestd with "jobs" in it'
    answer = decode_document(_ANSWER, body, what=what)
    if answer.errors and not answer.jobs:
        raise UnableToReadUsage(f"Slurm answered with errors and no jobs: {answer.errors[:3]!r}.")
    for position, raw in enumerate(answer.jobs, start=1):
        payload = bytes(raw).decode("utf-8", "surrogateescape")
        try:
            refuse_undecodable(payload)
            yield from _read_job(_JOB.decode(raw), position, payload, options)
        except msgspec.DecodeError as error:
            message = f"The job is not as Slurm writes it: {error}."
            refused = UnableToReadRow("malformed_row", "", message)
            yield _reject_job(refused, position, payload, raw, options)
        except UnableToReadRow as error:
            yield _reject_job(error, position, payload, raw, options)


def _reject_job(
    error: UnableToReadRow, position: int, payload: str, raw: msgspec.Raw, options: ParseOptions
) -> Parsed:
    try:
        names = _NAMES.decode(raw)
    except (msgspec.DecodeError, UnicodeError):
        names = _JobNames()
    cluster, job = str(names.cluster or options.cluster), str(names.job_id)
    return reject(
        error,
        position=position,
        payload=payload,
        external_id=run_name(cluster=cluster, job=job) if job else "",
        account=str(names.account or ""),
        place="Job",
    )


def _read_job(job: _Job, position: int, payload: str, options: ParseOptions) -> tuple[Parsed, ...]:
    start, end = _number(job.time.start), _number(job.time.end)
    elapsed, suspended = _number(job.time.elapsed), _number(job.time.suspended)
    run = Run(
        position=position,
        payload=payload,
        job=str(job.job_id),
        cluster=job.cluster or job.association.cluster or options.cluster,
        account=job.account or job.association.account or "",
        state=_base_state(job.state.current),
        started_ms=epoch_ms(start, "time.start") if start else None,
        ended_ms=epoch_ms(end, "time.end") if end else None,
        elapsed_ms=None if elapsed is None else elapsed * 1000,
        suspended_ms=None if suspended is None else suspended * 1000,
    )
    if is_not_usage_yet(run):
        return ()
    meters = _meters(job, options)
    asked = options.measure == "cards" and not meters and _asked_for_cards(job)
    return usage_of_run(run, meters=meters, measure=options.measure, asked_for_cards=asked)


def _number(value: _Whole) -> int | None:
    if isinstance(value, _Number):
        return value.number if value.set and not value.infinite else None
    return value


def _base_state(current: str | list[str] | None) -> str:
    """Return the base state: the first of a list; what follows it are flags."""
    states = [current] if isinstance(current, str) else current or [""]
    return states[0]


def _gres(entries: list[_Tres]) -> list[tuple[str, int]]:
    return [
        (entry.name, count)
        for entry in entries
        if entry.type == "gres" and entry.name and entry.name.partition(":")[0] in CARD_KINDS
        if (count := _number(entry.count)) and count > 0  # -2 and null say "no value"
    ]


def _meters(job: _Job, options: ParseOptions) -> Meters:
    allocated = job.tres.allocated
    if options.measure == "cards":
        return card_meters(_gres(allocated), default_type=options.default_card_type)
    counts = [_number(entry.count) or 0 for entry in allocated if entry.type == "cpu"]
    return core_meters(max(sum(counts), 0))


def _asked_for_cards(job: _Job) -> bool:
    requested = job.tres.requested
    return bool(
        (isinstance(requested, list) and _gres(requested))
        or any(_gres(step.tres.allocated) for step in _STEPS.decode(job.steps))
        or asks_for_cards(job.used_gres or "")
        or asks_for_cards(job.submit_line or "")
    )

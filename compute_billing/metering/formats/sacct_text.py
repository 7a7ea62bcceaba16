"""The text of `sacct -P`: with its header in any column order, or in two known shapes without.

Times are seconds since 1970 (SLURM_TIME_FORMAT=%s), or local times of the sacct process.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, TextIO

from compute_billing.metering.formats.lines import numbered_lines, refuse_damage, reject
from compute_billing.metering.formats.reasons import UnableToReadRow, UnableToReadUsage
from compute_billing.metering.formats.record import Measure, Parsed, ParseOptions
from compute_billing.metering.formats.slurm import (
    Meters,
    Run,
    asks_for_cards,
    card_meters,
    core_meters,
    is_not_usage_yet,
    run_name,
    usage_of_run,
)
from compute_billing.metering.formats.values import LocalClock, run_time_ms

# What a pull without a header is recognised by: the number of its columns and typed values in it.
XDMOD_COLUMNS: Final = (
    "jobid|jobidraw|cluster|partition|qos|account|group|gid|user|uid|submit|eligible|start|end|"
    "elapsed|exitcode|state|nnodes|ncpus|reqcpus|reqmem|reqtres|alloctres|timelimit|nodelist|"
    "jobname"
)
SONAR_COLUMNS: Final = (
    "jobid|jobidraw|user|account|state|start|end|avecpu|avediskread|avediskwrite|averss|avevmsize|"
    "elapsedraw|exitcode|layout|maxrss|maxvmsize|mincpu|reqcpus|reqmem|reqnodes|reservation|"
    "submit|suspended|systemcpu|timelimitraw|usercpu|nodelist|partition|alloctres|priority|jobname"
)
HEADERLESS_SHAPES: Final = tuple(text.split("|") for text in (SONAR_COLUMNS, XDMOD_COLUMNS))

# Columns that users write: as the last one they may hold a "|", which -P does not escape.
FREE_TEXT: Final = frozenset(
    {"jobname", "comment", "admincomment", "systemcomment", "submitline", "workdir", "extra"}
)
READ: Final = (
    "jobidraw",
    "jobid",
    "cluster",
    "account",
    "state",
    "start",
    "end",
    "elapsedraw",
    "elapsed",
    "suspended",
    "alloctres",
)
HINTS: Final = ("reqtres", "submitline", "allocgres", "reqgres")
# Where cores are counted, best first. Never ReqCPUS: what was asked for is not what was used.
CORE_COLUMNS: Final = ("alloccpus", "ncpus")
NO_TIME: Final = frozenset({"", "Unknown", "None", "N/A", "0"})
METERS_REMEMBERED_MAX: Final = 20_000

_JOB_ID = re.compile(r"[0-9]+(?:_[0-9]+|\+[0-9]+|_\[[^|]*\])?(?:\.[^|]+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}|[0-9]{9,11}|Unknown|None|")


def parse_sacct(stream: TextIO, *, options: ParseOptions) -> Iterator[Parsed]:
    """Read jobs from sacct's text; steps and waiting jobs yield nothing.

    Raises:
        UnableToReadUsage: neither a header nor a known shape, a needed column is missing, or
            there is no such time zone.
    """
    lines: Iterator[tuple[int, str]] = (row for row in numbered_lines(stream) if row[1])
    first = next(lines, None)
    if first is None:
        return
    header = [name.strip().lower() for name in first[1].split("|")]
    if "jobid" in header or "jobidraw" in header:
        reader = _SacctRows(header, options)
    else:
        reader = _SacctRows(_recognised_shape(first[1]), options)
        lines = chain([first], lines)
    for position, line in lines:
        try:
            if not line.isascii() or "\0" in line or len(line) > 4096:
                refuse_damage(line)
            yield from reader.read(position, line)
        except UnableToReadRow as error:
            job, account = reader.names(line)
            yield reject(error, position=position, payload=line, external_id=job, account=account)


def _recognised_shape(line: str) -> list[str]:
    for shape in HEADERLESS_SHAPES:
        cells = line.split("|", len(shape) - 1)
        if len(cells) == len(shape):
            row = dict(zip(shape, cells, strict=True))
            typed = _TIME.fullmatch(row["start"]) and _TIME.fullmatch(row["end"])
            if typed and _JOB_ID.fullmatch(row["jobid"]) and row["state"][:1].isupper():
                return shape
    message = (
        "The first line is neither a header nor a row of a known shape (26 or 32 columns): pull "
        "with -P and without -n/--noheader, so that the columns are named."
    )
    raise UnableToReadUsage(message)


class _SacctRows:
    """Rows under one header."""

    def __init__(self, header: list[str], options: ParseOptions) -> None:
        _refuse_header(header, options.measure)
        self._width = len(header)
        self._splits = self._width - 1 if header[-1] in FREE_TEXT else -1
        self._measure: Measure = options.measure
        self._default_type = options.default_card_type
        self._default_cluster = options.cluster
        self._clock = LocalClock(options.time_zone)
        # A column that the header lacks is read from the '' that each row gets appended.
        at = {name: index for index, name in enumerate(header)}
        self._places = tuple(at.get(name, self._width) for name in READ)
        self._hints = tuple(at[name] for name in HINTS if name in at)
        cores = [at[name] for name in CORE_COLUMNS if name in at]
        self._cores_place = cores[0] if cores else None
        self._meters: dict[str, Meters] = {}

    def read(self, position: int, line: str) -> tuple[Parsed, ...]:
        """Return what a row says: nothing for steps and waiting jobs."""
        cells = line.split("|", self._splits)
        if len(cells) != self._width:
            _refuse_width(len(cells), self._width)
        cells.append("")
        raw, shown, cluster, account, state, start, end, elapsed, hms, suspended, tres = (
            cells[place] for place in self._places
        )
        job = raw or shown
        if "." in job:  # a step repeats the allocation that it ran in
            return ()
        elapsed_ms = run_time_ms(elapsed or hms, "Elapsed") if elapsed or hms else None
        suspended_ms = run_time_ms(suspended, "Suspended") if suspended else None
        started_ms, ended_ms = self._times(start, end, elapsed_ms, suspended_ms)
        run = Run(
            position=position,
            payload=line,
            job=job,
            cluster=cluster or self._default_cluster,
            account=account,
            state=state.partition(" ")[0],  # "CANCELLED by 1000"
            started_ms=started_ms,
            ended_ms=ended_ms,
            elapsed_ms=elapsed_ms,
            suspended_ms=suspended_ms,
        )
        if is_not_usage_yet(run):
            return ()
        meters = self._meters_of(cells, tres)
        asked = not meters and self._asked_for_cards(cells)
        return usage_of_run(run, meters=meters, measure=self._measure, asked_for_cards=asked)

    def names(self, line: str) -> tuple[str, str]:
        """Return job and account of a bad row as far as they can be told."""
        cells = [*line.split("|", self._splits), ""]
        if len(cells) != self._width + 1:
            return "", ""
        cluster = cells[self._places[2]] or self._default_cluster
        job = cells[self._places[0]] or cells[self._places[1]]
        return run_name(cluster=cluster, job=job) if job else "", cells[self._places[3]]

    def _times(
        self, start: str, end: str, elapsed_ms: int | None, suspended_ms: int | None
    ) -> tuple[int | None, int | None]:
        if start in NO_TIME:
            return None, None if end in NO_TIME else self._clock.instant_ms(end, "End")
        if end in NO_TIME:
            return self._clock.instant_ms(start, "Start"), None
        span_ms = None if elapsed_ms is None else elapsed_ms + (suspended_ms or 0)
        return self._clock.interval_ms(start, end, span_ms)

    def _meters_of(self, cells: list[str], tres: str) -> Meters:
        if self._measure == "cores" and self._cores_place is not None:
            return core_meters(_count(cells[self._cores_place] or "0", "NCPUS"))
        meters = self._meters.get(tres)
        if meters is None:
            if len(self._meters) >= METERS_REMEMBERED_MAX:
                self._meters.clear()
            meters = self._meters[tres] = self._meters_of_tres(tres)
        return meters

    def _meters_of_tres(self, tres: str) -> Meters:
        counts = [item.partition("=")[::2] for item in tres.split(",")]
        if self._measure == "cores":
            return core_meters(sum(_count(value, "cpu") for name, value in counts if name == "cpu"))
        cards = [
            (name.removeprefix("gres/"), _count(value, name))
            for name, value in counts
            if name.startswith(("gres/gpu:", "gres/npu:")) or name in {"gres/gpu", "gres/npu"}
        ]
        return card_meters(cards, default_type=self._default_type)

    def _asked_for_cards(self, cells: list[str]) -> bool:
        if self._measure == "cores":
            return False
        return any(asks_for_cards(cells[place]) for place in self._hints)


def _refuse_header(header: list[str], measure: Measure) -> None:
    """Refuse a pull that leaves out what usage is made of."""
    missing = [name for name in ("Account", "Start", "End") if name.lower() not in header]
    counted = ("alloctres", *(CORE_COLUMNS if measure == "cores" else ()))
    if not any(name in header for name in counted):
        missing.append("AllocTRES")
    if missing:
        message = (
            f"The pull lacks {', '.join(missing)}: use sacct -a -X -D -P with -o Cluster,JobIDRaw,"
            "JobID,Account,State,Submit,Start,End,ElapsedRaw,Suspended,AllocTRES,ReqTRES."
        )
        raise UnableToReadUsage(message, details={"missing": missing})


def _count(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        message = f"{field} {text[:40]!r} is not a whole number."
        raise UnableToReadRow("malformed_cards", field, message)
    return int(text)


def _refuse_width(found: int, width: int) -> None:
    message = (
        f"The row has {found} columns and the header {width}: a '|' in a job name or comment is "
        "not escaped by sacct, so pull such a column last or not at all."
    )
    raise UnableToReadRow("malformed_row", "", message)

"""What benchmarks share: a database of their own, alternating rounds, a report with its bars."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import psutil
import psycopg
from django.db import connections
from psycopg import sql

from benchmarks import DATABASE_NAME, address_of
from compute_billing.audit import queries as audit
from kernel.clock import utc_now
from kernel.sql import execute, row

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "docs" / "results"
ROUNDS: Final = 5
SERVER_SETTINGS: Final = (
    "server_version",
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "shared_buffers",
    "work_mem",
    "max_wal_size",
    "jit",
    "autovacuum",
)


@contextmanager
def fresh_database() -> Iterator[None]:
    """Make the benchmark's database by the migrations; drop it at the end.

    Raises:
        RuntimeError: the server would not survive a power cut, so that no figure counts.
    """
    with empty_database(DATABASE_NAME):
        environment = {**os.environ, "DATABASE_ROLE": ""}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        _refuse_unsafe_server()
        try:
            yield
        finally:
            connections.close_all()


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """Make a database without tables on the same server, give its address, drop it at the end."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with _maintenance() as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield address_of(name, server=os.environ["DATABASE_URL"])
    finally:
        with _maintenance() as server:
            server.execute(drop)


def _maintenance() -> psycopg.Connection[Any]:
    return psycopg.connect(
        address_of("postgres", server=os.environ["DATABASE_URL"]), autocommit=True
    )


def _refuse_unsafe_server() -> None:
    settings = server_settings()
    for name in ("synchronous_commit", "fsync", "full_page_writes"):
        if settings[name] != "on":
            message = f"{name} is {settings[name]}: figures count only when it is on."
            raise RuntimeError(message)


def server_settings() -> dict[str, str]:
    """Return what of the server's settings decides speed and safety."""
    settings = {}
    for name in SERVER_SETTINGS:
        found = row("SELECT current_setting(%(name)s) AS value", name=name)
        settings[name] = str(found["value"]) if found else ""
    return settings


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes by the wall clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def alternate(
    contenders: Mapping[str, Callable[[int], float]], *, rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """Let each contender run once per round, beginning with another one each time.

    A contender takes the number of the round and returns its figure.
    """
    names = list(contenders)
    figures: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            figures[name].append(contenders[name](number))
    return figures


def checkpoint() -> None:
    """Write out what earlier work left in memory, so that it does not burden the next."""
    with _maintenance() as server:
        server.execute("CHECKPOINT")


def analyze() -> None:
    """Let the planner know what lies in the tables, as autovacuum would in time."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _rounded(value: float) -> float:
    """Return four significant digits of small numbers and whole large ones."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")


def conditions() -> dict[str, Any]:
    """Return commit, machine, server settings, time and load."""
    return {
        "commit": commit(),
        "measured_at": utc_now().isoformat(timespec="seconds"),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "server": server_settings(),
        "load_at_start": load(),
    }


def load() -> list[float]:
    """Return the load averages over 1, 5 and 15 minutes: quiet is about what we run ourselves."""
    return [round(value, 2) for value in os.getloadavg()]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def commit() -> str:
    """Return the commit that was measured, with a plus when files differ from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


class Worker:
    """Another process that is told a line at a time and answers each with a line."""

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        """Start the process and wait for its first line, which says that it is ready."""
        self._process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answer()

    def tell(self, line: str) -> None:
        """Tell it something without waiting for the answer."""
        if self._process.stdin is not None:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def answer(self) -> str:
        """Wait for its answer.

        Raises:
            RuntimeError: it ended without one.
        """
        stdout = self._process.stdout
        line = stdout.readline().strip() if stdout is not None else ""
        if not line:
            message = f"{self._process.args!r} ended with {self._process.wait()} and no answer."
            raise RuntimeError(message)
        return line

    def ask(self, line: str) -> str:
        """Tell it something and wait for the answer."""
        self.tell(line)
        return self.answer()

    def end(self) -> None:
        """Close its input, which lets it end, and wait for that."""
        self._process.communicate()


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the ratios of neighbouring rounds, which shared their conditions."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured: every round, and their median."""

    name: str
    unit: str
    rounds: list[float]

    @property
    def median(self) -> float:
        """Return the middle of the rounds."""
        return statistics.median(self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a figure or a ratio must reach: at least (or, for `at_most`, no more than) `limit`."""

    name: str
    measured: float
    limit: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Say whether the bar is reached."""
        if self.at_most:
            return self.measured <= self.limit
        return self.measured >= self.limit


@dataclass(kw_only=True)
class Report:
    """A benchmark's figures and bars, with the conditions under which they were measured."""

    name: str
    title: str
    parameters: dict[str, Any] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=conditions)

    def figure(self, name: str, *, unit: str, rounds: Sequence[float]) -> Figure:
        """Add a figure from its rounds."""
        added = Figure(name=name, unit=unit, rounds=list(rounds))
        self.figures.append(added)
        return added

    def bar(self, name: str, *, measured: float, limit: float, at_most: bool = False) -> None:
        """Add what must be reached."""
        self.bars.append(Bar(name=name, measured=measured, limit=limit, at_most=at_most))

    def books_hold(self) -> None:
        """Add that no law of the books is broken by what was measured."""
        broken = [verdict.law.name for verdict in audit.verify_books() if not verdict.holds]
        self.bar("laws of the books broken", measured=len(broken), limit=0, at_most=True)
        if broken:
            self.note(f"broken: {', '.join(broken)}")

    def note(self, text: str) -> None:
        """Add a sentence that the reader of the figures needs."""
        self.notes.append(text)

    @property
    def holds(self) -> bool:
        """Say whether every bar is reached."""
        return all(bar.holds for bar in self.bars)

    def as_document(self) -> dict[str, Any]:
        """Return what is written to docs/results."""
        return {
            "benchmark": self.name,
            "title": self.title,
            **self.conditions,
            "load_at_end": load(),
            "parameters": self.parameters,
            "figures": [
                {
                    "name": figure.name,
                    "unit": figure.unit,
                    "median": _rounded(figure.median),
                    "rounds": [_rounded(value) for value in figure.rounds],
                }
                for figure in self.figures
            ],
            "bars": [
                {**asdict(bar), "measured": _rounded(bar.measured), "holds": bar.holds}
                for bar in self.bars
            ],
            "holds": self.holds,
            "notes": self.notes,
        }

    def write(self) -> Path:
        """Write the report to docs/results/<name>.json."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        document = json.dumps(self.as_document(), ensure_ascii=False, indent=2)
        path.write_text(document + "\n", encoding="utf-8")
        return path


def print_report(report: Report) -> None:
    """Print a report's table: figures, bars, notes."""
    print(f"\n{report.title}")
    for figure in report.figures:
        print(f"  {figure.name:<62} {figure.median:>12,.6g} {figure.unit}")
    for bar in report.bars:
        sense = "at most" if bar.at_most else "at least"
        verdict = "ok" if bar.holds else "BELOW THE BAR"
        print(f"  {bar.name:<62} {bar.measured:>12,.6g} {sense} {bar.limit:g}: {verdict}")
    for note in report.notes:
        print(f"  note: {note}")
    sys.stdout.flush()


def main(measure: Callable[[], Report]) -> int:
    """Run one benchmark by itself; return the exit code."""
    with fresh_database():
        report = measure()
        path = report.write()
    print_report(report)
    print(f"written: {path.relative_to(ROOT)}")
    return 0 if report.holds else 1


def count(table_query: str, **parameters: Any) -> int:
    """Return the single number that a query gives."""
    return int(execute(table_query, **parameters).fetchone()[0])

"""Kill processes inside what they are doing, and prove from PostgreSQL that they were."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests import services

SECONDS_MAX = 60
LOOK_SECONDS = 0.002
LOOKS_PER_NUDGE = 1_000
# A process is killed up to so long after it was first seen inside; anywhere, up to so long after
# its start.
INSIDE_SECONDS_MAX = 0.02
ANYWHERE_SECONDS_MAX = 1.2

# The statements of each hop: by the tables that only it writes, or by the words that begin them.
STATEMENTS = {
    "ingest": re.compile(
        r"usage_stage|usage_candidate|metering_(usage_key|usage_record|allocation"
        r"|usage_pending)"
    ),
    "rating": re.compile(r"rating_|metering_usage_pending|ledger_|subsidies_award"),
    "close": re.compile(r"invoices_|kernel_audit|metering_usage_pending|charges of some tenants"),
    "settlement": re.compile(r"settlement_|claimable|kernel_audit|bills of a month"),
}

ACTIVITY = """
    SELECT pid, state, query, backend_xid::text AS xid,
        (pg_snapshot_xmax(pg_current_snapshot())::text::bigint >> 32) << 32 AS epoch
    FROM pg_stat_activity WHERE application_name = %s AND backend_type = 'client backend'
"""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One SIGKILL: where it hit, as PostgreSQL saw the process while it stood still."""

    hop: str
    statement: str = ""
    is_active: bool = False
    is_inside: bool = False


@dataclass
class Forge:
    """The warm process, the processes forked from it, and a look at their backends."""

    process: subprocess.Popen[str]
    folder: Path
    watch: psycopg.Connection[dict[str, Any]]
    kills: list[Kill] = field(default_factory=list)
    number: int = 0

    def fork(self, **order: Any) -> tuple[int, str]:
        """Fork a worker (queues) or a command; return its process id and its name."""
        self.number += 1
        name = f"flow-{os.getpid()}-{self.number}"
        log = str(self.folder / name)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"name": name, "log": log, **order}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()), name

    def backend(self, name: str) -> dict[str, Any] | None:
        """Return what the backend of a process does, or None when it has none."""
        return self.watch.execute(ACTIVITY, [name]).fetchone()

    def output(self) -> str:
        """Return what the last process has said."""
        log = self.folder / f"flow-{os.getpid()}-{self.number}"
        return log.read_text(errors="replace") if log.exists() else ""

    def wait(self, pid: int, name: str) -> None:
        """Wait until a process and its backend are gone."""
        deadline = time.monotonic() + SECONDS_MAX
        while lives(pid) or self.backend(name) is not None:
            assert time.monotonic() < deadline, self.output()
            time.sleep(LOOK_SECONDS)

    def stop(self, pid: int, name: str) -> None:
        """End an idle worker."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self.wait(pid, name)

    def strike(
        self,
        pid: int,
        name: str,
        *,
        hop: str,
        random: Random,
        is_done: Callable[[], bool],
        nudge: Callable[[], None] = lambda: None,
    ) -> None:
        """Kill a process: as a rule inside a transaction of its hop, now and then anywhere.

        Redis may hand a nudge to a worker that was just killed, so it is given again and again,
        as beat does.
        """
        chance = random.random()
        if chance < 0.2:
            time.sleep(random.uniform(0, ANYWHERE_SECONDS_MAX))
        elif (
            self._is_seen_inside(pid, name, hop=hop, is_done=is_done, nudge=nudge) and chance < 0.6
        ):
            time.sleep(random.uniform(0, INSIDE_SECONDS_MAX))
        self.kills.append(self._kill(pid, name, hop=hop))

    def _is_seen_inside(
        self,
        pid: int,
        name: str,
        *,
        hop: str,
        is_done: Callable[[], bool],
        nudge: Callable[[], None],
    ) -> bool:
        deadline = time.monotonic() + SECONDS_MAX
        looks = 0
        while lives(pid):
            assert time.monotonic() < deadline, self.output()
            if is_inside(self.backend(name), hop):
                return True
            looks += 1
            if looks % 50 == 0 and is_done():
                return False
            if looks % LOOKS_PER_NUDGE == 0:
                nudge()
            time.sleep(LOOK_SECONDS)
        return False

    def _kill(self, pid: int, name: str, *, hop: str) -> Kill:
        """Let the process stand still, look where it is, kill it, and see its work undone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGSTOP)
        seen = self.backend(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self.wait(pid, name)
        if seen is None or not is_inside(seen, hop):
            return Kill(hop=hop)
        fate = self.watch.execute(
            "SELECT pg_xact_status((%s::bigint + %s::bigint)::text::xid8) AS fate",
            [seen["epoch"], seen["xid"]],
        ).fetchone()
        return Kill(
            hop=hop,
            statement=" ".join(seen["query"].split())[:100],
            is_active=seen["state"] == "active",
            is_inside=fate is not None and fate["fate"] == "aborted",
        )


def is_inside(backend: dict[str, Any] | None, hop: str) -> bool:
    """Say whether a backend has written in a transaction of this hop that is still open."""
    return (
        backend is not None
        and backend["xid"] is not None
        and backend["state"] in ("active", "idle in transaction")
        and STATEMENTS[hop].search(backend["query"]) is not None
    )


def lives(pid: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def forge(**environment: str) -> Iterator[Forge]:
    """Warm a process up, and end it with all that was forked from it."""
    with (
        tempfile.TemporaryDirectory(prefix="suanji-kills-") as folder,
        psycopg.connect(services.database_url(), autocommit=True, row_factory=dict_row) as watch,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.warm"],
            cwd=services.REPOSITORY,
            env=services.child_environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield Forge(process, Path(folder), watch)
        finally:
            process.communicate(timeout=SECONDS_MAX)

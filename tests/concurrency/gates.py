"""A gate in the middle of a transaction: a process waits at it, and is killed there.

The gate is a trigger of the owner that takes an advisory lock which the test holds: so a process
is certainly inside of its transaction, between two known statements, when SIGKILL comes.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kernel.sql import execute, row
from tests import database, services

SECONDS_MAX = 60
POLL_SECONDS = 0.01
LOCK = 20_261_122
WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %(lock)s AND NOT granted"
)
ALIVE = "SELECT pid FROM pg_stat_activity WHERE pid = %(pid)s"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Where a process is to wait: before a row of a table is written, under a condition."""

    event: str
    table: str
    when: str = "true"

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Keep it closed for the block."""
        steps = (
            f"""CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$""",
            f"""CREATE TRIGGER gate BEFORE {self.event} ON {self.table} FOR EACH ROW
                WHEN ({self.when}) EXECUTE FUNCTION wait_at_gate()""",
            f"SELECT pg_advisory_lock({LOCK})",
        )
        opened = (
            f"SELECT pg_advisory_unlock({LOCK})",
            f"DROP TRIGGER gate ON {self.table}",
            "DROP FUNCTION wait_at_gate()",
        )
        with database.as_owner():
            for step in steps:
                execute(step)
        try:
            yield
        finally:
            with database.as_owner():
                for step in opened:
                    execute(step)


def kill_at(gate: Gate, arguments: Sequence[str]) -> None:
    """SIGKILL a Python process that waits at a gate; return when its session is gone."""
    with gate.closed():
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=services.REPOSITORY,
            env=services.child_environment(DJANGO_SETTINGS_MODULE="config.settings"),
            stdout=subprocess.DEVNULL,
        )
        try:
            waiting = _wait_for(lambda: row(WAITING, lock=LOCK))
        finally:
            process.kill()
            process.wait(SECONDS_MAX)
    assert isinstance(waiting, dict)
    _wait_for(lambda: row(ALIVE, pid=waiting["pid"]) is None)


def _wait_for(condition: Callable[[], object]) -> object:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(POLL_SECONDS)
    raise AssertionError("it never came")

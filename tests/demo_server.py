"""A demonstration that really runs, once for all tests that look at it.

It is killed once on its way and started again, so everybody who uses it also proves that a
second run works after `kill -9`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from psycopg import sql

from demo.database import demo_url
from local_services import processes
from tests.local_servers import RUN, WORKER
from tests.services import REPOSITORY

START_SECONDS_MAX = 300.0
RUN_SECONDS_MAX = 600.0
END_SECONDS_MAX = 40.0


@dataclass
class Demonstration:
    """A running `python -m demo`, what it has said, and where its children's ids stand."""

    directory: Path
    database_url: str
    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    listener: threading.Thread = field(default_factory=threading.Thread)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Collect what it says, in a thread, so that the pipe never fills."""
        self.listener = threading.Thread(target=self._collect, daemon=True)
        self.listener.start()

    def _collect(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line)

    def forget(self) -> None:
        """Wait until it and its pipe have ended."""
        self.process.wait(timeout=END_SECONDS_MAX)
        self.listener.join(timeout=END_SECONDS_MAX)

    def has_said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def wait_for(self, text: str, *, seconds_max: float) -> None:
        deadline = time.monotonic() + seconds_max
        while not self.has_said(text):
            if self.process.poll() is not None or time.monotonic() > deadline:
                message = f"The demonstration never said {text!r}:\n{''.join(self.lines)}"
                raise AssertionError(message)
            time.sleep(0.2)

    def group_members(self) -> list[int]:
        """Return every process of the groups that it started."""
        leaders = {child.pid for child in psutil.Process(self.process.pid).children()}
        return [
            process.pid
            for process in psutil.process_iter()
            if _group_of(process.pid) in leaders and process.pid != self.process.pid
        ]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if processes.is_running(pid)]


def own_database_url() -> str:
    """Return the address of a database for this test process alone."""
    name = f"suanji_{os.environ[RUN]}_{os.environ.get(WORKER, 'main')}"
    return demo_url(urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")))


def start(directory: Path) -> Demonstration:
    port = processes.free_port()
    url = own_database_url()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_ROLE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "--port", str(port), "--directory", str(directory)],
        cwd=REPOSITORY,
        env={**environment, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Demonstration(directory=directory, database_url=url, port=port, process=process)
    running.listen()
    return running


def kill_on_its_way(directory: Path) -> None:
    """Start one and kill it with -9 once its processes run."""
    first = start(directory)
    has_started_all = (directory / "beat.pid").exists
    assert processes.wait_until(has_started_all, seconds_max=START_SECONDS_MAX), first.lines
    first.process.kill()
    first.forget()


def end(running: Demonstration) -> None:
    """End it, if a test has not, and drop its database."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
    running.forget()
    address = urlsplit(running.database_url)
    name = sql.Identifier(address.path.lstrip("/"))
    with psycopg.connect(urlunsplit(address._replace(path="/postgres")), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def _serve(directory: Path) -> Demonstration:
    running = start(directory)
    try:
        running.wait_for("Serving http", seconds_max=RUN_SECONDS_MAX)
    except BaseException:
        end(running)
        raise
    return running


@pytest.fixture(scope="session")
def demonstrations(tmp_path_factory) -> Iterator[list[Demonstration]]:
    """Give a list whose last one is served; the one before it was killed."""
    directory = tmp_path_factory.mktemp("demo")
    kill_on_its_way(directory)
    started = [_serve(directory)]
    yield started
    end(started[-1])


@pytest.fixture(scope="module")
def demonstration(demonstrations) -> Demonstration:
    """Give a served demonstration: another one where the tests before have ended theirs."""
    if demonstrations[-1].process.poll() is not None:
        demonstrations.append(_serve(demonstrations[-1].directory))
    return demonstrations[-1]

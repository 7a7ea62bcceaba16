"""Real processes beside a test: Celery workers on the test's own database and Redis keys."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import redis
from django.conf import settings
from django.db import connection

from tests.database import APP_ROLE

REPOSITORY = Path(__file__).resolve().parent.parent
READY = " ready."
READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
POLL_SECONDS = 0.05


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment in which a child process works on this test's data."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DATABASE_ROLE": APP_ROLE,
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_KEY_PREFIX": settings.REDIS_KEY_PREFIX,
        "PYTHONPATH": str(REPOSITORY),
        **extra,
    }


def database_url() -> str:
    """Return DATABASE_URL with the name of the test database in it."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{quote(connection.settings_dict['NAME'])}"))


def empty_redis() -> None:
    """Lose everything this run keeps in Redis, as a crash of Redis would."""
    _lose(settings.REDIS_KEY_PREFIX)


def empty_cache() -> None:
    """Forget what this process has cached; `cache.clear()` empties the database of all of them."""
    _lose(settings.CACHES["default"]["KEY_PREFIX"])


def _lose(prefix: str) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    keys = list(client.scan_iter(f"{prefix}*", count=1000))
    if keys:
        client.delete(*keys)
    client.close()


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A running Celery worker: the parent process and, with prefork, its children."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """The process id of the parent; with pool "solo" it runs the tasks itself."""
        return self.process.pid

    def pids(self) -> list[int]:
        """Return the process ids of the parent and its children."""
        try:
            children = psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        return [self.pid, *(child.pid for child in children)]

    def kill(self) -> None:
        """SIGKILL the worker and its children, as a power cut would."""
        # The parent first: it would start a new child for one that died.
        pids = self.pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        _wait_until_gone(pids[1:])

    def stop(self) -> None:
        """End the worker after the task it is in; kill it when that takes too long."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()

    def output(self) -> str:
        """Return what the worker has logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def celery_worker(
    queues: Sequence[str] = ("metering", "rating", "settlement"),
    *,
    pool: str = "prefork",
    concurrency: int = 1,
    environment: dict[str, str] | None = None,
) -> Iterator[Worker]:
    """Run `celery -A config worker` as a process of its own until the block ends.

    The test must commit (transaction=True): another process sees only what is committed.
    """
    with tempfile.TemporaryDirectory(prefix="suanji-worker-") as directory:
        log = Path(directory) / "log"
        worker = Worker(
            process=_start(
                [
                    "worker",
                    f"--queues={','.join(queues)}",
                    f"--pool={pool}",
                    f"--concurrency={concurrency}",
                    f"--hostname=test-{os.getpid()}-{time.monotonic_ns()}@%h",
                    "--without-gossip",
                    "--without-mingle",
                    "--loglevel=INFO",
                ],
                log=log,
                environment=environment or {},
            ),
            log=log,
        )
        try:
            _wait_until_ready(worker)
            yield worker
        finally:
            worker.stop()


@contextlib.contextmanager
def celery_beat(*, environment: dict[str, str] | None = None) -> Iterator[Worker]:
    """Run `celery -A config beat` as a process of its own until the block ends."""
    with tempfile.TemporaryDirectory(prefix="suanji-beat-") as directory:
        log = Path(directory) / "log"
        arguments = ["beat", "--schedule", str(Path(directory) / "schedule"), "--pidfile", ""]
        beat = Worker(process=_start(arguments, log=log, environment=environment or {}), log=log)
        try:
            yield beat
        finally:
            beat.stop()


def _start(
    arguments: list[str], *, log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", *arguments],
            cwd=REPOSITORY,
            env=child_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _wait_until_gone(pids: Sequence[int]) -> None:
    """Wait for killed grandchildren, whom nobody here can reap: the kernel takes a moment."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while any(_is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            message = f"Killed processes are still there: {pids}"
            raise RuntimeError(message)
        time.sleep(POLL_SECONDS)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_until_ready(worker: Worker) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while READY not in worker.output():
        if worker.process.poll() is not None or time.monotonic() > deadline:
            message = f"The worker did not get ready:\n{worker.output()}"
            raise RuntimeError(message)
        time.sleep(POLL_SECONDS)

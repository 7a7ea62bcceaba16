"""The processes of the demonstration: started, watched, and ended again whatever happened.

Each leads a process group of its own, so that Ctrl-C reaches the demonstration alone, which then
ends them in order. What it started stands in a file, so that the next run can end what a killed
one left behind, and nothing else.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

import psutil

from local_services import processes

END_SECONDS: Final = 12.0
KILL_SECONDS: Final = 5.0
# Two readings of when a process started may differ by this much.
START_TOLERANCE: Final = 2.0


class AnotherDemoRuns(RuntimeError):
    """Another demonstration uses this directory."""


class ChildEnded(RuntimeError):
    """A process that must run has ended."""


class Children:
    """The running processes, their logs and the files that name them, in one directory."""

    def __init__(self, directory: Path) -> None:
        """Describe them; nothing starts yet."""
        self.directory = directory
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Use the directory alone, without leftovers, and end everything at the end.

        Raises:
            AnotherDemoRuns: somebody else uses it now.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("a+") as lock:
            _take(lock, directory=self.directory)
            self._end_leftovers()
            try:
                yield
            finally:
                self.end_all()

    def start(
        self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a process whose output goes to its log."""
        log = self.log(name)
        log.unlink(missing_ok=True)
        child = processes.start_with_parent(
            arguments, environment=environment, log=log, process_group=0
        )
        self.running[name] = child
        self._note(name, child.pid)
        return child

    def log(self, name: str) -> Path:
        """Return where a process writes."""
        return self.directory / f"{name}.log"

    def check(self) -> None:
        """Refuse to go on when one of them has ended.

        Raises:
            ChildEnded: with the end of its log.
        """
        for name, child in self.running.items():
            if child.poll() is not None:
                lines = self.log(name).read_text(errors="replace").splitlines()[-15:]
                said = "\n".join(lines)
                message = f"{name} has ended with code {child.returncode}. It said:\n{said}"
                raise ChildEnded(message)

    def end_all(self) -> None:
        """End every process: asked first, killed with its whole group if it does not."""
        for child in self.running.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + END_SECONDS
        for name, child in self.running.items():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(deadline - time.monotonic(), 0.0))
            _kill_group(child.pid)
            child.wait()
            self._file(name).unlink(missing_ok=True)
        self.running.clear()

    def _note(self, name: str, pid: int) -> None:
        started = psutil.Process(pid).create_time()
        self._file(name).write_text(json.dumps({"pid": pid, "started": started}))

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.pid"

    def _end_leftovers(self) -> None:
        for file in sorted(self.directory.glob("*.pid")):
            with contextlib.suppress(ValueError, KeyError):
                noted = json.loads(file.read_text())
                _end_group(noted["pid"], started=noted["started"])
            file.unlink()


def _take(lock: TextIO, *, directory: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"Another demonstration runs in {directory}: end it with Ctrl-C first."
        raise AnotherDemoRuns(message) from error


def _members(group: int, *, started: float) -> list[psutil.Process]:
    """Return the processes of a group that a killed demonstration left behind.

    Group numbers are used again after a while, so a member must be as old as the group was or
    younger, and must run the Python of this environment.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            is_member = os.getpgid(process.pid) == group
            is_late_enough = process.create_time() >= started - START_TOLERANCE
            if is_member and is_late_enough and _is_ours(process):
                found.append(process)
    return found


def _is_ours(process: psutil.Process) -> bool:
    return any(word.startswith(sys.prefix) for word in process.cmdline()[:2])


def _end_group(group: int, *, started: float) -> None:
    members = _members(group, started=started)
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(members, timeout=END_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=KILL_SECONDS)


def _kill_group(group: int) -> None:
    """Kill what is left of a group whose leader is our own child, ended or not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)

"""Small facts about operating system processes: alive, whose, and how to end one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

POLL_SECONDS = 0.05
PR_SET_PDEATHSIG = 1


def is_running(pid: int) -> bool:
    """Tell whether the process runs; a zombie has ended, only nobody has asked for its result."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def runs_with(pid: int, argument: str) -> bool:
    """Tell whether the process runs and was started with the argument.

    A process id alone proves nothing: after a crash it may belong to a stranger.
    """
    if not is_running(pid):
        return False
    try:
        return argument in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def wait_until(condition: Callable[[], bool], *, seconds_max: float) -> bool:
    """Return True as soon as the condition holds, False when the time is over."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def end(pid: int, *, signals: Sequence[signal.Signals], seconds_each: float) -> None:
    """Send the signals one after another until the process has ended."""
    for number in signals:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: not is_running(pid), seconds_max=seconds_each):
            return
    message = f"Process {pid} did not end."
    raise TimeoutError(message)


def free_port() -> int:
    """Return a loopback port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return int(port)


def start_in_background(arguments: Sequence[str], *, log: Path, user: int | None = None) -> int:
    """Start a server in a session of its own, out of reach of Ctrl-C; return its id."""
    with log.open("ab") as output:
        server = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    # From here on the server is watched by its id; Popen would warn that it outlives its object.
    server.returncode = 0
    return server.pid


def start_with_parent(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    process_group: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that gets SIGTERM when its parent dies, even by SIGKILL (Linux only).

    With a process group of 0 it leads a group of its own, out of reach of Ctrl-C.
    """
    parent = os.getpid()
    with log.open("ab") if log else contextlib.nullcontext() as output:
        return subprocess.Popen(
            arguments,
            env=None if environment is None else dict(environment),
            stdout=output,
            stderr=output,
            process_group=process_group,
            preexec_fn=lambda: _end_with(parent),  # noqa: PLW1509 -- one prctl call, no locks
        )


def _end_with(parent: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the call above
        os.kill(os.getpid(), signal.SIGTERM)

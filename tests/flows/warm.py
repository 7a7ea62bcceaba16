"""A warm process from which workers and commands are forked within milliseconds.

A test that kills processes by the hundred cannot wait for each of them to import Django. This one
imports everything once and opens no connection; each fork is an operating system process of its
own, in a session of its own, with its own connections. Run as `python -m tests.flows.warm`; reads
one JSON order a line and answers each with the process id.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import traceback
from typing import Any

import django


def main() -> None:
    """Fork what is ordered until the input ends, then leave no child behind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.celery import app

    app.loader.import_default_modules()
    app.finalize()
    # Whoever ends is reaped at once, so that a process id that answers is one that lives.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answer("ready")
    forked = []
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order)
        # Its own group before anybody hears of it: who kills a group that is not yet there
        # would spare the process.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        forked.append(pid)
        answer(pid)
    for pid in forked:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def answer(what: object) -> None:
    """Write one line to whoever ordered."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _become(order: dict[str, Any]) -> None:
    """Do what is ordered in this process and end it."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # libpq reads it when it connects: so a backend is known by the process that it serves.
        os.environ["PGAPPNAME"] = order["name"]
        _work(order)
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's loop
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _work(order: dict[str, Any]) -> None:
    if "command" in order:
        from django.core.management import call_command

        call_command(*order["command"])
        return
    from config.celery import app

    app.worker_main(
        [
            "worker",
            f"--queues={','.join(order['queues'])}",
            "--pool=solo",
            f"--hostname={order['name']}@%h",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=INFO",
        ]
    )


if __name__ == "__main__":
    main()

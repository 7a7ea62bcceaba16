"""Command line: `python -m local_services run -- COMMAND`, or start, stop, status.

`run` gives the command DATABASE_URL and REDIS_URL of local servers, unless they are set
already, ends with the command's exit code, and stops what it started.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from local_services import processes
from local_services.errors import UnableToStartService
from local_services.services import Addresses, LocalServices

DEFAULT_ROOT = Path(__file__).resolve().parent.parent / ".local"
# How long a command may take to clean up after a signal before it is killed.
GRACE_SECONDS = 30.0
WATCH_SECONDS = 1.0


def main() -> int:
    """Run the command line; return the exit code."""
    arguments = _parse()
    services = LocalServices(arguments.root)
    try:
        if arguments.action == "run":
            return run(services, command=arguments.command)
        if arguments.action == "start":
            services.start(keep=True)
        elif arguments.action == "stop":
            services.stop()
    except UnableToStartService as error:
        print(f"local_services: {error}", file=sys.stderr)
        return 1
    return _print_status(services.addresses())


def run(services: LocalServices, *, command: list[str]) -> int:
    """Run the command beside the servers it lacks; return its exit code."""
    own_database = "DATABASE_URL" in os.environ or "DATABASE_URL_FILE" in os.environ
    own_redis = "REDIS_URL" in os.environ or "REDIS_URL_FILE" in os.environ
    if own_database and own_redis:
        return _run_to_its_end(command, environment=dict(os.environ))
    with services.in_use(postgresql=not own_database, valkey=not own_redis) as addresses:
        environment = dict(os.environ)
        if not own_database and addresses.database_url:
            environment["DATABASE_URL"] = addresses.database_url
        if not own_redis and addresses.redis_url:
            environment["REDIS_URL"] = addresses.redis_url
        return _run_to_its_end(command, environment=environment)


def _run_to_its_end(command: list[str], *, environment: dict[str, str]) -> int:
    asked_to_end_at: list[float] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # The terminal has sent Ctrl-C to the command as well; other signals come only here.
        asked_to_end_at.append(time.monotonic())
        if number != signal.SIGINT:
            child.send_signal(number)

    child = processes.start_with_parent(command, environment=environment)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    while True:
        try:
            code = child.wait(timeout=WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            if asked_to_end_at and time.monotonic() - asked_to_end_at[0] > GRACE_SECONDS:
                child.kill()
            continue
        return code if code >= 0 else 128 - code


def _print_status(addresses: Addresses) -> int:
    print(f"DATABASE_URL={addresses.database_url or ''}")
    print(f"REDIS_URL={addresses.redis_url or ''}")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_services", description=__doc__)
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="directory of all data")
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("start", "stop", "status"):
        actions.add_parser(name)
    run_action = actions.add_parser("run")
    run_action.add_argument("command", nargs="+", help="-- COMMAND [ARGUMENT...]")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

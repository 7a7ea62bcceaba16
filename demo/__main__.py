"""From nothing to a settled month on a page: `make demo`, or `python -m demo`.

Makes the demonstration's own database, starts web server, workers and schedule, runs a seeded
month through them, verifies the books, prints the settlement, and serves it until Ctrl-C.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import django
from rich.console import Console

from demo import database, services
from demo.children import AnotherDemoRuns, ChildEnded, Children
from local_services.processes import free_port

ROOT: Final = Path(__file__).resolve().parent.parent
MONTH: Final = date(2026, 10, 1)
# Runs spill over the end of a month by two days at most; then all of it has happened.
SPILL: Final = timedelta(days=3)
INTERRUPTED: Final = 130
WATCH_SECONDS: Final = 1.0
LINE_WIDTH: Final = 112
DEFAULT_DATABASE: Final = "postgres://postgres@127.0.0.1:5432/suanji"


class UnableToMigrate(RuntimeError):
    """The tables could not be made."""


def main() -> int:
    """Run the demonstration; return the exit code."""
    arguments = _parse()
    console = _console()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    children = Children(arguments.directory)
    try:
        with children.alone():
            return _run(arguments, children=children, console=console)
    except KeyboardInterrupt:
        console.print("\nEnded; every process is gone.")
        return 0 if arguments.served else INTERRUPTED
    except (AnotherDemoRuns, ChildEnded, database.UnableToUseDatabase, UnableToMigrate) as error:
        Console(stderr=True).print(f"demo: {error}", style="red", highlight=False)
        return 1


def _run(arguments: argparse.Namespace, *, children: Children, console: Console) -> int:
    url = database.demo_url(os.environ.get("DATABASE_URL", DEFAULT_DATABASE))
    stripe_port, receiver_port = free_port(), free_port()
    environment = services.environment(
        database_url=url,
        files=arguments.directory / "media",
        port=arguments.port,
        stripe_port=stripe_port,
    )
    with console.status("making the database"):
        database.recreate(url)
        _migrate(environment)
    services.start_stripe(
        children, port=stripe_port, web_port=arguments.port, environment=environment
    )
    services.start_receiver(children, port=receiver_port, environment=environment)
    services.start_web(children, port=arguments.port, environment=environment)
    services.start_workers(children, environment=environment)
    os.environ.update(environment)
    django.setup()
    from demo import performance  # noqa: PLC0415 - its imports need the settings above

    with console.status("waiting for the web server"):
        services.wait_for_web(children, port=arguments.port)
    code = performance.perform(
        month=arguments.month,
        base=environment["PORTAL_ADDRESS"],
        stripe=environment["STRIPE_API_BASE"],
        receiver=f"http://127.0.0.1:{receiver_port}",
        children=children,
        console=console,
    )
    if not arguments.once:
        arguments.served = True
        console.print(f"\nServing http://127.0.0.1:{arguments.port}/ until Ctrl-C.")
        _serve(children)
    return code


def _serve(children: Children) -> NoReturn:
    while True:
        time.sleep(WATCH_SECONDS)
        children.check()


def _migrate(environment: Mapping[str, str]) -> None:
    """Migrate as the owner; everything else works as the role that cannot change the books."""
    owner = {name: value for name, value in environment.items() if name != "DATABASE_ROLE"}
    migrating = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=owner,
        check=False,
        capture_output=True,
        text=True,
    )
    if migrating.returncode:
        message = f"The database cannot be migrated:\n{migrating.stderr}"
        raise UnableToMigrate(message)


def _console() -> Console:
    """Return a console on which a line of the settlement is never cut, however narrow it is."""
    console = Console(highlight=False)
    console.width = max(console.width, LINE_WIDTH)
    return console


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _newest_month(now: datetime) -> date:
    """Return October 2026, or the last whole month on a machine whose clock is behind it."""
    if now >= datetime(MONTH.year, MONTH.month + 1, 1, tzinfo=UTC) + SPILL:
        return MONTH
    last_day = (now - SPILL).date().replace(day=1) - timedelta(days=1)
    return last_day.replace(day=1)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the web server")
    parser.add_argument("--once", action="store_true", help="end when all is printed")
    parser.add_argument(
        "--directory",
        type=Path,
        default=ROOT / ".local" / "demo",
        help="where logs and process ids are kept",
    )
    arguments = parser.parse_args()
    arguments.month = _newest_month(datetime.now(UTC))
    arguments.served = False
    return arguments


if __name__ == "__main__":
    sys.exit(main())

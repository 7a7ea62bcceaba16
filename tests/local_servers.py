"""Gives the test run its PostgreSQL and Redis before Django reads its settings.

Loaded by `-p tests.local_servers` in pyproject.toml, because a conftest comes too late.
DATABASE_URL and REDIS_URL win; what is missing starts embedded, once per run: the workers of
xdist inherit the addresses from the process that started them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from local_services.errors import UnableToStartService
from local_services.services import LocalServices

WITHOUT_SERVERS = frozenset({"-h", "--help", "--version", "-V", "--markers", "--fixtures"})
WORKER = "PYTEST_XDIST_WORKER"
RUN = "SUANJI_TEST_RUN"

stack = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    if not WITHOUT_SERVERS.intersection(args):
        hear_ctrl_c()
        name_run()
        try:
            start_missing_servers()
        except UnableToStartService as error:
            stack.close()
            raise pytest.UsageError(str(error)) from error
    return (yield)


def hear_ctrl_c() -> None:
    """Take Ctrl-C, which a shell lets a run in the background ignore, and with it all it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def name_run() -> None:
    """Keep this run's Redis keys apart from everybody else's on a shared server."""
    run = os.environ.setdefault(RUN, secrets.token_hex(4))
    worker = os.environ.get(WORKER, "main")
    os.environ["REDIS_KEY_PREFIX"] = f"suanji-test-{run}-{worker}:"


def start_missing_servers() -> None:
    missing = {name: name not in os.environ for name in ("DATABASE_URL", "REDIS_URL")}
    if not any(missing.values()):
        return
    root = Path(tempfile.mkdtemp(prefix="suanji-tests-"))
    services = LocalServices(root, durable=False)
    stack.callback(shutil.rmtree, root, ignore_errors=True)
    stack.callback(services.remove)
    addresses = services.start(postgresql=missing["DATABASE_URL"], valkey=missing["REDIS_URL"])
    for name, url in (
        ("DATABASE_URL", addresses.database_url),
        ("REDIS_URL", addresses.redis_url),
    ):
        if url is not None and missing[name]:
            os.environ[name] = url
            stack.callback(os.environ.pop, name, None)


def pytest_unconfigure() -> None:
    stack.close()

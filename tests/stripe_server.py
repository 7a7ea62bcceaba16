"""A local Stripe beside a test: a process of its own, that may be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

REPOSITORY = Path(__file__).resolve().parent.parent
KEY = "sk_test_local"
WEBHOOK_SECRET = "whsec_of_a_test"
READY_SECONDS_MAX = 60.0
END_SECONDS_MAX = 20.0
POLL_SECONDS = 0.02


@dataclass
class LocalStripe:
    """The process, and what a test says to it beside Stripe's own API."""

    directory: Path
    settings: dict[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    url: str = ""
    port: int = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, on the port that it had, and wait until it answers."""
        told = self.directory / "settings.json"
        told.write_text(json.dumps(self.settings))
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "local_stripe", "--port", str(self.port)),
                *("--file", str(self.directory / "stripe.sqlite"), "--settings", str(told)),
                *self.arguments,
            ],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self.process.stdout.readline()
        assert said.startswith("ready "), f"The local Stripe did not start: {said!r}"
        self.url = said.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it: asked politely, or not."""
        self.process.send_signal(number)
        self.process.wait(timeout=END_SECONDS_MAX)
        self.process.stdout.close()

    def client(self, key: str = KEY, **options: Any) -> StripeClient:
        """Return the official SDK's client of it, which does not try again by itself."""
        options.setdefault("max_network_retries", 0)
        return StripeClient(key, base_addresses={"api": self.url}, **options)

    def control(self, command: str, /, **told: Any) -> dict[str, Any]:
        """Run a command of the control interface."""
        address = f"{self.url}/_control/{command}"
        answer = httpx.post(address, json=told, timeout=READY_SECONDS_MAX).raise_for_status()
        return answer.json()

    def listen(self, url: str, *, events: tuple[str, ...] = ("*",), connect: bool = False) -> None:
        """Have events sent to an address, signed with `WEBHOOK_SECRET`."""
        told = {"url": url, "events": list(events), "secret": WEBHOOK_SECRET, "connect": connect}
        self.control("endpoint", **told)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not holds():
            assert time.monotonic() < deadline, "The local Stripe never came so far."
            time.sleep(POLL_SECONDS)


def _started(directory: Path, **settings: Any) -> LocalStripe:
    running = LocalStripe(directory=directory, settings=settings)
    running.start()
    return running


@pytest.fixture(scope="session")
def shared_stripe() -> Iterator[LocalStripe]:
    """Give one process to the whole run, for tests that use objects of their own."""
    with tempfile.TemporaryDirectory(prefix="suanji-stripe-") as directory:
        running = _started(Path(directory))
        yield running
        running.end()


@pytest.fixture(scope="session")
def emptied_stripe() -> Iterator[LocalStripe]:
    """Give the process that every test finds empty."""
    with tempfile.TemporaryDirectory(prefix="suanji-stripe-") as directory:
        running = _started(Path(directory))
        yield running
        running.end()


@pytest.fixture
def local_stripe(emptied_stripe: LocalStripe) -> LocalStripe:
    """Give an empty one to a test, which may change it, move its clock, kill and start it."""
    if emptied_stripe.process.poll() is not None:
        emptied_stripe.start()
    emptied_stripe.control("reset")
    return emptied_stripe


def events_of(client: StripeClient, type_: str, key: str) -> list[stripe.Event]:
    """Return the events of a type about an object, the newest first."""
    found = client.v1.events.list(params={"type": type_, "limit": 100})
    return [event for event in found.data if event.data.object["id"] == key]

"""The stand-in of Stripe beside a test: a process of its own, spoken to over HTTP alone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test.utils import override_settings

from tests.services import REPOSITORY

KEY = "sk_test_local"
SECRET = "whsec_test"
STOP_SECONDS_MAX = 20
ANSWER_SECONDS_MAX = 30


@dataclass
class StandIn:
    """A running stand-in. What was there at `mark` is another test's and is not shown."""

    process: subprocess.Popen[str]
    url: str
    mark: int = 0

    def begin(self) -> None:
        """Begin another test: nothing is broken, and what there is is forgotten."""
        self.control("no_faults")
        self.mark = len(self.control("state")["objects"])

    def pay(
        self, payment: Any, *, method: str = "pm_card_visa", outcome: str = "succeeded"
    ) -> None:
        """Pay a Checkout as somebody at its page does."""
        self.control("pay", session=payment.stripe_session, method=method, outcome=outcome)

    def control(self, command: str, **told: Any) -> dict[str, Any]:
        """Run a command of its control interface."""
        return self._ask("POST", f"/_control/{command}", json.dumps(told))

    def api(
        self, path: str, form: dict[str, Any] | None = None, *, account: str = ""
    ) -> dict[str, Any]:
        """Ask Stripe's API as an outsider would, or as a connected account."""
        method = "GET" if form is None else "POST"
        return self._ask(method, path, urlencode(form or {}), account=account)

    def _ask(self, method: str, path: str, body: str, *, account: str = "") -> dict[str, Any]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=ANSWER_SECONDS_MAX)
        try:
            of = {"Stripe-Account": account} if account else {}
            connection.request(method, path, body, {"Authorization": f"Bearer {KEY}", **of})
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == 200, text
            return json.loads(text)
        finally:
            connection.close()

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return everything of a kind, in the order in which it was made."""
        found = self.control("state")["objects"][self.mark :]
        return [one for one in found if one["object"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        """Return the only object of a kind."""
        (found,) = self.objects(kind)
        return found

    def events(self) -> list[dict[str, Any]]:
        """Return the events, the oldest first."""
        return self.objects("event")


@contextlib.contextmanager
def stand_in(*arguments: str) -> Iterator[StandIn]:
    """Start one and let this process's payments be made there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local_stripe", "--port", "0", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline().split()
        assert line[:1] == ["ready"], line
        with payments_at(line[1]):
            yield StandIn(process, line[1])
    finally:
        process.terminate()
        process.wait(STOP_SECONDS_MAX)
        process.stdout.close()


@contextlib.contextmanager
def payments_at(url: str) -> Iterator[None]:
    """Let this process take payments at an address."""
    with override_settings(
        STRIPE_API_KEY=KEY, STRIPE_API_BASE=url, STRIPE_WEBHOOK_SECRETS=[SECRET]
    ):
        assert url == settings.STRIPE_API_BASE
        yield

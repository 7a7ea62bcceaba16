"""Brings events to the endpoints: signed, again until they are heard, and badly on demand."""

import hmac
import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from local_stripe.api import Api
from local_stripe.store import Body
from local_stripe.webhook_endpoints import shown_event

POLL_SECONDS: Final = 0.05
AT_ONCE_MAX: Final = 8
# How deliveries behave: held back, in any order, twice, or later than they should be.
ORDINARY: Final = {"paused": False, "disorder": False, "duplicates": 0, "delay_seconds": 0}
_NOTE: Final = "webhooks"


def behaviour(api: Api) -> dict[str, Any]:
    """Return how deliveries behave now."""
    return {**ORDINARY, **api.store.noted(_NOTE, {})}


def behave(api: Api, told: dict[str, Any]) -> dict[str, Any]:
    """Change how deliveries behave.

    Raises:
        ValueError: there is no such behaviour.
    """
    if unknown := sorted(set(told) - set(ORDINARY)):
        message = f"Webhooks have no {unknown[0]!r}; they have {', '.join(ORDINARY)}."
        raise ValueError(message)
    api.store.note(_NOTE, {**behaviour(api), **told})
    return behaviour(api)


def signature(payload: str, *, secret: str, at: int) -> str:
    """Return the header with which a receiver can tell that an event is Stripe's."""
    digest = hmac.new(secret.encode(), f"{at}.{payload}".encode(), sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """Sends what waits, several at once, until it is told to stop."""

    def __init__(self, api: Api) -> None:
        """Describe it; nothing is sent yet."""
        self.api = api
        self._pool = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="webhook")
        self._under_way: set[int] = set()
        self._guard = threading.Lock()

    def send_waiting(self) -> None:
        """Hand every delivery whose time has come to a thread."""
        behaves = behaviour(self.api)
        if behaves["paused"]:
            return
        for number, event, endpoint, attempts in self._waiting(behaves):
            with self._guard:
                if number in self._under_way:
                    continue
                self._under_way.add(number)
            copies = 1 + (int(behaves["duplicates"]) if attempts == 0 else 0)
            self._pool.submit(self._deliver, number, event, endpoint, attempts, copies)

    def stop(self) -> None:
        """Let what is under way end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _waiting(self, behaves: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self.api.store.transaction():
            delay = float(behaves["delay_seconds"])
            # A new delivery has no time yet: it gets the delay of the moment it is first seen.
            self.api.store.rows(
                "UPDATE delivery SET at = ? WHERE status = 'waiting' AND at = 0",
                time.time() + delay,
            )
            found = self.api.store.rows(
                "SELECT number, event, endpoint, attempts FROM delivery"
                " WHERE status = 'waiting' AND at <= ? ORDER BY number",
                time.time(),
            )
        if behaves["disorder"]:
            random.shuffle(found)
        return found

    def _deliver(self, number: int, event: str, endpoint: str, attempts: int, copies: int) -> None:
        try:
            answers = [self._send(event, endpoint) for _ in range(copies)]
            self._note(number, attempts + 1, answers[-1], event=event)
        finally:
            with self._guard:
                self._under_way.discard(number)

    def _send(self, event: str, endpoint: str) -> str:
        """Send an event once; return the status of the answer, or what went wrong."""
        store, account = self.api.store, self.api.settings.account
        where = store.find(endpoint, account=account, kind="webhook_endpoint")
        owner = store.owner(event)
        told = store.find(event, account=owner, kind="event") if owner else None
        if where is None or told is None:
            return "gone"
        payload = json.dumps(shown_event(self.api.call(owner), told), ensure_ascii=False, indent=2)
        secret = store.secret(endpoint, "secret") or ""
        # The receiver's clock is the machine's, whatever this process's clock says.
        header = signature(payload, secret=secret, at=int(time.time()))
        return self._post(where, payload.encode(), header)

    def _post(self, endpoint: Body, payload: bytes, header: str) -> str:
        address = urlsplit(endpoint["url"])
        is_safe = address.scheme == "https"
        kind = http.client.HTTPSConnection if is_safe else http.client.HTTPConnection
        timeout = self.api.settings.webhook_timeout_seconds
        connection = kind(address.hostname or "", address.port, timeout=timeout)
        target = address.path or "/"
        if address.query:
            target += f"?{address.query}"
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header,
            "User-Agent": "Stripe/1.0 (local_stripe)",
        }
        try:
            connection.request("POST", target, body=payload, headers=headers)
            return str(connection.getresponse().status)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def _note(self, number: int, attempts: int, answer: str, *, event: str) -> None:
        pauses = self.api.settings.webhook_retry_seconds
        with self.api.store.transaction():
            if answer.startswith("2"):
                status, at = "heard", 0.0
            elif attempts > len(pauses) or answer == "gone":
                status, at = "given up", 0.0
            else:
                status, at = "waiting", time.time() + pauses[attempts - 1]
            self.api.store.rows(
                "UPDATE delivery SET status = ?, attempts = ?, at = max(at, ?), answer = ?"
                " WHERE number = ?",
                status,
                attempts,
                at,
                f"{answer} {event}",
                number,
            )

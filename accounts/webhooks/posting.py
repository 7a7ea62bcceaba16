"""Send one request to the world outside and say what became of it. Touches no database."""

import contextlib
import socket
import ssl
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from accounts.webhooks.addresses import (
    AddressRefused,
    Resolve,
    checked_addresses,
    port_of,
    system_addresses,
)

CONNECT_SECONDS: Final = 5
SECONDS_MAX: Final = 15
EXCERPT_BYTES: Final = 1024
_OK: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
GONE: Final = 410
RETRY_AFTER_LENGTH_MAX: Final = 64
_STEERING: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an attempt came to. `failure` is empty when the receiver took it."""

    failure: str
    duration_ms: int
    status: int | None = None
    excerpt: str = ""
    retry_after: str = ""

    @property
    def is_taken(self) -> bool:
        """Say whether the receiver has the event."""
        return not self.failure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What came back over the wire."""

    status: int
    excerpt: str
    retry_after: str


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts to checked addresses; tests name their own resolver and certificate authority."""

    resolve: Resolve = system_addresses
    tls: ssl.SSLContext | None = None
    seconds_max: int = SECONDS_MAX
    headers: Mapping[str, str] = field(
        default_factory=lambda: {
            "content-type": "application/json",
            "user-agent": "Suanji-Webhooks/1",
            "accept-encoding": "identity",
        }
    )

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a body to an address and return what became of it; nothing is raised.

        The name is resolved once, and the connection goes to an address that was checked. No
        redirect is followed: it would lead to an address that nobody checked.
        """
        started = time.monotonic()
        parts = urlsplit(url)
        try:
            addresses = checked_addresses(
                parts.hostname or "", port_of(parts), resolve=self.resolve
            )
            reply = self._exchange(
                parts, address=addresses[0], body=body, headers={**self.headers, **headers}
            )
        except AddressRefused as refused:
            return Answer(failure=refused.failure, duration_ms=_milliseconds(started))
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            spent = _milliseconds(started)
            failure = "timeout" if self._is_over(spent) else _failure(error)
            return Answer(failure=failure, duration_ms=spent)
        spent = _milliseconds(started)
        return Answer(
            # Headers that were cut off in the middle look like headers that have ended.
            failure="timeout" if self._is_over(spent) else _verdict(reply.status),
            duration_ms=spent,
            status=reply.status,
            excerpt=reply.excerpt,
            retry_after=reply.retry_after,
        )

    def _is_over(self, spent_ms: int) -> bool:
        return spent_ms >= self.seconds_max * 1000

    def _exchange(
        self, parts: SplitResult, *, address: str, body: bytes, headers: Mapping[str, str]
    ) -> _Reply:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with self._connection(parts, address=address) as connection:
            connection.request(
                "POST",
                target,
                body=body,
                headers={**headers, "host": parts.netloc},
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            excerpt = response.read(EXCERPT_BYTES)
        return _Reply(
            status=response.status,
            excerpt=readable(excerpt),
            retry_after=response.headers.get("retry-after", "")[:RETRY_AFTER_LENGTH_MAX],
        )

    @contextlib.contextmanager
    def _connection(self, parts: SplitResult, *, address: str) -> Iterator[HTTPConnection]:
        """Open a connection to one address; the certificate is held to the name all the same.

        It is cut when the time is up, however slowly the other side drips.
        """
        port = port_of(parts)
        connection: HTTPConnection
        if parts.scheme == "http":
            connection = HTTPConnection(address, port, timeout=CONNECT_SECONDS)
        else:
            connection = HTTPSConnection(
                address,
                port,
                timeout=CONNECT_SECONDS,
                ssl_context=self.tls or ssl.create_default_context(),
                server_hostname=parts.hostname,
            )
        watch = threading.Timer(self.seconds_max, _cut, args=[connection])
        watch.daemon = True
        watch.start()
        try:
            connection.connect()
            connection.sock.settimeout(self.seconds_max)
            yield connection
        finally:
            watch.cancel()
            connection.close()


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def readable(answer: bytes) -> str:
    """Return the beginning of an answer as text that may be shown anywhere.

    What steers a terminal, turns the direction of reading or is no character becomes a mark.
    """
    return "".join(
        "\ufffd" if unicodedata.category(sign) in _STEERING and sign not in "\n\t" else sign
        for sign in answer.decode(errors="replace").replace("\r\n", "\n")
    )


def _verdict(status: int) -> str:
    if status in _OK:
        return ""
    return "redirect" if status in _REDIRECT else "status"


def _failure(error: Exception) -> str:
    """Return the reason as a word that people and programs know."""
    if isinstance(error, SSLError | ssl.SSLError):
        return "tls"
    if isinstance(error, NewConnectionError):
        return "not_connected"
    if isinstance(error, HTTPTimeoutError | TimeoutError):
        return "timeout"
    return "connection_lost"


def _milliseconds(started: float) -> int:
    return int((time.monotonic() - started) * 1000)

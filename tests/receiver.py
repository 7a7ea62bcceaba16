"""A receiver of webhooks: a real HTTP server beside the test, with faults on demand."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Long: a worker begins slowly on a busy machine.
SECONDS_MAX = 90.0
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Heard:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What came in, and what is answered: a status, or a fault by name."""

    port: int = 0
    scheme: str = "http"
    heard: list[Heard] = field(default_factory=list)
    # Answers in order; the last one goes on for ever.
    answers: list[int | str] = field(default_factory=lambda: [200])
    text: str = "thank you"
    headers: dict[str, str] = field(default_factory=dict)
    # While it is clear, whoever asks waits for an answer.
    go_on: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?from=suanji"

    def next_answer(self) -> int | str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def wait_for(self, count: int) -> list[Heard]:
        deadline = time.monotonic() + SECONDS_MAX
        while len(self.heard) < count:
            assert time.monotonic() < deadline, f"{len(self.heard)} of {count} requests came"
            time.sleep(POLL_SECONDS)
        return self.heard


def _head(status: int, fields: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body))
            answer = receiver.next_answer()
            receiver.go_on.wait(SECONDS_MAX)
            with contextlib.suppress(OSError):
                self._answer(answer)

        def _answer(self, answer: int | str) -> None:
            if answer == "drop":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            elif answer == "drip":
                self._drip()
            elif answer == "redirect":
                self.send_response(302)
                self.send_header("location", f"{receiver.scheme}://127.0.0.1:{receiver.port}/other")
                self.send_header("content-length", "0")
                self.end_headers()
            else:
                self._say(int(answer), receiver.text.encode())

        def _say(self, status: int, body: bytes) -> None:
            fields = {"content-length": str(len(body)), **receiver.headers}
            self.wfile.write(_head(status, fields))
            self.wfile.write(body)

        def _drip(self) -> None:
            """Say a letter of a header now and then, so that no single read is slow."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.1)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextlib.contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    receiver = Receiver(scheme="http" if tls is None else "https")
    receiver.go_on.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join(SECONDS_MAX)

"""A tenant's own programs, as webhooks find them: one takes what it hears, one is out of order."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

TAKES: Final = "/books"
FAILS: Final = "/stock"
# Of so many messages one is asked to come again: so a page shows more than one attempt.
BUSY_EVERY: Final = 4
BUSY_SECONDS: Final = 5


class Programs(BaseHTTPRequestHandler):
    """Answers by path; the messages that were heard are remembered by their id."""

    protocol_version = "HTTP/1.1"
    heard: Final[list[str]] = []

    def do_POST(self) -> None:
        """Take a message, ask for a while, or fail."""
        self.rfile.read(int(self.headers["content-length"]))
        message = self.headers.get("webhook-id", "")
        if self.path != TAKES:
            self._answer(503, {"error": "inventory service is being rebuilt"})
        elif message not in self.heard and len(self.heard) % BUSY_EVERY == BUSY_EVERY - 1:
            self.heard.append(message)
            wait = {"retry-after": str(BUSY_SECONDS)}
            self._answer(429, {"error": "busy, closing the day"}, headers=wait)
        else:
            self.heard.append(message)
            self._answer(200, {"taken": message})

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Listen on the loopback address until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m demo.receiver", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    ThreadingHTTPServer(("127.0.0.1", port), Programs).serve_forever()


if __name__ == "__main__":
    main()

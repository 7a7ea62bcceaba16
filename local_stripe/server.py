"""HTTP around it: Stripe's API, the hosted pages and the control interface on one port."""

import contextlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from local_stripe import due
from local_stripe.api import Api, Request, Response
from local_stripe.control import Control
from local_stripe.errors import StripeRefuses
from local_stripe.forms import decode
from local_stripe.pages import CODE, Pages
from local_stripe.webhooks import POLL_SECONDS, Courier

BODY_BYTES_MAX: Final = 1_000_000
_CONTROL: Final = "/_control/"
_JSON: Final = "application/json"
_HTML: Final = "text/html; charset=utf-8"
_SVG: Final = "image/svg+xml"


class Server(ThreadingHTTPServer):
    """The server and the threads beside it."""

    daemon_threads = True

    def __init__(self, api: Api, *, host: str, port: int) -> None:
        """Listen; nothing is answered before `serve`."""
        self.api = api
        self.control = Control(api)
        self.pages = Pages(api)
        super().__init__((host, port), Handler)

    def serve(self) -> None:
        """Answer until `shutdown`; meanwhile what is due is done and events are sent."""
        over = threading.Event()
        ticking = threading.Thread(target=self._tick, args=[over], daemon=True)
        ticking.start()
        try:
            self.serve_forever(poll_interval=POLL_SECONDS)
        finally:
            over.set()
            ticking.join()

    def _tick(self, over: threading.Event) -> None:
        courier = Courier(self.api)
        while not over.wait(POLL_SECONDS):
            due.run(self.api.call())
            courier.send_waiting()
        courier.stop()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "local_stripe"

    def do_GET(self) -> None:
        """Answer GET."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Answer POST."""
        self._answer("POST")

    def do_DELETE(self) -> None:
        """Answer DELETE."""
        self._answer("DELETE")

    def log_message(self, *_: Any) -> None:
        """Say nothing; `/_control/state` tells all."""

    def _answer(self, method: str) -> None:
        address = urlsplit(self.path)
        length = min(int(self.headers.get("content-length") or 0), BODY_BYTES_MAX)
        body = self.rfile.read(length).decode("utf-8", "replace")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if address.path.startswith("/v1/"):
                text = body if method == "POST" else address.query
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(method, address.path, text, headers)
                self._say(self.server.api.answer(request))
            elif address.path.startswith(_CONTROL):
                self._say(self._controlled(address.path.removeprefix(_CONTROL), body))
            elif address.path == "/":
                self._say(Response(200, "local_stripe", {"Content-Type": "text/plain"}))
            else:
                self._say(self._paged(method, address.path, body))

    def _controlled(self, name: str, body: str) -> Response:
        try:
            told = json.loads(body) if body else {}
            answer = self.server.control.run(name, told)
        except StripeRefuses as refusal:
            return Response(refusal.status, json.dumps(refusal.body()), {"Content-Type": _JSON})
        except json.JSONDecodeError as error:
            return Response(400, json.dumps({"error": str(error)}), {"Content-Type": _JSON})
        return Response(200, json.dumps(answer, ensure_ascii=False), {"Content-Type": _JSON})

    def _paged(self, method: str, path: str, body: str) -> Response:
        try:
            if method == "GET" and path.endswith(CODE):
                return Response(200, self.server.pages.code(path), {"Content-Type": _SVG})
            if method == "GET":
                return Response(200, self.server.pages.show(path), {"Content-Type": _HTML})
            target, page = self.server.pages.act(path, decode(body))
        except StripeRefuses as refusal:
            return Response(refusal.status, refusal.message, {"Content-Type": "text/plain"})
        if target is not None:
            return Response(303, "", {"Location": target})
        return Response(200, page, {"Content-Type": _HTML})

    def _say(self, response: Response) -> None:
        if response.is_dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        payload = response.body.encode()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

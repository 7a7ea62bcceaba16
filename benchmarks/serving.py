"""The product's web server as a process of its own, as it runs in production."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from benchmarks.harness import ROOT

START_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 20
# Benchmarks ask faster than any client may.
UNLIMITED: Final = "1000000/min"


@contextmanager
def serve(**environment: str) -> Iterator[int]:
    """Serve for the time of the block, with one thread, and give the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rates = {"USAGE_REQUESTS_RATE": UNLIMITED, "API_REQUESTS_RATE": UNLIMITED}
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1",
            "--blocking-threads", "1", "--no-ws", "--host", "127.0.0.1", "--port", str(port),
            "config.wsgi:application",
        ],
        cwd=ROOT,
        env={**os.environ, **rates, **environment},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_up(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/healthz")
            if probe.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
    message = "The web server did not start."
    raise RuntimeError(message)

"""The product's web server as a process of its own, and one client that keeps its connection."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from benchmarks.harness import ROOT
from benchmarks.ingest_world import World

START_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 20


@dataclass
class Server:
    """Where usage is sent to, and by which key."""

    world: World
    connection: http.client.HTTPConnection

    def reconnect(self) -> None:
        """Open the connection anew: the server closes idle ones."""
        self.connection.close()
        self.connection.connect()

    def send(self, body: bytes, *, records: int) -> None:
        """Send a batch; every record must be accepted."""
        self.connection.request(
            "POST",
            f"/api/v1/usage/records?source={self.world.source.code}",
            body=body,
            headers={
                "Authorization": f"Bearer {self.world.key_text}",
                "Content-Type": "application/json",
            },
        )
        response = self.connection.getresponse()
        answer = response.read()
        if (
            response.status != HTTPStatus.OK
            or f'"accepted":{records},'.encode() not in answer[:200]
        ):
            raise RuntimeError(answer[:2000])


@contextmanager
def serving(world: World) -> Iterator[Server]:
    """Serve for the time of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1",
            "--blocking-threads", "1", "--no-ws", "--host", "127.0.0.1", "--port", str(port),
            "config.wsgi:application",
        ],
        cwd=ROOT,
        env={**os.environ, "USAGE_REQUESTS_RATE": "100000/min"},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        _wait_until_up(port, process)
        yield Server(world, connection)
        connection.close()
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

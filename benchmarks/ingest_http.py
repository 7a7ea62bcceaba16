"""One client of the product's web server that keeps its connection and sends usage."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from benchmarks.ingest_world import World
from benchmarks.serving import serve


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
    with serve() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        yield Server(world, connection)
        connection.close()

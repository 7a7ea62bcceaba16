"""Bringing usage in: the store beside COPY and beside Django, HTTP beside the store.

All write like records into the same four tables with the same keys, from one client, batch by
batch, each batch one transaction; every contender has keys of its own. What COPY writes is numbered
and rendered before its clock starts, so that it is the limit of any store that keeps these tables.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from benchmarks import harness, ingest_peers
from benchmarks.ingest_http import Server, serving
from benchmarks.ingest_world import World, open_world
from compute_billing.metering import operations as metering
from compute_billing.metering.formats.record import ParsedRecord
from kernel.clock import utc_now

BATCH_RECORDS: Final = metering.BATCH_RECORDS_MAX
SMALL_BATCH_RECORDS: Final = 1_000
ROUND_RECORDS: Final = 3 * BATCH_RECORDS
# Django is slow enough to be known after one batch.
BULK_CREATE_RECORDS: Final = BATCH_RECORDS
ROUNDS: Final = 7
STORE_OF_COPY_MIN: Final = 0.6
STORE_OF_BULK_CREATE_MIN: Final = 6
HTTP_OF_STORE_MIN: Final = 0.5

NAMES: Final = {
    "store": "the store: parsed records in",
    "copy_text": "COPY of pre-rendered text into the same tables",
    "copy_binary": "COPY of pre-rendered binary rows into the same tables",
    "bulk_create": "Django bulk_create of ready objects, ignoring conflicts",
    "http": f"HTTP: bodies of {BATCH_RECORDS:,} records",
    "store_small": f"the store: batches of {SMALL_BATCH_RECORDS:,}",
    "http_small": f"HTTP: bodies of {SMALL_BATCH_RECORDS:,} records",
    "again": "the store: the same records again",
}

Batch = list[ParsedRecord]


class Contest:
    """The contenders over records of their own; a figure is records per second."""

    def __init__(self, world: World, server: Server) -> None:
        """Let them work on the world; HTTP goes to the server."""
        self.world = world
        self.server = server
        self.random = random.Random(20_261_122)
        self.contenders: dict[str, Callable[[int], float]] = {
            "store": partial(self.store, name="store"),
            "copy_text": partial(self.copy, form="text"),
            "copy_binary": partial(self.copy, form="binary"),
            "bulk_create": self.bulk_create,
            "http": partial(self.http, size=BATCH_RECORDS),
            "store_small": partial(self.store, name="small", size=SMALL_BATCH_RECORDS),
            "http_small": partial(self.http, size=SMALL_BATCH_RECORDS),
            "again": self.again,
        }

    def _batches(self, name: str, *, size: int = BATCH_RECORDS, total: int) -> list[Batch]:
        return [
            self.world.records(name, first, size, chance=self.random)
            for first in range(0, total, size)
        ]

    def _timed(self, pieces: Sequence[Callable[[], None]], *, records: int) -> float:
        harness.checkpoint()
        seconds = harness.seconds_of(lambda: [piece() for piece in pieces])
        return records / seconds

    def store(self, number: int, *, name: str, size: int = BATCH_RECORDS) -> float:
        """Record parsed records by the operation that commands and the API call."""
        batches = self._batches(f"{name}-{number}", size=size, total=ROUND_RECORDS)
        return self._timed(
            [partial(self._record, batch) for batch in batches], records=ROUND_RECORDS
        )

    def again(self, number: int) -> float:
        """Record what this round's store has recorded: every record is judged a duplicate."""
        batches = self._batches(f"again-{number}", total=ROUND_RECORDS)
        for batch in batches:
            self._record(batch)
        pieces = [partial(self._record, batch, accepted=0) for batch in batches]
        return self._timed(pieces, records=ROUND_RECORDS)

    def _record(self, batch: Batch, *, accepted: int | None = None) -> None:
        source, import_id = self.world.source, self.world.import_id
        outcome = metering.record_batch(batch, source=source, import_id=import_id, now=utc_now())
        if outcome.accepted != (len(batch) if accepted is None else accepted):
            raise RuntimeError(outcome)

    def copy(self, number: int, *, form: str) -> float:
        """COPY rows that were rendered before."""
        batches = self._batches(f"copy-{form}-{number}", total=ROUND_RECORDS)
        rendered = [ingest_peers.rendered(self.world, batch, form=form) for batch in batches]
        pieces = [partial(ingest_peers.copy, tables, form=form) for tables in rendered]
        return self._timed(pieces, records=ROUND_RECORDS)

    def bulk_create(self, number: int) -> float:
        """Let Django insert objects that were made before, ignoring conflicts."""
        batches = self._batches(f"bulk-{number}", total=BULK_CREATE_RECORDS)
        made = [ingest_peers.objects(self.world, batch) for batch in batches]
        pieces = [partial(ingest_peers.bulk_create, tables) for tables in made]
        return self._timed(pieces, records=BULK_CREATE_RECORDS)

    def http(self, number: int, *, size: int) -> float:
        """Send bodies one after the other, and read the answers."""
        batches = self._batches(f"http-{size}-{number}", size=size, total=ROUND_RECORDS)
        bodies = [ingest_peers.json_body(batch) for batch in batches]
        self.server.reconnect()
        pieces = [partial(self.server.send, body, records=size) for body in bodies]
        return self._timed(pieces, records=ROUND_RECORDS)


def measure() -> harness.Report:
    """Let all contenders run in turn and hold the store and HTTP to their bars."""
    report = harness.Report(name="ingest", title="Bringing usage in, one client")
    report.parameters = {
        "records_per_batch": BATCH_RECORDS,
        "records_per_round": ROUND_RECORDS,
        "rounds": ROUNDS,
        "web_server": "granian, one worker of one thread",
    }
    world = open_world()
    with serving(world) as server:
        contenders = Contest(world, server).contenders
        for contend in contenders.values():
            contend(-1)  # connections, caches, plans
        harness.analyze()
        figures = harness.alternate(contenders, rounds=ROUNDS)
    median = {
        key: report.figure(name, unit="records/s", rounds=figures[key]).median
        for key, name in NAMES.items()
    }
    bars = {
        ("store", "copy_text"): STORE_OF_COPY_MIN,
        ("store", "bulk_create"): STORE_OF_BULK_CREATE_MIN,
        ("http", "store"): HTTP_OF_STORE_MIN,
    }
    for (ours, theirs), limit in bars.items():
        report.bar(f"{ours} / {theirs}", measured=median[ours] / median[theirs], limit=limit)
    for ours, theirs in (("store", "copy_binary"), ("http_small", "store_small")):
        report.note(f"{ours} / {theirs} is {median[ours] / median[theirs]:.2f}.")
    return report


if __name__ == "__main__":
    sys.exit(harness.main(measure))

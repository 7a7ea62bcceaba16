"""pgledger by its SQL files, batched as its own function offers it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import psycopg

ACCOUNTS = 1_000

Request: TypeAlias = tuple[str, str, int]


class PgLedger:
    """A thousand accounts that may not go below zero, each with money."""

    def __init__(self, connection: psycopg.Connection[Any], *, sql_files: str) -> None:
        """Install the files (separated like PATH) and open the accounts."""
        self._connection = connection
        self._chance = random.Random(1)
        for name in sql_files.split(os.pathsep):
            connection.execute(Path(name).read_bytes())
        bank = self._open("bank", allow_negative=True)
        self._accounts = [
            self._open(f"a{number}", allow_negative=False) for number in range(ACCOUNTS)
        ]
        self._post([(bank, account, 10**9) for account in self._accounts])

    def _open(self, name: str, *, allow_negative: bool) -> str:
        made = self._connection.execute(
            "SELECT id FROM pgledger_create_account(%s, 'CNY', %s, true)", (name, allow_negative)
        )
        return str(made.fetchone()[0])  # type: ignore[index]

    def _post(self, requests: list[Request]) -> None:
        array = "{" + ",".join(f'"({a},{b},{amount})"' for a, b, amount in requests) + "}"
        posted = self._connection.execute(
            "SELECT count(*) FROM pgledger_create_transfers(%s::text::transfer_request[])", (array,)
        )
        if posted.fetchone() != (len(requests),):
            message = "pgledger posted another number of transfers than it was asked for."
            raise RuntimeError(message)

    def transfer(self, count: int, *, batch: int) -> float:
        """Make transfers in batches, one transaction each; return transfers per second."""
        requests = [self._draw() for _ in range(count)]
        started = perf_counter()
        for first in range(0, count, batch):
            self._post(requests[first : first + batch])
        return count / (perf_counter() - started)

    def _draw(self) -> Request:
        source, destination = self._chance.sample(self._accounts, 2)
        return source, destination, self._chance.randint(1, 1000)

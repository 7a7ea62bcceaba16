"""Batched transfers of the books, beside the ledgers of others where they are installed.

A transfer is a transaction of one posting between two accounts that may not go below zero, with
its own kind and reference, once for ever. One client; its entries are made before the clock runs.
PGLEDGER_SQL names pgledger's SQL files, HORDAK_PYTHON a Python with django-hordak (README.md).
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import psycopg

from benchmarks import DATABASE_NAME, harness
from benchmarks.peers.pgledger import PgLedger
from compute_billing.ledger import operations as ledger
from kernel.sql import execute
from kernel.transactions import transaction

NOW: Final = datetime(2026, 11, 1, 4, tzinfo=UTC)
ACCOUNTS: Final = 1_000
MONEY_EACH: Final = 10**12
TRANSFERS: Final = 10_000
BATCHES: Final = (1_000, 10_000)
# Many short rounds: neighbours share the state of the machine.
ROUNDS: Final = 15
# Batches of 10,000 were no faster (docs/performance.md).
PGLEDGER_BATCH: Final = 1_000
PGLEDGER_TRANSFERS: Final = 3_000
HORDAK_TRANSFERS: Final = 300

PER_SECOND_MIN: Final = 15_000
HOT_MIN: Final = 0.8
PGLEDGER_TIMES_MIN: Final = 5
HORDAK_TIMES_MIN: Final = 20

Contender = Callable[[int], float]


class Books:
    """A thousand accounts with money, and transfers between them."""

    def __init__(self) -> None:
        """Open and fill the accounts through the room's operations."""
        self._chance = random.Random(1)
        self._made = 0
        with transaction():
            cash = ledger.account(owner_kind="operator", owner_id=1, kind="cash", subject="bank")
            self._accounts = [
                ledger.account(owner_kind="tenant", owner_id=number, kind="paid", subject="lot")
                for number in range(1, ACCOUNTS + 1)
            ]
            self._post(
                [self._entry(cash, account, amount=MONEY_EACH) for account in self._accounts]
            )
        harness.analyze()

    def transfer(self, *, batch: int, is_hot: bool) -> float:
        """Post transfers in batches, one transaction each; return transfers per second."""
        entries = [self._draw(is_hot=is_hot) for _ in range(TRANSFERS)]
        work = [entries[first : first + batch] for first in range(0, TRANSFERS, batch)]
        seconds = harness.seconds_of(lambda: self._post_all(work))
        return TRANSFERS / seconds

    def _post_all(self, work: Sequence[Sequence[ledger.Entry]]) -> None:
        for entries in work:
            with transaction():
                self._post(entries)

    def _post(self, entries: Sequence[ledger.Entry]) -> None:
        results = ledger.post_batch(entries=entries, now=NOW)
        if any(result.status != ledger.Status.POSTED for result in results):
            message = "An entry was refused: only transfers that are posted count."
            raise RuntimeError(message)

    def _draw(self, *, is_hot: bool) -> ledger.Entry:
        """Return a transfer between two accounts, or from one into the hot account."""
        hot, others = self._accounts[0], self._accounts[1:]
        source, destination = self._chance.sample(others, 2)
        if is_hot:
            destination = hot
        return self._entry(source, destination, amount=self._chance.randint(1, 1000))

    def _entry(self, source: int, destination: int, *, amount: int) -> ledger.Entry:
        self._made += 1
        return ledger.Entry(
            kind="transfer",
            reference=f"transfer-{self._made}",
            occurred_at=NOW,
            transfers=(ledger.Transfer(source, destination, ledger.CNY, amount),),
        )


def _ours(books: Books) -> dict[str, Contender]:
    def contender(batch: int, *, is_hot: bool) -> Contender:
        return lambda _round: books.transfer(batch=batch, is_hot=is_hot)

    return {
        _name("ours", batch, is_hot=is_hot): contender(batch, is_hot=is_hot)
        for batch in BATCHES
        for is_hot in (False, True)
    }


def _name(who: str, batch: int, *, is_hot: bool) -> str:
    where = "one hot account" if is_hot else f"{ACCOUNTS:,} accounts"
    return f"{who}, batches of {batch:,}, {where}"


@contextlib.contextmanager
def _pgledger() -> Iterator[dict[str, Contender]]:
    files = os.environ.get("PGLEDGER_SQL", "")
    if not files:
        yield {}
        return
    with (
        harness.empty_database(f"{DATABASE_NAME}_pgledger") as address,
        psycopg.connect(address, autocommit=True) as connection,
    ):
        peer = PgLedger(connection, sql_files=files)
        connection.execute("VACUUM ANALYZE")
        yield {
            _name("pgledger", PGLEDGER_BATCH, is_hot=False): lambda _round: peer.transfer(
                PGLEDGER_TRANSFERS, batch=PGLEDGER_BATCH
            )
        }


@contextlib.contextmanager
def _hordak() -> Iterator[dict[str, Contender]]:
    python = os.environ.get("HORDAK_PYTHON", "")
    if not python:
        yield {}
        return
    with harness.empty_database(f"{DATABASE_NAME}_hordak") as address:
        script = str(harness.ROOT / "benchmarks" / "peers" / "hordak_worker.py")
        environment = {"PATH": os.environ.get("PATH", ""), "PEER_DATABASE_URL": address}
        worker = harness.Worker([python, script], environment=environment)
        yield {
            _name("django-hordak", HORDAK_TRANSFERS, is_hot=False): lambda _round: (
                HORDAK_TRANSFERS / float(worker.ask(str(HORDAK_TRANSFERS)))
            )
        }
        worker.end()


def measure() -> harness.Report:
    """Let ours and the peers take turns; compare."""
    report = harness.Report(name="ledger", title="Batched ledger transfers, one client")
    report.parameters = {"accounts": ACCOUNTS, "transfers_per_round": TRANSFERS, "rounds": ROUNDS}
    books = Books()
    with _pgledger() as pgledger, _hordak() as hordak:
        figures = harness.alternate(_ours(books) | pgledger | hordak, rounds=ROUNDS)
    for name, rounds in figures.items():
        report.figure(name, unit="transfers/s", rounds=rounds)
    _judge(report, figures)
    posted = execute("SELECT count(*) FROM ledger_posting").fetchone()[0]
    report.parameters["postings_at_end"] = posted
    report.books_hold()
    return report


def _judge(report: harness.Report, figures: dict[str, list[float]]) -> None:
    medians = {figure.name: figure.median for figure in report.figures}
    for batch in BATCHES:
        spread, hot = (_name("ours", batch, is_hot=is_hot) for is_hot in (False, True))
        report.bar(spread, measured=medians[spread], limit=PER_SECOND_MIN)
        report.bar(
            f"hot account / {ACCOUNTS:,} accounts, batches of {batch:,}",
            measured=harness.ratio(figures[hot], figures[spread]),
            limit=HOT_MIN,
        )
    for peer, times_min in {
        "pgledger": PGLEDGER_TIMES_MIN,
        "django-hordak": HORDAK_TIMES_MIN,
    }.items():
        if any(name.startswith(peer) for name in figures):
            times = harness.ratio(_best(figures, "ours"), _best(figures, peer))
            report.bar(
                f"ours in times of {peer}, each at its best", measured=times, limit=times_min
            )
        else:
            report.note(f"{peer}: not installed for this run (benchmarks/README.md says how)")


def _best(figures: dict[str, list[float]], who: str) -> list[float]:
    """Return the rounds of one's best batch size over a thousand accounts."""
    rounds = [
        figures[name]
        for name in figures
        if name.startswith(who) and name.endswith(f"{ACCOUNTS:,} accounts")
    ]
    return max(rounds, key=statistics.median)


if __name__ == "__main__":
    sys.exit(harness.main(measure))

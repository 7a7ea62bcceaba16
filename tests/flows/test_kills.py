"""SIGKILL at seeded moments of every hop: the books are those of an undisturbed life, to the unit.

Workers and ingesting commands are processes of their own; PostgreSQL says what each was doing when
it was killed, and that its transaction was undone. Redis is emptied in between. `make soak` kills
at least five hundred and writes docs/results/kills.json.
"""

from __future__ import annotations

import io
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
from django.core.management import call_command

from compute_billing.audit import queries as audit
from compute_billing.invoices import operations as invoices
from compute_billing.invoices import queries as invoice_queries
from compute_billing.metering import partitions
from compute_billing.rating import operations as rating
from compute_billing.settlement import operations as settlement
from compute_billing.settlement import queries as settlement_queries
from config.celery import send_nudge
from kernel.clock import utc_now
from kernel.sql import row, rows
from tests import database, services
from tests.builders.market import Market
from tests.flows.killing import Forge, Kill, forge
from tests.flows.small_month import books, open_small_centre, write_files

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 20261122
KILLS = 25
KILLS_OF_A_SOAK = 500
HOPS = ("ingest", "rating", "close", "settlement")
TASKS = {
    "rating": "compute_billing.tasks.rating.rate_pending",
    "close": "compute_billing.tasks.settlement.close_due_months",
    "settlement": "compute_billing.tasks.settlement.settle_due",
}
QUEUES = {"rating": ["rating"], "close": ["settlement"], "settlement": ["settlement"]}
# Small runs, so that a life has many transactions to be killed in.
SMALL = {"RATING_RUN_USAGE_MAX": "15", "CLOSE_GRACE_HOURS": "0", "LOG_LEVEL": "WARNING"}
RESULT = services.REPOSITORY / "docs" / "results" / "kills.json"
SECONDS_MAX = 120
LIVES_MAX = 40
# How many kills a life takes per delivery, and per hop after the first and second round of them.
KILLS_OF_A_DELIVERY = 1
KILLS_OF_A_HOP = (
    {"rating": 9, "close": 5, "settlement": 3},
    {"rating": 3, "close": 2, "settlement": 1},
)


def is_rated() -> bool:
    return rows("SELECT 1 AS one FROM metering_usage_pending LIMIT 1") == []


def is_closed() -> bool:
    return invoice_queries.months_to_close(now=utc_now()) == []


def is_settled() -> bool:
    return settlement_queries.months_to_settle() == []


IS_DONE: dict[str, Callable[[], bool]] = {
    "rating": is_rated,
    "close": is_closed,
    "settlement": is_settled,
}


def ingesting(path: Path, market: Market) -> list[str]:
    return ["ingest_usage", str(path), f"--source={market.source.code}", "--format=csv", "--json"]


def is_ingested(path: Path) -> bool:
    found = row(
        "SELECT finished_at IS NOT NULL AS yes FROM metering_usage_import"
        " WHERE origin = %(origin)s ORDER BY id DESC LIMIT 1",
        origin=path.name,
    )
    return bool(found and found["yes"])


def deliveries(folder: Path, market: Market) -> Iterator[list[Path]]:
    """Yield the files before the first closing, then those after it."""
    files = write_files(folder, card_type=market.meter.code, seed=SEED)
    yield files[:-1]
    yield files[-1:]


def live_undisturbed(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Let the centre live in this process, in other batches, and return its books."""
    market = open_small_centre()
    for files in deliveries(folder, market):
        for path in files:
            call_command(*ingesting(path, market), stdout=io.StringIO())
        list(rating.rate_all(now=utc_now()))
        for month in invoice_queries.months_to_close(now=utc_now()):
            invoices.close_period(month=month, now=utc_now())
        for month in settlement_queries.months_to_settle():
            settlement.settle(month=month, now=utc_now())
    assert is_rated()
    return books(market)


def live_disturbed(
    folder: Path, made: Forge, *, random: Random
) -> dict[str, list[tuple[Any, ...]]]:
    """Let the centre live in processes that are killed again and again, and return its books."""
    market = open_small_centre()
    for files, kills in zip(deliveries(folder, market), KILLS_OF_A_HOP, strict=True):
        for path in files:
            ingest_with_kills(path, made, market=market, random=random)
        for hop in ("rating", "close", "settlement"):
            work_with_kills(hop, made, kills=kills[hop], random=random)
    return books(market)


def ingest_with_kills(path: Path, made: Forge, *, market: Market, random: Random) -> None:
    """Ingest a file, killed and started again from its beginning."""
    for _ in range(KILLS_OF_A_DELIVERY):
        pid, name = made.fork(command=ingesting(path, market))
        made.strike(pid, name, hop="ingest", random=random, is_done=lambda: is_ingested(path))
        lose_redis(random)
    pid, name = made.fork(command=ingesting(path, market))
    made.wait(pid, name)
    assert is_ingested(path), made.output()


def work_with_kills(hop: str, made: Forge, *, kills: int, random: Random) -> None:
    """Let workers do a hop, each killed and followed by the next, and the last one finish it."""
    for _ in range(kills):
        if IS_DONE[hop]():
            break
        pid, name = made.fork(queues=QUEUES[hop])
        nudge = partial(send_nudge, TASKS[hop])
        nudge()
        made.strike(pid, name, hop=hop, random=random, is_done=IS_DONE[hop], nudge=nudge)
        lose_redis(random)
    pid, name = made.fork(queues=QUEUES[hop])
    deadline = time.monotonic() + SECONDS_MAX
    while not IS_DONE[hop]():
        assert time.monotonic() < deadline, made.output()
        send_nudge(TASKS[hop])
        time.sleep(0.1)
    made.stop(pid, name)


def lose_redis(random: Random) -> None:
    """Empty Redis every other time; what was in it is gone with its worker in any case."""
    if random.random() < 0.5:
        services.empty_redis()


def expect_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, lines in expected.items():
        assert found[name] == lines, name


def expect_every_law() -> None:
    assert {v.law.name: v.offenders for v in audit.verify_books(full=True) if not v.holds} == {}


def is_proven(kills: list[Kill]) -> bool:
    """Say whether each hop was killed inside a transaction, with a statement running."""
    return {kill.hop for kill in kills if kill.is_inside and kill.is_active} == set(HOPS)


def run_lives(folder: Path, *, kills: int) -> list[Kill]:
    """Live until so many kills have come and every life was equal to the undisturbed one."""
    partitions.ensure_months_ahead(now=utc_now())
    expected = live_undisturbed(folder)
    expect_every_law()
    random = Random(SEED)
    with forge(**SMALL) as made:
        for _ in range(LIVES_MAX):
            if len(made.kills) >= kills and is_proven(made.kills):
                break
            database.clean()
            services.empty_redis()
            expect_equal(live_disturbed(folder, made, random=random), expected)
            assert all(is_done() for is_done in IS_DONE.values())
            expect_every_law()
        return made.kills


def test_books_of_killed_workers_are_equal(tmp_path: Path) -> None:
    kills = run_lives(tmp_path, kills=KILLS)

    assert len(kills) >= KILLS
    assert is_proven(kills), kills


@pytest.mark.soak
def test_books_of_hundreds_of_killed_workers_are_equal(tmp_path: Path) -> None:
    started = time.monotonic()

    kills = run_lives(tmp_path, kills=KILLS_OF_A_SOAK)

    assert len(kills) >= KILLS_OF_A_SOAK
    assert is_proven(kills), kills
    write_result(kills, seconds=round(time.monotonic() - started))


def write_result(kills: list[Kill], *, seconds: int) -> None:
    """Keep what was done, so that a reader need not take it on trust."""
    version = row("SHOW server_version")
    result = {
        "name": "kills",
        "at": utc_now().astimezone(UTC).isoformat(timespec="seconds"),
        "seed": SEED,
        "seconds": seconds,
        "kills": len(kills),
        "per_hop": {hop: count(kills, hop) for hop in HOPS},
        "statements": Counter(kill.statement for kill in kills if kill.is_inside).most_common(40),
        "machine": {
            "cpus": os.cpu_count(),
            "memory_gib": psutil.virtual_memory().total >> 30,
            "system": platform.platform(),
            "python": platform.python_version(),
            "postgresql": version["server_version"] if version else "",
        },
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def count(kills: list[Kill], hop: str) -> dict[str, int]:
    of_hop = [kill for kill in kills if kill.hop == hop]
    return {
        "kills": len(of_hop),
        "inside_a_transaction": sum(kill.is_inside for kill in of_hop),
        "with_an_active_statement": sum(kill.is_inside and kill.is_active for kill in of_hop),
    }

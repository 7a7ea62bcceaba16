"""SIGKILL in the midst of an ingest, then the same file again: the books of an undisturbed run."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from compute_billing.metering.models import UsageImport, UsageRecord
from kernel.sql import execute, row, rows
from tests import database, services
from tests.builders.metering import csv_text, instant_text
from tests.builders.usage import NOW, hour

pytestmark = pytest.mark.django_db(transaction=True)

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60
SEED = 20_261_122
ROWS = 400
JOBS = 60

TABLES = ("metering_allocation", "metering_usage_key", "metering_usage_record",
          "metering_usage_pending")  # fmt: skip
WAITING = "SELECT pid FROM pg_locks WHERE relation = %(table)s::regclass AND NOT granted"
ALIVE = "SELECT pid FROM pg_stat_activity WHERE pid = %(pid)s"
BOOKS = """
    SELECT r.external_id, o.external_id AS corrects, t.code AS tenant, r.started_at, r.ended_at,
        r.quantity, p.usage_id IS NOT NULL AS waits
    FROM metering_usage_record r
    JOIN metering_usage_source s ON s.id = r.source_id AND s.code = %(source)s
    JOIN accounts_organisation t ON t.id = r.tenant_id
    LEFT JOIN metering_usage_record o ON o.id = r.corrects_id
    LEFT JOIN metering_usage_pending p ON p.usage_id = r.id
    ORDER BY 1
"""


def write_usage(path: Path) -> Path:
    """Write a file whose records come in dozens of transactions: records, polls, corrections."""
    lines = [_line(number, random.Random(SEED + number)) for number in range(ROWS)]
    columns = [
        "job_id", "tenant", "cards", "card_type", "started_at", "ended_at", "allocation",
        "observed_at", "quantity_card_seconds", "corrects",
    ]  # fmt: skip
    path.write_text(csv_text(*lines, columns=columns), encoding="utf-8")
    return path


def _line(number: int, chance: random.Random) -> dict[str, str]:
    if number % 9 == 8 and number % 5:  # take the record before back, or some of it
        record = _line(number - 1, random.Random(SEED + number - 1))
        return {**record, "job_id": f"{number}-fix", "corrects": record["job_id"]}
    if number % 5 == 4:  # a job that runs all the time, polled now and then
        job = f"running-{number % 3}"
        return {
            "job_id": job, "tenant": "acme", "cards": "1", "ended_at": "",
            "started_at": instant_text(hour(0)), "observed_at": instant_text(hour(1 + number)),
        }  # fmt: skip
    start = chance.randrange(200)
    return {
        "job_id": f"{number}",
        "tenant": f"tenant-{number % 7}",
        "cards": "0.5",
        "started_at": instant_text(hour(start)),
        "ended_at": instant_text(hour(start + 1)),
        "allocation": "" if chance.random() < 0.7 else f"job-{number % JOBS}-{number % 7}",
    }


def command(path: Path, source: str) -> list[str]:
    return [
        "ingest_usage", str(path), "--source", source, "--format", "csv", "--create-tenants",
        "--now", NOW.isoformat(), "--json",
    ]  # fmt: skip


def start(path: Path, source: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command(path, source)],
        cwd=REPOSITORY,
        env=services.child_environment(LOG_LEVEL="WARNING"),
        stdout=subprocess.PIPE,
    )


def books(source: str) -> list[dict[str, Any]]:
    return rows(BOOKS, source=source)


def ingest_here(path: Path, source: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    call_command(*command(path, source))
    return json.loads(capsys.readouterr().out)


def _has(source: str, count: int) -> bool:
    return len(books(source)) >= count


def wait_for(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        execute("SELECT pg_stat_clear_snapshot()")
        if found := condition():
            return found
        time.sleep(0.002)
    raise AssertionError("it never came")


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    return write_usage(tmp_path / "usage.csv")


@pytest.fixture
def calm(usage: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the books of an undisturbed run; also make the tenants."""
    told = ingest_here(usage, "calm", capsys)
    assert told["accepted"] > ROWS / 2
    assert told["reasons"].keys() <= {"overlaps_recorded_use", "exceeds_original"}
    return books("calm")


def assert_mended(
    usage: Path, source: str, calm: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    left = books(source)
    assert len(left) < len(calm), "the kill came too late"
    told = ingest_here(usage, source, capsys)
    assert books(source) == calm
    assert told["accepted"] == len(calm) - len(left)
    assert told["conflict"] == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_kill_inside_a_transaction(
    table: str, usage: Path, calm: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The process dies while its backend is about to write to the table; its locks prove it."""
    with database.as_owner(), transaction.atomic():
        execute(f"LOCK TABLE {table} IN SHARE MODE")
        process = start(usage, "killed")
        try:
            waiting = wait_for(lambda: row(WAITING, table=table))
        finally:
            process.kill()
            process.communicate(timeout=SECONDS_MAX)
    wait_for(lambda: row(ALIVE, pid=waiting["pid"]) is None)

    assert books("killed") == []
    assert_mended(usage, "killed", calm, capsys)


def moments(count: int) -> Iterator[tuple[int, int]]:
    chance = random.Random(SEED)
    for number in range(count):
        yield number, chance.randrange(1, ROWS // 2)


@pytest.mark.parametrize(
    "kills", [pytest.param(3, id="few"), pytest.param(60, id="many", marks=pytest.mark.soak)]
)
def test_kills_at_random_moments(
    kills: int, usage: Path, calm: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    for number, after in moments(kills):
        source = f"killed-{number}"
        process = start(usage, source)
        try:
            wait_for(partial(_has, source, after))
        finally:
            process.kill()
            process.communicate(timeout=SECONDS_MAX)
        unfinished = UsageImport.objects.get(source__code=source)
        assert unfinished.finished_at is None
        wait_for(lambda: execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'").fetchone() is None
        )  # fmt: skip
        assert_mended(usage, source, calm, capsys)


def test_two_processes_at_once_bring_one_file_in_once(
    usage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On empty books: the source and its tenants are made by both, and there is one of each."""
    processes = [start(usage, "raced") for _ in range(2)]
    told = [json.loads(process.communicate(timeout=SECONDS_MAX * 3)[0]) for process in processes]

    assert all(process.returncode == 0 for process in processes)
    ingest_here(usage, "calm", capsys)
    assert books("raced") == books("calm")
    assert sum(outcome["accepted"] for outcome in told) == len(books("calm"))
    assert sum(outcome["conflict"] for outcome in told) == 0


@pytest.mark.shared_data
def test_two_processes_at_once_bring_philly_in_once(shared_data: Path) -> None:
    path = shared_data / "philly-2017-09-10.csv.gz"
    processes = [start(path, "philly") for _ in range(2)]
    told = [json.loads(process.communicate(timeout=SECONDS_MAX * 4)[0]) for process in processes]

    assert sum(outcome["accepted"] for outcome in told) == 52_558
    assert sum(outcome["duplicate"] for outcome in told) == 52_558
    assert {outcome["conflict"] + outcome["rejected"] for outcome in told} == {0}
    total = row("SELECT sum(quantity)::bigint AS quantity FROM metering_usage_record")
    assert total == {"quantity": 2_259_967_689 * 1_000_000}
    assert UsageRecord.objects.count() == 52_558

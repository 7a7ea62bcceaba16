"""Real clusters' usage through the command, against totals that others computed."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from compute_billing.metering.formats import ParsedRecord, ParseOptions, open_text, parse
from compute_billing.metering.models import UsageConflict, UsageRecord, UsageReject
from tests.builders.metering import instant_text, to_event
from tests.builders.usage import tables

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]

PHILLY_ROWS = 52_558
ZONES = ("UTC", "Asia/Shanghai")
NOTHING = {"accepted": 0, "duplicate": 0, "conflict": 0, "rejected": 0, "reasons": {}}


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command with --json; stdout must be one JSON document on one line."""
    capsys.readouterr()
    call_command(*arguments, "--json")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def ingest(capsys: Any, path: Path, *options: str, file_format: str = "csv") -> dict[str, Any]:
    return told(
        capsys, "ingest_usage", str(path), "--format", file_format, "--create-tenants", *options
    )


def totals(capsys: Any, zone: str) -> dict[tuple[str, str], str]:
    found = told(capsys, "usage_totals", "--time-zone", zone)
    return {(cell["tenant"], cell["month"]): cell["card_seconds"] for cell in found}


def truth(path: Path, zone: str) -> dict[tuple[str, str], str]:
    with path.open(newline="") as stream:
        return {
            (row["tenant"], row["month"]): row["card_seconds"]
            for row in csv.DictReader(stream)
            if row["basis"] == "strict" and row["tz"] == zone
        }


def parsed_philly(path: Path) -> list[ParsedRecord]:
    with open_text(path) as stream:
        return list(parse(stream, options=ParseOptions(format="csv")))


def mixed_csv(records: list[ParsedRecord], path: Path) -> Path:
    """Write the rows shuffled, in another order of columns, in the time of Shanghai."""
    order = list(records)
    random.Random(20_261_122).shuffle(order)
    with gzip.open(path, "wt", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["ended_at", "cards", "note", "job_id", "tenant", "started_at", "card_type"]
        )
        for record in order:
            ended_at, started_at = (
                instant_text(instant, offset_minutes=480)
                for instant in (record.ended_ms, record.started_ms)
            )
            cards = f"{record.milli_cards // 1000}.0"
            writer.writerow(
                [ended_at, cards, "x", record.external_id, record.account, started_at,
                 record.card_type]
            )  # fmt: skip
    return path


def events(records: list[ParsedRecord], path: Path) -> Path:
    """Write CloudEvents, one per line, in the time of California."""
    lines = (json.dumps(to_event(record, offset_minutes=-420)) for record in reversed(records))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_philly_in_every_shape(shared_data: Path, tmp_path: Path, capsys: Any) -> None:
    path = shared_data / "philly-2017-09-10.csv.gz"
    expected = {zone: truth(shared_data / "philly-2017-09-10.truth.csv", zone) for zone in ZONES}

    assert ingest(capsys, path, "--source", "philly") == {**NOTHING, "accepted": PHILLY_ROWS}
    for zone in ZONES:
        assert totals(capsys, zone) == expected[zone]
    rows = tables()
    assert set(rows.values()) == {PHILLY_ROWS}

    records = parsed_philly(path)
    for again in variants(path, records, tmp_path):
        outcome = ingest(capsys, *again[:1], "--source", "philly", file_format=again[1])
        assert outcome == {**NOTHING, "duplicate": PHILLY_ROWS}, again
        assert tables() == rows
    for zone in ZONES:
        assert totals(capsys, zone) == expected[zone]


def variants(path: Path, records: list[ParsedRecord], tmp_path: Path) -> Iterator[tuple[Path, str]]:
    yield path, "csv"
    yield mixed_csv(records, tmp_path / "mixed.csv.gz"), "csv"
    yield events(records, tmp_path / "events.jsonl"), "cloudevents"


def test_a_row_of_philly_under_another_tenant_is_a_conflict(
    shared_data: Path, tmp_path: Path, capsys: Any
) -> None:
    with gzip.open(shared_data / "philly-2017-09-10.csv.gz", "rt") as stream:
        header, first, second, *_ = stream.read().splitlines()
    path = tmp_path / "few.csv"
    path.write_text("\n".join([header, first, second]))
    ingest(capsys, path, "--source", "philly")
    row = dict(zip(header.split(","), first.split(","), strict=True))
    stolen = first.replace(row["tenant"], "somebody-else")
    path.write_text("\n".join([header, stolen, second]))

    outcome = ingest(capsys, path, "--source", "philly")

    assert outcome == {**NOTHING, "duplicate": 1, "conflict": 1}
    assert UsageConflict.objects.get().payload == stolen
    assert UsageRecord.objects.count() == 2


def test_xdmod_publishes_the_same_core_hours(shared_data: Path, capsys: Any) -> None:
    path = shared_data / "xdmod-phillips-2016-12.sacct.log.gz"
    published = json.loads(
        (shared_data / "xdmod-phillips-2016-12.third-party-truth.json").read_text()
    )

    outcome = ingest(
        capsys, path, "--source", "phillips", "--measure", "cores", file_format="sacct"
    )

    assert outcome == {
        **NOTHING, "accepted": 4024, "rejected": 261, "reasons": {"zero_duration": 261}
    }  # fmt: skip
    for zone in ZONES:
        found = totals(capsys, zone)
        assert found == truth(shared_data / "xdmod-phillips-2016-12.truth.csv", zone)
    hours = Fraction(sum(int(seconds) for seconds in found.values()), 3600)
    assert "11767.9883" in json.dumps(published)
    assert round(hours, 4) == Fraction("11767.9883")
    # XDMoD counts 4,046 jobs: 22 of zero length more than we accept; 239 never got a node.
    kept = UsageReject.objects.values_list("reason", "field", "message", "payload")
    assert len(kept) == 261
    assert {(reason, field) for reason, field, *_ in kept} == {("zero_duration", "ended_at")}
    assert all(message and payload for *_, message, payload in kept)
    assert sum("None assigned" in payload for *_, payload in kept) == 239


def test_xdmod_publishes_the_same_gpu_hours(shared_data: Path, capsys: Any) -> None:
    path = shared_data / "xdmod-phillips-2016-12.sacct.log.gz"
    outcome = ingest(capsys, path, "--source", "phillips", file_format="sacct")
    assert outcome == {
        **NOTHING, "accepted": 2, "rejected": 4283, "reasons": {"zero_cards": 4283}
    }  # fmt: skip
    seconds = sum(int(value) for value in totals(capsys, "UTC").values())
    assert round(Fraction(seconds, 3600), 4) == Fraction("506.9128")


def test_cores_and_cards_of_one_job_are_two_records(shared_data: Path, capsys: Any) -> None:
    path = shared_data / "xdmod-phillips-2016-12.sacct.log.gz"
    for measure, accepted in (("cores", 4024), ("cards", 2)):
        options = ("--source", "phillips", "--measure", measure)
        assert ingest(capsys, path, *options, file_format="sacct")["accepted"] == accepted
        assert ingest(capsys, path, *options, file_format="sacct")["duplicate"] == accepted


@pytest.mark.parametrize(
    ("measure", "outcome"),
    [
        ("cards", {"accepted": 65, "rejected": 12, "reasons": {"zero_cards": 12}}),
        ("cores", {"accepted": 87, "rejected": 4, "reasons": {"zero_cards": 4}}),
    ],
)
def test_the_pull_of_fox(
    shared_data: Path, capsys: Any, measure: str, outcome: dict[str, Any]
) -> None:
    """Jobs that still ran in the pull are slices; the pull again changes nothing."""
    path = shared_data / "samples" / "uio-fox-sacct-2025-09.txt"
    options = ("--source", "fox", "--measure", measure, "--time-zone", "Europe/Oslo")

    assert ingest(capsys, path, *options, file_format="sacct") == {**NOTHING, **outcome}
    before = totals(capsys, "UTC")
    again = ingest(capsys, path, *options, file_format="sacct")

    assert again == {**NOTHING, **outcome, "accepted": 0, "duplicate": outcome["accepted"]}
    assert totals(capsys, "UTC") == before


@pytest.mark.parametrize(
    ("name", "file_format"),
    [
        ("slurm-22.05/sacct_epoch.psv", "sacct"),
        ("slurm-22.05/sacct_full_X.psv", "sacct"),
        ("slurm-22.05/sacct_requeue_nodefail_suspend.psv", "sacct"),
        ("slurm-22.05/sacct.json", "sacct-json"),
        ("slurm-22.05/restd_slurmdb_v0.0.38_jobs.json", "sacct-json"),
        ("sacct-json-slurm_21_8_8.json", "sacct-json"),
        ("sacct-json-slurm_22_5_9.json", "sacct-json"),
        ("sacct-json-slurm_23_2_6.json", "sacct-json"),
        ("sacct-json-slurm_23_11_5.json", "sacct-json"),
    ],
)
def test_samples_of_slurm_are_recorded_whole_and_once(
    shared_data: Path, capsys: Any, name: str, file_format: str
) -> None:
    path = shared_data / "samples" / name
    with open_text(path) as stream:
        options = ParseOptions(format=file_format, measure="cores", time_zone="Asia/Shanghai")
        read = list(parse(stream, options=options))
    told_options = ("--source", "slurm", "--measure", "cores", "--time-zone", "Asia/Shanghai")

    outcome = ingest(capsys, path, *told_options, file_format=file_format)

    assert outcome["conflict"] == 0
    assert sum(outcome[kind] for kind in ("accepted", "duplicate", "rejected")) == len(read)
    finished = [row for row in read if isinstance(row, ParsedRecord)]
    assert outcome["accepted"] >= len(finished)
    assert outcome["accepted"] > 0
    again = ingest(capsys, path, *told_options, file_format=file_format)
    assert (again["accepted"], again["conflict"]) == (0, 0)


def test_the_formats_of_one_pull_agree(shared_data: Path, capsys: Any) -> None:
    """JSON of sacct and of slurmrestd of the same jobs: what comes second is a duplicate."""
    folder = shared_data / "samples" / "slurm-22.05"
    options = ("--source", "slurm", "--measure", "cores")
    names = ("sacct.json", "restd_slurmdb_v0.0.38_jobs.json")
    first, second = (
        ingest(capsys, folder / name, *options, file_format="sacct-json") for name in names
    )
    assert (first["accepted"], second["duplicate"], second["conflict"]) == (14, 10, 0)

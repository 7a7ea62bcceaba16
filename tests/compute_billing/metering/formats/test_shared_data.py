"""Real usage against totals that others computed; the folder is no part of the repository."""

import csv
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from compute_billing.metering.formats import (
    Measure,
    Parsed,
    ParsedRecord,
    ParseOptions,
    Reject,
    RunningObservation,
    open_text,
    parse,
)
from compute_billing.metering.formats.values import instant_ms

pytestmark = pytest.mark.shared_data

CARD_SECOND = 1_000_000
HOURS_EAST = {"UTC": 0, "Asia/Shanghai": 8}


def read_file(path: Path, source_format: Any, **options: Any) -> list[Parsed]:
    with open_text(path) as stream:
        return list(parse(stream, options=ParseOptions(format=source_format, **options)))


def counts(parsed: list[Parsed]) -> Counter[str]:
    """Count rejects by reason, and the rest by kind."""
    return Counter(row.reason if isinstance(row, Reject) else type(row).__name__ for row in parsed)


def card_seconds(parsed: list[Parsed]) -> int:
    total = sum(row.quantity for row in parsed if isinstance(row, ParsedRecord))
    assert total % CARD_SECOND == 0
    return total // CARD_SECOND


def month_totals(parsed: list[Parsed], zone: str) -> dict[tuple[str, str], int]:
    """Cut at month borders of the zone; milli-card-seconds by (account, month)."""
    borders = [
        (month, instant_ms(f"{month}-01T00:00:00+{HOURS_EAST[zone]:02}:00", "border"))
        for month in ("2016-12", "2017-01", "2017-02", "2017-09", "2017-10", "2017-11", "2017-12")
    ]
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in parsed:
        if isinstance(row, ParsedRecord):
            assert row.quantity == row.milli_cards * (row.ended_ms - row.started_ms)
            for (month, opens), (_, closes) in pairwise(borders):
                inside = min(row.ended_ms, closes) - max(row.started_ms, opens)
                if inside > 0:
                    totals[row.account, month] += row.milli_cards * inside
    return {key: total // 1000 for key, total in totals.items()}


def truth(path: Path, zone: str) -> dict[tuple[str, str], int]:
    with path.open(newline="") as stream:
        return {
            (row["tenant"], row["month"]): int(row["milli_card_seconds"])
            for row in csv.DictReader(stream)
            if row["basis"] == "strict" and row["tz"] == zone
        }


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_philly_equals_its_truth(shared_data: Path, zone: str) -> None:
    parsed = read_file(shared_data / "philly-2017-09-10.csv.gz", "csv")
    assert counts(parsed) == {"ParsedRecord": 52_558}
    assert card_seconds(parsed) == 2_259_967_689
    assert month_totals(parsed, zone) == truth(shared_data / "philly-2017-09-10.truth.csv", zone)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
@pytest.mark.parametrize(
    ("name", "source_format", "options"),
    [
        ("xdmod-phillips-2016-12.sacct.log.gz", "sacct", {"measure": "cores"}),
        ("xdmod-phillips-2016-12.csv.gz", "csv", {}),
    ],
)
def test_cores_of_the_xdmod_log_equal_their_truth(
    shared_data: Path, zone: str, name: str, source_format: str, options: dict[str, str]
) -> None:
    parsed = read_file(shared_data / name, source_format, **options)
    assert counts(parsed) == {"ParsedRecord": 4024, "zero_duration": 261}
    assert card_seconds(parsed) == 42_364_758  # 11,767.9883 h, as XDMoD publishes
    expected = truth(shared_data / "xdmod-phillips-2016-12.truth.csv", zone)
    assert month_totals(parsed, zone) == expected


def test_cards_of_the_xdmod_log_equal_its_gpu_hours(shared_data: Path) -> None:
    parsed = read_file(shared_data / "xdmod-phillips-2016-12.sacct.log.gz", "sacct")
    assert counts(parsed) == {"ParsedRecord": 2, "zero_cards": 4283}
    assert card_seconds(parsed) == 1_824_886
    assert round(Fraction(card_seconds(parsed), 3600) * 10_000) == 5_069_128  # 506.9128 h there


@pytest.mark.parametrize(
    ("measure", "expected", "total"),
    [
        ("cards", {"ParsedRecord": 47, "RunningObservation": 18, "zero_cards": 12}, 110_363),
        ("cores", {"ParsedRecord": 55, "RunningObservation": 32, "zero_cards": 4}, 2_578_906),
    ],
)
def test_the_pull_of_fox(
    shared_data: Path, measure: Measure, expected: dict[str, int], total: int
) -> None:
    path = shared_data / "samples" / "uio-fox-sacct-2025-09.txt"
    parsed = read_file(path, "sacct", measure=measure, time_zone="Europe/Oslo")
    # 122 jobs: of the running ones without cards nothing is said yet, nor of 31 that wait
    assert counts(parsed) == expected
    assert card_seconds(parsed) == total
    polled = {row.observed_ms for row in parsed if isinstance(row, RunningObservation)}
    assert max(polled) - min(polled) <= 1000  # one sacct call, told by each row's elapsed time


@pytest.mark.parametrize("name", ["sacct_brief.psv", "sacct_epoch.psv", "sacct_full_X.psv"])
def test_every_pull_of_a_slurm_22_05_says_the_same(shared_data: Path, name: str) -> None:
    folder = shared_data / "samples" / "slurm-22.05"
    parsed = read_file(folder / name, "sacct")
    assert counts(parsed) == {"ParsedRecord": 9, "zero_duration": 1, "zero_cards": 3}
    assert card_seconds(parsed) == 151


def test_text_and_json_of_one_slurm_name_their_records_alike(shared_data: Path) -> None:
    folder = shared_data / "samples" / "slurm-22.05"
    by_text = read_file(folder / "sacct_epoch.psv", "sacct", cluster="lab")
    by_json = read_file(folder / "sacct.json", "sacct-json")
    by_rest = read_file(folder / "restd_slurmdb_v0.0.38_jobs.json", "sacct-json")

    def said(parsed: list[Parsed]) -> set[tuple[str, str, int, int, int]]:
        return {
            (row.external_id, row.account, row.started_ms, row.ended_ms, row.quantity)
            for row in parsed
            if isinstance(row, ParsedRecord)
        }

    assert said(by_text) == said(by_rest)
    assert said(by_text) < said(by_json)  # four more jobs had run by then
    assert len(said(by_json)) == 13


def test_requeued_failed_and_suspended_jobs(shared_data: Path) -> None:
    folder = shared_data / "samples" / "slurm-22.05"
    parsed = read_file(folder / "sacct_requeue_nodefail_suspend.psv", "sacct")
    quantities = [row.quantity // CARD_SECOND for row in parsed if isinstance(row, ParsedRecord)]
    assert quantities == [2, 2, 6, 7, 4]  # the last ran 4 of its 8 seconds


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sacct-json-slurm_21_8_8.json", ("cedar/55978384/1673275023/cards", 86_301)),
        ("sacct-json-slurm_22_5_9.json", ("narval/20247445/1693740641/cards", 1_990_448)),
    ],
)
def test_finished_jobs_of_older_slurms(
    shared_data: Path, name: str, expected: tuple[str, int]
) -> None:
    (record,) = read_file(shared_data / "samples" / name, "sacct-json")
    assert isinstance(record, ParsedRecord)
    assert (record.external_id, record.quantity // CARD_SECOND) == expected


@pytest.mark.parametrize(
    ("name", "elapsed_s"),
    [("sacct-json-slurm_23_2_6.json", 83_853_331), ("sacct-json-slurm_23_11_5.json", 102_228_976)],
)
def test_running_jobs_of_newer_slurms(shared_data: Path, name: str, elapsed_s: int) -> None:
    (observation,) = read_file(shared_data / "samples" / name, "sacct-json")
    assert isinstance(observation, RunningObservation)
    assert (observation.elapsed_ms, observation.milli_cards) == (elapsed_s * 1000, 2000)


@pytest.mark.parametrize("state", ["gpus-completed", "gpus-multi-types"])
def test_gpu_jobs_whose_accounting_shows_none_are_told(shared_data: Path, state: str) -> None:
    path = shared_data / "samples" / f"slurmrestd-25.11-v0.0.43-slurmdb-job-{state}.json"
    assert counts(read_file(path, "sacct-json")) == {"cards_not_reported": 1}

import json
from typing import Any

import pytest

from compute_billing.metering.formats import (
    ParsedRecord,
    Reject,
    RunningObservation,
    UnableToReadUsage,
)
from tests.compute_billing.metering.formats.reading import read, read_one, reasons

STARTED_S = 1_795_302_737
CARD_SECOND = 1_000_000


def tres(kind: str, count: Any, name: str | None = "") -> dict[str, Any]:
    return {"type": kind, "name": name, "id": 1, "count": count}


def number(value: int) -> dict[str, Any]:
    """Wrap a number as Slurm does from 23.02 on."""
    return {"set": True, "infinite": False, "number": value}


UNSET = {"set": False, "infinite": False, "number": 0}


def make_job(**overrides: Any) -> dict[str, Any]:
    """Two ascend910 for ten seconds."""
    times = {"start": STARTED_S, "end": STARTED_S + 10, "elapsed": 10, "suspended": 0}
    held = [
        tres("cpu", 4, None),  # as 22.05 writes it
        tres("energy", -2),
        tres("billing", 40),
        tres("gres", 2, "gpu"),
        tres("gres", 2, "gpu:ascend910"),
    ]
    return {
        "job_id": 12,
        "cluster": "lab",
        "account": "acme",
        "state": {"current": "COMPLETED", "reason": "None"},
        "time": {**times, **overrides.pop("time", {})},
        "tres": {
            "allocated": overrides.pop("allocated", held),
            "requested": overrides.pop("requested", []),
        },
        "steps": [],
        **overrides,
    }


def answer(*jobs: Any, errors: list[Any] | None = None) -> str:
    return json.dumps({"meta": {"slurm": {}}, "jobs": list(jobs), "errors": errors or []}, indent=1)


def one(**overrides: Any) -> ParsedRecord:
    return read_one(answer(make_job(**overrides)), "sacct-json", ParsedRecord)


def test_a_job_has_the_id_that_sacct_text_gives_it() -> None:
    record = one()
    assert record.external_id == f"lab/12/{STARTED_S}/cards"
    assert (record.account, record.card_type, record.milli_cards) == ("acme", "ascend910", 2000)
    assert (record.position, record.quantity) == (1, 20 * CARD_SECOND)
    assert json.loads(record.payload) == make_job()


def test_cores_are_counted_beside_cards() -> None:
    record = read_one(answer(make_job()), "sacct-json", ParsedRecord, measure="cores")
    assert (record.card_type, record.milli_cards) == ("cpu_core", 4000)
    assert record.external_id == f"lab/12/{STARTED_S}/cores"


@pytest.mark.parametrize("current", ["REQUEUED", ["REQUEUED"], ["COMPLETED", "COMPLETING"]])
def test_states_are_a_string_or_a_list(current: Any) -> None:
    # given a requeued job that ended 8,062 s after it had run
    record = one(
        state={"current": current},
        time={"end": STARTED_S + 94_363, "elapsed": 86_301},
        allocated=[tres("gres", 1, "gpu")],
    )
    assert record.ended_ms - record.started_ms == 94_363_000
    assert record.quantity == 86_301 * CARD_SECOND


@pytest.mark.parametrize("end", [0, None, UNSET])
@pytest.mark.parametrize("current", ["RUNNING", ["RUNNING"]])
def test_a_running_job_has_no_end(end: Any, current: Any) -> None:
    running = make_job(state={"current": current}, time={"end": end, "elapsed": number(7)})
    observation = read_one(answer(running), "sacct-json", RunningObservation)
    assert observation.external_id == one().external_id
    assert observation.observed_ms == STARTED_S * 1000 + 7000


def test_wrapped_numbers_are_read() -> None:
    wrapped = one(
        time={"start": number(STARTED_S), "end": number(STARTED_S + 10), "elapsed": number(6)},
        allocated=[tres("gres", number(2), "gpu"), tres("cpu", {"set": False, "number": 9})],
    )
    assert wrapped.quantity == 12 * CARD_SECOND


def test_the_account_may_stand_in_the_association() -> None:
    assert one(account="", association={"account": "acme-vision"}).account == "acme-vision"


def test_waiting_jobs_are_not_usage() -> None:
    waiting = make_job(state={"current": ["PENDING"]}, time={"start": 0, "end": 0}, allocated=[])
    assert read(answer(waiting), "sacct-json") == []


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"submit_line": "sbatch --time 1 --partition gpu --gpus 4"}, "cards_not_reported"),
        ({"requested": [tres("gres", 4, "gpu")]}, "cards_not_reported"),
        ({"used_gres": "gpu:a100:2"}, "cards_not_reported"),
        (
            {"steps": [{"tres": {"allocated": [tres("gres", 1, "gpu")]}}]},
            "cards_not_reported",
        ),
        ({"submit_line": "sbatch --partition gpu"}, "zero_cards"),
        ({"requested": {}, "used_gres": ""}, "zero_cards"),
    ],
)
def test_cards_that_slurm_was_not_told_to_count_are_no_silent_zero(
    overrides: dict[str, Any], reason: str
) -> None:
    job = make_job(allocated=[tres("cpu", 1)], **overrides)
    assert reasons(read(answer(job), "sacct-json")) == [reason]
    assert reasons(read(answer(job), "sacct-json", measure="cores")) == [""]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"time": {"start": None}}, "missing_start"),
        ({"time": {"end": STARTED_S}}, "zero_duration"),
        ({"time": {"end": STARTED_S - 1}}, "negative_duration"),
        ({"time": {"start": 7}}, "malformed_time"),
        ({"time": {"end": 0}}, "missing_end"),
        ({"state": {"current": ["RUNNING"]}}, "truncated_times"),
        ({"account": ""}, "missing_account"),
        ({"account": "a\0b"}, "malformed_text"),
        ({"job_id": "twelve"}, "malformed_row"),
        ({"time": {"start": "2026-11-21T23:12:17"}}, "malformed_row"),
    ],
)
def test_each_reason(overrides: dict[str, Any], reason: str) -> None:
    bad, good = make_job(**overrides), make_job(job_id=13)
    rejected, accepted = read(answer(bad, good), "sacct-json")
    assert isinstance(rejected, Reject), rejected
    assert (rejected.reason, rejected.position) == (reason, 1)
    assert rejected.message.startswith("Job 1: ")
    assert rejected.external_id == f"lab/{bad['job_id']}"
    assert isinstance(accepted, ParsedRecord)
    assert accepted.position == 2


def test_a_job_that_is_none_is_one_reject() -> None:
    assert reasons(read(answer(7, make_job()), "sacct-json")) == ["malformed_row", ""]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sacct: error: Problem talking to the database",
        '{"meta": {}}',
        '{"jobs": 7}',
        answer()[:-9],
        answer(errors=[{"description": "Unspecified error", "error_number": -1}]),
        "[" * 100_000,
    ],
)
def test_what_is_no_answer_fails_whole(text: str) -> None:
    with pytest.raises(UnableToReadUsage):
        read(text, "sacct-json")


def test_no_jobs_is_no_usage() -> None:
    assert read(answer(), "sacct-json") == []

import pytest

from compute_billing.metering.formats import (
    Measure,
    ParsedRecord,
    Reject,
    RunningObservation,
    UnableToReadUsage,
)
from tests.compute_billing.metering.formats.reading import read, read_one, reasons

JOB = {
    "Cluster": "lab",
    "JobIDRaw": "12",
    "JobID": "5_0",
    "Account": "acme",
    "State": "COMPLETED",
    "Start": "2026-11-21T23:12:17",
    "End": "2026-11-21T23:12:27",
    "ElapsedRaw": "10",
    "AllocTRES": "billing=40,cpu=4,gres/gpu:ascend910=2,gres/gpu=2,mem=400M,node=1",
}
STARTED_S = 1_795_302_737
CARD_SECOND = 1_000_000


def pull(*jobs: dict[str, str], leave_out: tuple[str, ...] = ()) -> str:
    """Render what `sacct -P` prints for jobs that differ from JOB in what they name."""
    full = [{**JOB, **job} for job in jobs]
    names = [
        name for name in dict.fromkeys(n for job in full for n in job) if name not in leave_out
    ]
    return "\n".join(["|".join(names), *("|".join(job.get(n, "") for n in names) for job in full)])


def one(job: dict[str, str], **options: str) -> ParsedRecord:
    return read_one(pull(job), "sacct", ParsedRecord, **options)


def test_a_job_becomes_a_record_of_its_cards() -> None:
    record = one({})
    assert record.external_id == record.allocation_key == f"lab/12/{STARTED_S}/cards"
    assert (record.account, record.cluster, record.card_type) == ("acme", "lab", "ascend910")
    assert (record.milli_cards, record.quantity) == (2000, 20 * CARD_SECOND)
    assert (record.started_ms, record.ended_ms) == (STARTED_S * 1000, STARTED_S * 1000 + 10_000)
    assert (record.position, record.payload) == (2, pull({}).splitlines()[1])


def test_the_same_job_is_metered_in_cores_under_another_id() -> None:
    record = one({}, measure="cores")
    assert record.external_id == f"lab/12/{STARTED_S}/cores"
    assert (record.card_type, record.milli_cards) == ("cpu_core", 4000)
    assert record.quantity == 40 * CARD_SECOND


@pytest.mark.parametrize(
    ("tres", "card_type", "cards"),
    [
        ("gres/gpu:a100=4,gres/gpu=4", "a100", 4),  # typed and untyped are one
        ("gres/gpu:a100=3,gres/gpu:a100_80=0", "a100", 3),  # typed alone is summed
        ("gres/gpu=4", "", 4),
        ("billing=78,cpu=48,gres/npu:910b=8,gres/npu=8", "910b", 8),
        ("gres/npu=1", "", 1),
        ("gres/gpu=2,gres/gpumem=80G,gres/gpuutil=12,gres/shard=9", "", 2),
    ],
)
def test_cards_are_counted_once(tres: str, card_type: str, cards: int) -> None:
    record = one({"AllocTRES": tres})
    assert (record.card_type, record.milli_cards) == (card_type, cards * 1000)


def test_an_untyped_card_takes_the_default_type() -> None:
    assert one({"AllocTRES": "gres/gpu=1"}, default_card_type="910C").card_type == "910C"
    assert one({}, default_card_type="910C").card_type == "ascend910"


def test_two_types_in_one_job_are_two_records() -> None:
    tres = "gres/gpu:v100=1,gres/gpu:a100=2,gres/gpu=4"
    records = read(pull({"AllocTRES": tres}), "sacct", default_card_type="h20")
    key = f"lab/12/{STARTED_S}/cards"
    assert [
        (row.external_id, row.card_type, row.milli_cards)
        for row in records
        if isinstance(row, ParsedRecord)
    ] == [
        (f"{key}:a100", "a100", 2000),
        (f"{key}:h20", "h20", 1000),
        (f"{key}:v100", "v100", 1000),
    ]


@pytest.mark.parametrize("tres", ["gres/gpu:a100=3,gres/gpu=2", "gres/gpu=two", "gres/gpu=-2"])
def test_contradictory_cards_are_refused(tres: str) -> None:
    assert reasons(read(pull({"AllocTRES": tres}), "sacct")) == ["malformed_cards"]


def test_billing_is_never_cards() -> None:
    assert reasons(read(pull({"AllocTRES": "billing=40,cpu=4"}), "sacct")) == ["zero_cards"]


@pytest.mark.parametrize(
    ("columns", "cores"),
    [
        ({"AllocCPUS": "6", "NCPUS": "7", "ReqCPUS": "8"}, 6),
        ({"NCPUS": "7", "ReqCPUS": "8"}, 7),
        ({"ReqCPUS": "8"}, 4),  # what was asked for is not what was used
    ],
)
def test_cores_come_from_what_was_allocated(columns: dict[str, str], cores: int) -> None:
    assert one(columns, measure="cores").milli_cards == cores * 1000


def test_steps_are_dropped() -> None:
    steps = [{"JobIDRaw": f"12.{step}"} for step in ("batch", "extern", "0", "interactive")]
    assert read(pull(*steps), "sacct") == []
    shown = [{"JobID": f"5_0.{step}"} for step in ("batch", "0")]
    assert read(pull(*shown, leave_out=("JobIDRaw",)), "sacct") == []


@pytest.mark.parametrize("job_id", ["5_0", "123+1", "77"])
def test_job_ids_without_their_raw_form(job_id: str) -> None:
    text = pull({"JobID": job_id}, leave_out=("JobIDRaw", "Cluster"))
    assert read_one(text, "sacct", ParsedRecord).external_id == f"{job_id}/{STARTED_S}/cards"
    named = read_one(text, "sacct", ParsedRecord, cluster="lab")
    assert (named.external_id, named.cluster) == (f"lab/{job_id}/{STARTED_S}/cards", "lab")


def test_waiting_jobs_are_not_usage() -> None:
    waiting = {"State": "PENDING", "Start": "Unknown", "End": "Unknown", "AllocTRES": ""}
    array = {**waiting, "JobID": "123_[5-9]"}
    assert read(pull({**waiting, "ElapsedRaw": "0"}, {**array, "ElapsedRaw": "0"}), "sacct") == []


@pytest.mark.parametrize("start", ["None", "Unknown", ""])
def test_a_job_cancelled_while_it_waited(start: str) -> None:
    job = {"State": "CANCELLED by 1000", "Start": start, "ElapsedRaw": "0", "Suspended": "00:00:00"}
    nothing_held = {**job, "AllocTRES": "", "ReqTRES": "cpu=1,gres/gpu=1"}
    assert reasons(read(pull(nothing_held, job), "sacct")) == ["zero_cards", "missing_start"]


def test_a_job_cancelled_before_it_started_has_no_length() -> None:
    job = {"State": "CANCELLED by 330719", "End": JOB["Start"], "ElapsedRaw": "0"}
    assert reasons(read(pull(job), "sacct")) == ["zero_duration"]


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ({"End": "Unknown"}, "missing_end"),
        ({"Start": "Unknown", "End": "Unknown"}, "missing_start_and_end"),
        ({"End": "2026-11-21T23:12:16"}, "negative_duration"),
        ({"End": "tomorrow"}, "malformed_time"),
        ({"Start": "21/11/26"}, "malformed_time"),
        ({"ElapsedRaw": "ten"}, "malformed_time"),
        ({"ElapsedRaw": "11"}, "quantity_exceeds_interval"),
        ({"ElapsedRaw": "0"}, "zero_quantity"),
        ({"Account": ""}, "missing_account"),
        ({"JobIDRaw": "", "JobID": ""}, "missing_external_id"),
        ({"State": "RUNNING"}, "truncated_times"),
        ({"State": "SUSPENDED"}, "truncated_times"),
        ({"State": "RUNNING", "End": "Unknown", "ElapsedRaw": ""}, "missing_elapsed"),
        ({"AllocTRES": "cpu=4", "ReqTRES": "cpu=4,gres/gpu=2"}, "cards_not_reported"),
        ({"AllocTRES": "cpu=4", "ReqTRES": "cpu=4,gres/gpumem=2"}, "zero_cards"),
        ({"AllocTRES": "cpu=4", "SubmitLine": "sbatch -p gpu --gpus 4 x.sh"}, "cards_not_reported"),
        (
            {"AllocTRES": "cpu=4", "SubmitLine": "sbatch --gpus-per-node=h100:1"},
            "cards_not_reported",
        ),
        ({"AllocTRES": "cpu=4", "SubmitLine": "srun --gres=npu:2 x"}, "cards_not_reported"),
        ({"AllocTRES": "cpu=4", "SubmitLine": "srun -p gpu --gpus 0 x"}, "zero_cards"),
        ({"AllocTRES": "cpu=4", "ReqGRES": "gpu:2"}, "cards_not_reported"),
    ],
)
def test_each_reason(job: dict[str, str], reason: str) -> None:
    (parsed,) = read(pull(job), "sacct")
    assert isinstance(parsed, Reject), parsed
    assert (parsed.reason, parsed.position) == (reason, 2)
    assert parsed.message.startswith("Line 2: ")


def test_a_reject_names_its_job_and_account() -> None:
    reject = read_one(pull({"End": "Unknown"}), "sacct", Reject)
    assert (reject.external_id, reject.account) == ("lab/12", "acme")


def test_suspended_time_is_not_metered() -> None:
    # given a job suspended for 4 of its 10 seconds, told by either column or both
    both = one({"ElapsedRaw": "6", "Suspended": "00:00:04"})
    elapsed_alone = one({"ElapsedRaw": "6"})
    suspended_alone = one({"ElapsedRaw": "", "Suspended": "00:00:04"})
    for record in (both, elapsed_alone, suspended_alone):
        assert record.quantity == 12 * CARD_SECOND
        assert record.ended_ms - record.started_ms == 10_000


def test_elapsed_is_also_read_in_hours_and_days() -> None:
    job = {"ElapsedRaw": "", "Elapsed": "1-00:00:10", "End": "2026-11-22T23:12:27"}
    assert one(job).quantity == 2 * 86_410 * CARD_SECOND


def test_runs_of_a_requeued_job_are_told_apart() -> None:
    first = {"State": "REQUEUED"}
    second = {"Start": "2026-11-21T23:13:17", "End": "2026-11-21T23:13:18", "ElapsedRaw": "1"}
    waiting = {"State": "PENDING", "Start": "Unknown", "End": "Unknown", "ElapsedRaw": "0"}
    parsed = read(pull(first, second, waiting), "sacct")
    assert [row.external_id for row in parsed] == [
        f"lab/12/{STARTED_S}/cards",
        f"lab/12/{STARTED_S + 60}/cards",
    ]


def test_a_running_job_is_an_observation_under_the_id_of_its_record() -> None:
    running = {"State": "RUNNING", "End": "Unknown", "ElapsedRaw": "6", "Suspended": "00:00:02"}
    observation = read_one(pull(running), "sacct", RunningObservation)
    assert observation.external_id == observation.allocation_key == one({}).external_id
    assert observation.observed_ms == STARTED_S * 1000 + 8000
    assert (observation.elapsed_ms, observation.milli_cards) == (6000, 2000)


def test_a_job_that_is_suspended_now_is_observed_too() -> None:
    held = {"State": "SUSPENDED", "End": "Unknown", "ElapsedRaw": "6", "Suspended": "00:01:00"}
    observation = read_one(pull(held), "sacct", RunningObservation)
    assert (observation.observed_ms, observation.elapsed_ms) == (STARTED_S * 1000 + 66_000, 6000)


def test_a_running_job_without_cards_waits_for_its_end() -> None:
    running = {"State": "RUNNING", "End": "Unknown", "AllocTRES": "cpu=4"}
    assert read(pull(running), "sacct") == []
    asked = {**running, "ReqTRES": "gres/gpu=1"}
    assert reasons(read(pull(asked), "sacct")) == ["cards_not_reported"]


def test_times_are_epoch_seconds_or_of_the_named_zone() -> None:
    epoch = {"Start": str(STARTED_S), "End": str(STARTED_S + 10)}
    local = {"Start": "2026-11-22T07:12:17", "End": "2026-11-22T07:12:27"}
    utc = one({})
    in_shanghai = one(local, time_zone="Asia/Shanghai")
    assert one(epoch, time_zone="Asia/Shanghai").started_ms == utc.started_ms
    assert (in_shanghai.started_ms, in_shanghai.external_id) == (utc.started_ms, utc.external_id)


def test_the_end_of_summer_time_costs_nothing() -> None:
    job = {"Start": "2025-10-26T01:30:00", "End": "2025-10-26T02:30:00"}
    one_hour = one({**job, "ElapsedRaw": "3600"}, time_zone="Europe/Oslo")
    two_hours = one({**job, "ElapsedRaw": "7200"}, time_zone="Europe/Oslo")
    assert (one_hour.quantity, two_hours.quantity) == (7200 * CARD_SECOND, 14_400 * CARD_SECOND)


def test_columns_may_stand_in_any_order_and_case() -> None:
    names = sorted(JOB)
    text = "|".join(names).upper() + "\n" + "|".join(JOB[name] for name in names)
    record = read_one(text, "sacct", ParsedRecord)
    assert (record.external_id, record.quantity) == (one({}).external_id, one({}).quantity)
    trailing = "\n".join(line + "|" for line in pull({}).splitlines())  # sacct -p
    assert read_one(trailing, "sacct", ParsedRecord).quantity == record.quantity


def test_a_bar_in_a_job_name_is_read_in_the_last_column_only() -> None:
    assert one({"JobName": "a|b"}).quantity == 20 * CARD_SECOND
    assert reasons(read(pull({"JobName": "a|b", "NNodes": "1"}), "sacct")) == ["malformed_row"]


def test_damaged_rows_do_not_stop_the_rest() -> None:
    text = pull({"Account": "a\0b"}, {"Account": "a\udcffb"}, {})
    assert reasons(read(text, "sacct")) == ["malformed_text", "malformed_text", ""]


XDMOD_ROW = (
    "163485|163485|phillips|focaccia|qos|chaff|chaff|1|u|2|2016-12-22T07:15:12|2016-12-22T07:15:12|"
    "2016-12-22T07:15:13|2016-12-22T07:16:13|00:01:00|0:0|CANCELLED by 3|1|12|12|2147486648Mn|"
    "cpu=12,node=1|billing=12,cpu=12,gres/gpu=2,mem=31000M,node=1|37-14:00:00|cpn-f11-31|na|me"
)
SONAR_ROW = (
    "1902893|1902893|u|ac1|RUNNING|2025-09-23T10:11:19|Unknown||||||256072|0:0|||||48|384G|1||"
    "2025-09-12T20:12:12|00:00:00|00:00:00|10080|00:00:00|gpu-9|accel|"
    "billing=78,cpu=48,gres/gpu:a100_80=4,gres/gpu=4,mem=384G,node=1|11227|interactive"
)


@pytest.mark.parametrize(("measure", "expected"), [("cards", 120), ("cores", 720)])
def test_the_log_of_xdmod_needs_no_header(measure: Measure, expected: int) -> None:
    record = read_one(XDMOD_ROW, "sacct", ParsedRecord, measure=measure)
    assert record.quantity == expected * CARD_SECOND
    assert (record.position, record.account, record.cluster) == (1, "chaff", "phillips")


def test_the_pull_of_sonar_needs_no_header() -> None:
    observation = read_one(SONAR_ROW, "sacct", RunningObservation, time_zone="Europe/Oslo")
    assert (observation.card_type, observation.milli_cards) == ("a100_80", 4000)
    assert observation.observed_ms == 1_758_615_079_000 + 256_072_000


@pytest.mark.parametrize(
    "text",
    [
        "hello\nworld",
        "|".join("abcdefghijklmnopqrstuvwxyz"),
        XDMOD_ROW.replace("2016-12-22T07:15:13|", "yesterday|"),
        XDMOD_ROW.replace("163485|", "x163485|"),
    ],
)
def test_unknown_shapes_fail_whole(text: str) -> None:
    with pytest.raises(UnableToReadUsage, match="neither a header nor a row"):
        read(text, "sacct")


@pytest.mark.parametrize(
    ("left_out", "measure", "missing"),
    [
        (("Account",), "cards", "Account"),
        (("Start", "End"), "cards", "Start, End"),
        (("AllocTRES",), "cards", "AllocTRES"),
        (("AllocTRES",), "cores", "AllocTRES"),
    ],
)
def test_a_pull_without_a_needed_column_fails_whole(
    left_out: tuple[str, ...], measure: Measure, missing: str
) -> None:
    with pytest.raises(UnableToReadUsage, match=f"The pull lacks {missing}:"):
        read(pull({}, leave_out=left_out), "sacct", measure=measure)


def test_an_empty_pull_holds_no_usage() -> None:
    assert read("", "sacct") == []

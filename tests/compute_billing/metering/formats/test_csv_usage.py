import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

from compute_billing.metering.formats import (
    INTERVAL_REASONS,
    Parsed,
    ParsedRecord,
    ParseOptions,
    Reject,
    RunningObservation,
    UnableToReadUsage,
    open_text,
    parse,
)
from tests.builders.metering import CSV_ROW, csv_text, make_parsed_record
from tests.compute_billing.metering.formats.reading import read, read_one, reasons

CARD_HOUR = 3_600_000_000


def test_a_row_becomes_a_record() -> None:
    assert read(csv_text({}), "csv") == [make_parsed_record()]


def test_fractions_of_a_card_are_exact() -> None:
    record = read_one(csv_text({"cards": "0.22"}), "csv", ParsedRecord)
    assert (record.milli_cards, record.quantity) == (220, 792_000_000)


def test_columns_are_found_by_name_and_others_passed_over() -> None:
    shuffled = ["ended_at", "state", "cards", "tenant", "source_row", "started_at", "job_id"]
    text = csv_text({"state": "COMPLETED", "source_row": "7"}, columns=shuffled)
    record = read_one(text, "csv", ParsedRecord, default_card_type="910B2")
    assert record == make_parsed_record(payload=text.splitlines()[1])


def test_options_stand_in_only_where_the_row_is_silent() -> None:
    text = csv_text({"job_id": "a", "card_type": ""}, {"job_id": "b", "cluster": "c2"})
    first, second = read(text, "csv", default_card_type="910C", cluster="c1")
    assert isinstance(first, ParsedRecord)
    assert isinstance(second, ParsedRecord)
    assert (first.card_type, first.cluster) == ("910C", "c1")
    assert (second.card_type, second.cluster) == ("910B2", "c2")


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        ({"cards": "0", "started_at": "", "ended_at": ""}, "zero_cards", "cards"),
        ({"started_at": "", "ended_at": ""}, "missing_start_and_end", "started_at"),
        ({"started_at": ""}, "missing_start", "started_at"),
        ({"ended_at": ""}, "missing_end", "ended_at"),
        ({"ended_at": "2026-10-31T23:59:59Z"}, "negative_duration", "ended_at"),
        ({"ended_at": "2026-11-01T08:00:00+08:00"}, "zero_duration", "ended_at"),
        ({"job_id": ""}, "missing_external_id", "external_id"),
        ({"tenant": " "}, "missing_account", "account"),
        ({"cards": "0.2201"}, "malformed_cards", "cards"),
        ({"cards": "-2"}, "malformed_cards", "cards"),
        ({"cards": ""}, "malformed_cards", "cards"),
        ({"started_at": "2026-11-01T00:00:00"}, "malformed_time", "started_at"),
        ({"ended_at": "1970-01-19T14:13:22Z"}, "malformed_time", "ended_at"),
        ({"quantity_card_seconds": "1e3"}, "malformed_quantity", "quantity_card_seconds"),
        ({"quantity_card_seconds": "0"}, "zero_quantity", "quantity_card_seconds"),
        (
            {"quantity_card_seconds": "7200.000001"},
            "quantity_exceeds_interval",
            "quantity_card_seconds",
        ),
        ({"quantity_card_seconds": "-1"}, "malformed_correction", "corrects"),
        ({"quantity_card_seconds": "1", "corrects": "job-0"}, "malformed_correction", "corrects"),
        ({"licence": "LIC-7"}, "malformed_licence", "licence"),
        ({"job_id": "j" * 256}, "value_too_long", ""),
        (
            {"cards": "2147483", "ended_at": "2099-01-01T00:00:00Z"},
            "malformed_quantity",
            "quantity_card_seconds",
        ),
    ],
)
def test_each_reason(row: dict[str, str], reason: str, field: str) -> None:
    (parsed,) = read(csv_text(row), "csv")
    assert isinstance(parsed, Reject), parsed
    assert (parsed.reason, parsed.field, parsed.position) == (reason, field, 2)
    assert parsed.message.startswith("Line 2: ")
    assert parsed.payload == csv_text(row).splitlines()[1]
    assert parsed.external_id == row.get("job_id", "job-1")
    assert parsed.account == row.get("tenant", "acme").strip()


def test_interval_reasons_stand_in_their_settled_order() -> None:
    # given one row for each, each with the faults of all later ones that can be had with it
    rows = [
        {"cards": "0", "started_at": "", "ended_at": ""},
        {"started_at": "", "ended_at": ""},
        {"started_at": ""},
        {"ended_at": ""},
        {"ended_at": "2026-10-31T00:00:00Z"},
        {"ended_at": "2026-11-01T00:00:00Z"},
    ]
    assert tuple(reasons(read(csv_text(*rows), "csv"))) == INTERVAL_REASONS


def test_one_bad_row_never_stops_the_rest() -> None:
    good = ",".join(CSV_ROW.values())
    bad_rows = [
        "job-2,acme",  # too few columns
        good + ",extra",  # too many
        'job-3,"acme,2,910B2,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z',  # open quote
        "job-4\0,acme,2,910B2,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z",
        "job-5\udcff,acme,2,910B2,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z",  # the byte FF
        "x" * (2**18 + 1),
    ]
    header = ",".join(CSV_ROW)
    parsed = read("\n".join([header, *bad_rows, good]), "csv")
    assert reasons(parsed) == [
        "malformed_row",
        "malformed_row",
        "malformed_row",
        "malformed_text",
        "malformed_text",
        "line_too_long",
        "",
    ]
    assert [row.position for row in parsed] == [2, 3, 4, 5, 6, 7, 8]
    # and what is kept of them can be stored
    for row in parsed:
        assert len(row.payload) <= 4096
        assert "\0" not in row.payload
        row.payload.encode()


def test_an_endless_line_is_read_in_bounded_memory() -> None:
    class Endless(io.StringIO):
        """Sixteen megabytes without a line end, then a good row."""

        longest_read = 0

        def read(self, size: int | None = -1, /) -> str:
            self.longest_read = max(self.longest_read, size or 0)
            return super().read(size)

    text = csv_text({})
    header, row = text.splitlines()
    stream = Endless(f"{header}\n{'x' * 2**24}\n{row}\n")
    parsed = list(parse(stream, options=ParseOptions(format="csv")))
    assert reasons(parsed) == ["line_too_long", ""]
    assert stream.longest_read == 2**18


def test_spreadsheet_habits_are_understood() -> None:
    text = csv_text({"tenant": '"Acme, Beijing"', "note": '"said ""yes"""'}).replace("\n", "\r\n")
    record = read_one("\ufeff" + text, "csv", ParsedRecord)
    assert record.account == "Acme, Beijing"
    assert not record.payload.endswith("\r")
    padded = read_one(csv_text({"cards": " 2 ", "tenant": " 京西智谷 "}), "csv", ParsedRecord)
    assert (padded.milli_cards, padded.account) == (2000, "京西智谷")


def test_blank_lines_count_as_lines_and_yield_nothing() -> None:
    header, row = csv_text({}).splitlines()
    (parsed,) = read(f"{header}\n\n\r\n{row}", "csv")
    assert parsed.position == 4


def test_suspended_time_lowers_the_quantity() -> None:
    record = read_one(csv_text({"quantity_card_seconds": "3600.5"}), "csv", ParsedRecord)
    assert record.quantity == 3_600_500_000 < 2 * CARD_HOUR


def test_a_correction_is_negative_and_names_its_record() -> None:
    row = {"job_id": "fix-1", "quantity_card_seconds": "-1800", "corrects": "job-1"}
    record = read_one(csv_text(row), "csv", ParsedRecord)
    assert (record.quantity, record.corrects) == (-1_800_000_000, "job-1")
    assert record.allocation_key == "job-1"


def test_a_correction_without_a_quantity_takes_its_whole_interval_back() -> None:
    row = {"job_id": "fix-1", "corrects": "job-1/1", "allocation": "job-1"}
    record = read_one(csv_text(row), "csv", ParsedRecord)
    assert (record.quantity, record.allocation_key) == (-2 * CARD_HOUR, "job-1")


def test_a_running_job_is_an_observation() -> None:
    row = {"ended_at": "", "observed_at": "2026-11-01T00:10:00Z", "elapsed_seconds": "500"}
    observation = read_one(csv_text(row), "csv", RunningObservation)
    assert observation.observed_ms - observation.started_ms == 600_000
    assert observation.elapsed_ms == 500_000
    assert observation.allocation_key == observation.external_id == "job-1"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"elapsed_seconds": "601"}, "quantity_exceeds_interval"),
        ({"elapsed_seconds": "soon"}, "malformed_time"),
        ({"observed_at": "2026-10-31T00:10:00Z"}, "negative_duration"),
        ({"started_at": ""}, "missing_start_and_end"),
        ({"corrects": "job-0"}, "missing_end"),
    ],
)
def test_observations_that_cannot_be(row: dict[str, str], reason: str) -> None:
    running = {"ended_at": "", "observed_at": "2026-11-01T00:10:00Z", "elapsed_seconds": ""}
    assert read_one(csv_text({**running, **row}), "csv", Reject).reason == reason


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "lacks the columns job_id, tenant, cards, started_at, ended_at"),
        ("job_id;tenant;cards;started_at;ended_at\n", "separated by commas"),
        ("job_id,tenant,cards,started_at\n", "lacks the column ended_at"),
        ("job_id,tenant,cards,cards,started_at,ended_at\n", "column cards stands twice"),
        ('job_id,"tenant\n', "header cannot be read"),
    ],
)
def test_a_file_without_its_header_fails_whole(text: str, what: str) -> None:
    with pytest.raises(UnableToReadUsage, match=what):
        read(text, "csv")


def test_unknown_formats_and_measures_fail_whole() -> None:
    for options in (
        ParseOptions(format="xlsx"),  # type: ignore[arg-type]
        ParseOptions(format="csv", measure="cups"),  # type: ignore[arg-type]
    ):
        with pytest.raises(UnableToReadUsage, match="formats are csv, sacct"):
            parse(io.StringIO(""), options=options)


def test_files_are_unpacked_by_content_not_name(tmp_path: Path) -> None:
    data = csv_text({"tenant": "京西"}).encode()
    for name, content in (("a.csv.gz", data), ("b.csv", gzip.compress(data))):
        path = tmp_path / name
        path.write_bytes(content)
        with open_text(path) as stream:
            (parsed,) = parse(stream, options=ParseOptions(format="csv"))
        assert isinstance(parsed, ParsedRecord)
        assert parsed.account == "京西"


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_a_file_too(*, packed: bool) -> None:
    data = csv_text({}, {"job_id": "job-2"}).encode()
    script = (
        "from compute_billing.metering.formats import *; "
        "print(*(row.external_id for row in parse(open_text('-'), "
        "options=ParseOptions(format='csv'))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        input=gzip.compress(data) if packed else data,
        cwd=Path(__file__).resolve().parents[4],
        capture_output=True,
        check=True,
    )
    assert answer.stdout.split() == [b"job-1", b"job-2"]


def test_bytes_that_are_not_utf8_cost_only_their_row(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    text = csv_text({"job_id": "a", "tenant": "京西"}, {"job_id": "b"})
    path.write_bytes(text.encode("gbk"))
    with open_text(path) as stream:
        parsed = list(parse(stream, options=ParseOptions(format="csv")))
    assert reasons(parsed) == ["malformed_text", ""]


def test_a_file_cut_short_says_so_after_its_good_rows(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    rows = csv_text(*({"job_id": f"job-{number * 7919}"} for number in range(50_000)))
    path.write_bytes(gzip.compress(rows.encode())[:-4000])
    parsed: list[Parsed] = []
    with open_text(path) as stream, pytest.raises(UnableToReadUsage, match="cut short"):
        parsed.extend(parse(stream, options=ParseOptions(format="csv")))
    assert 10_000 < len(parsed) < 50_000


def test_utf16_is_named(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(csv_text({}).encode("utf-16"))
    with pytest.raises(UnableToReadUsage, match="UTF-16"):
        open_text(path)

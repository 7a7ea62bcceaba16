import json
from typing import Any

import pytest

from compute_billing.metering.formats import (
    Parsed,
    ParsedRecord,
    Reject,
    RunningObservation,
    UnableToReadUsage,
    parse_json_batch,
)
from tests.builders.metering import make_parsed_record, to_cloudevents, to_event
from tests.compute_billing.metering.formats.reading import read, reasons

BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"
PLAIN = "application/json"

LICENCE = "0192f0c0-d7a8-7b3c-9d4e-5f60718293a4"
DATA = {
    "cards": 2,
    "card_type": "910B2",
    "started_at": "2026-11-01T00:00:00Z",
    "ended_at": "2026-11-01T01:00:00Z",
}


def event(data: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    return to_event(make_parsed_record(), data={**DATA, **(data or {})}, **attributes)


def batch(*events: Any) -> list[Parsed]:
    return parse_json_batch(json.dumps(events).encode(), BATCH)


def identity(record: Parsed) -> dict[str, Any]:
    """Return what a record says, without where it came from."""
    assert isinstance(record, ParsedRecord), record
    return {
        name: getattr(record, name)
        for name in record.__struct_fields__
        if name not in {"position", "payload"}
    }


def test_an_event_says_what_the_csv_row_says() -> None:
    (record,) = batch(event())
    assert identity(record) == identity(make_parsed_record())
    assert record.position == 1
    assert json.loads(record.payload) == event()


def test_all_data_is_read() -> None:
    data = {
        "project": "vision",
        "cluster": "c1",
        "allocation": "run-1",
        "quantity_card_seconds": -1.5,
        "corrects": "job-0",
        "licence": LICENCE.upper(),
    }
    (record,) = batch(event(data))
    assert identity(record) == identity(
        make_parsed_record(
            project="vision",
            cluster="c1",
            allocation_key="run-1",
            quantity=-1_500_000,
            corrects="job-0",
            licence_ref=LICENCE,
        )
    )


@pytest.mark.parametrize("number", ["0.22", '"0.22"', "0.220", '"\\u0030.22"'])
def test_numbers_never_pass_through_floats(number: str) -> None:
    body = json.dumps([event({"cards": "?"})]).replace('"?"', number).encode()
    (record,) = parse_json_batch(body, BATCH)
    assert isinstance(record, ParsedRecord)
    assert (record.milli_cards, record.quantity) == (220, 792_000_000)


def test_a_running_job_is_an_observation() -> None:
    running = {"ended_at": None, "observed_at": "2026-11-01T00:10:00Z", "elapsed_seconds": 500}
    (observation,) = batch(event(running))
    assert isinstance(observation, RunningObservation)
    assert (observation.elapsed_ms, observation.external_id) == (500_000, "job-1")


@pytest.mark.parametrize(
    ("bad", "reason", "field"),
    [
        (event(specversion="0.3"), "unsupported_event", "specversion"),
        (event(specversion=""), "unsupported_event", "specversion"),
        (event(type="cn.suanji.usage.v2"), "unsupported_event", "type"),
        (event(source=""), "unsupported_event", "source"),
        (event(data_base64="e30="), "unsupported_event", "data_base64"),
        (event(datacontenttype="text/csv"), "unsupported_event", "datacontenttype"),
        (event(time="yesterday"), "malformed_time", "time"),
        (event(id=""), "missing_external_id", "external_id"),
        (event(subject=""), "missing_account", "account"),
        (event(subject="a\0b"), "malformed_text", ""),
        ({**event(), "data": None}, "malformed_row", "data"),
        ({**event(), "data": "cards=2"}, "malformed_row", "data"),
        (event(id=7), "malformed_row", "id"),
        (event({"started_at": 1_793_491_200}), "malformed_row", "data.started_at"),
        (event({"cards": "two"}), "malformed_cards", "cards"),
        (event({"cards": 0.2201}), "malformed_cards", "cards"),
        (event({"cards": -1}), "malformed_cards", "cards"),
        (event({"cards": None}), "malformed_cards", "cards"),
        (event({"cards": {}}), "malformed_cards", "cards"),
        (event({"cards": 0}), "zero_cards", "cards"),
        (event({"ended_at": ""}), "missing_end", "ended_at"),
        (event({"started_at": "2026-11-01T00:00:00"}), "malformed_time", "started_at"),
        (7, "malformed_row", ""),
        ("event", "malformed_row", ""),
        ([], "malformed_row", ""),
    ],
)
def test_one_bad_event_is_one_reject_at_its_index(bad: Any, reason: str, field: str) -> None:
    first, rejected, last = batch(event(), bad, event(id="job-3"))
    assert isinstance(first, ParsedRecord)
    assert isinstance(last, ParsedRecord)
    assert isinstance(rejected, Reject), rejected
    assert (rejected.reason, rejected.field, rejected.position) == (reason, field, 2)
    assert rejected.message.startswith("Record 2: ")
    assert json.loads(rejected.payload) == bad


def test_events_of_others_are_told_by_what_they_carry() -> None:
    finer_time = event(time="2026-11-01T00:00:00.123456789+08:00", datacontenttype=PLAIN)
    charset = event(datacontenttype="application/json; charset=utf-8")
    vendor = event(datacontenttype="application/vnd.acme+json", traceparent="00-x", dataschema="u")
    assert reasons(batch(finer_time, charset, vendor)) == ["", "", ""]


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff", "\\ud83d\\u0041"])
def test_half_a_character_costs_only_its_record(half: str) -> None:
    body = json.dumps([event(id="?"), event()]).replace('"?"', f'"{half}"').encode()
    assert reasons(parse_json_batch(body, BATCH)) == ["malformed_text", ""]


def test_whole_characters_beside_half_ones_are_kept() -> None:
    whole = "\U0001f600 \\ud800"  # an emoji and an escaped backslash, both harmless
    body = json.dumps([event(id="?"), event(id=whole)]).replace('"?"', '"\\udc00"').encode()
    rejected, kept = parse_json_batch(body, BATCH)
    assert isinstance(rejected, Reject)
    assert isinstance(kept, ParsedRecord)
    assert kept.external_id == whole


def test_bytes_that_are_not_utf8_cost_only_their_record() -> None:
    body = json.dumps([event(id="?"), event()]).encode().replace(b'"?"', b'"\xff"')
    rejected, accepted = parse_json_batch(body, BATCH)
    assert isinstance(rejected, Reject)
    assert rejected.reason == "malformed_text"
    rejected.payload.encode()
    assert isinstance(accepted, ParsedRecord)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", BATCH),
        (b"[", BATCH),
        (b"{}", BATCH),
        (b"[{}] []", BATCH),
        (b"[NaN]", BATCH),
        (b"[" * 100_000, BATCH),
        (b'[{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", BATCH),
        (b"", SINGLE),
        (b"7", PLAIN),
        (b'{"rows": []}', PLAIN),
        (b"[]", "text/csv"),
        (b"[]", ""),
    ],
)
def test_only_a_body_that_is_no_list_fails_whole(body: bytes, content_type: str) -> None:
    with pytest.raises(UnableToReadUsage):
        parse_json_batch(body, content_type)


def test_content_types_are_read_as_http_sends_them() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(event()).encode()
    (record,) = parse_json_batch(body, "Application/CloudEvents+JSON; charset=UTF-8")
    assert identity(record) == identity(make_parsed_record())
    assert parse_json_batch(b"[]", BATCH) == []


def test_plain_records_say_the_same() -> None:
    plain = {"external_id": "job-1", "account": "acme", **DATA}
    for body in ([plain], {"records": [plain]}):
        (record,) = parse_json_batch(json.dumps(body).encode(), PLAIN)
        assert identity(record) == identity(make_parsed_record())


def test_a_bad_plain_record_is_one_reject() -> None:
    plain = {"external_id": "job-1", "account": "acme", **DATA}
    records = [plain, {**plain, "external_id": None}, {**plain, "account": 5}, DATA]
    parsed = parse_json_batch(json.dumps(records).encode(), PLAIN)
    assert reasons(parsed) == ["", "missing_external_id", "malformed_row", "missing_external_id"]
    assert isinstance(parsed[2], Reject)
    assert (parsed[2].external_id, parsed[2].field) == ("job-1", "account")


def test_defaults_stand_in_where_a_record_is_silent() -> None:
    silent = {"external_id": "job-1", "account": "acme", **DATA, "card_type": None}
    (record,) = parse_json_batch(
        json.dumps([silent]).encode(), PLAIN, default_card_type="910C", cluster="c1"
    )
    assert isinstance(record, ParsedRecord)
    assert (record.card_type, record.cluster) == ("910C", "c1")


def test_a_file_is_an_array_an_event_or_lines() -> None:
    events = [event(), event(id="job-2")]
    array = to_cloudevents([make_parsed_record(), make_parsed_record(external_id="job-2")]).decode()
    spread = json.dumps(events, indent=2)
    lines = "\n".join(json.dumps(one) for one in events)
    expected = [identity(make_parsed_record(external_id=name)) for name in ("job-1", "job-2")]
    for text in (array, spread, "\n " + array, "\ufeff" + array, lines, lines + "\n\n"):
        assert [identity(record) for record in read(text, "cloudevents")] == expected
    (alone,) = read(json.dumps(event(), indent=2), "cloudevents")
    assert identity(alone) == expected[0]


def test_json_lines_are_rejected_by_the_line() -> None:
    good = json.dumps(event())
    for text in (f"{good}\n{{oops\n\n{good}", f"{{oops\n{good}\n\n{good}"):
        parsed = read(text, "cloudevents")
        assert sorted(reasons(parsed)) == ["", "", "malformed_json"]
        assert max(row.position for row in parsed) == 4


def test_files_without_an_event() -> None:
    assert read("", "cloudevents") == read(" \n\n", "cloudevents") == []
    with pytest.raises(UnableToReadUsage):
        read('[{"specversion": "1.0"', "cloudevents")
    assert reasons(read("no events here", "cloudevents")) == ["malformed_json"]

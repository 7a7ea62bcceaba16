"""The same usage, however it is written, is the same record; and nothing crashes a reader."""

import io
import json
from contextlib import suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.metering.formats import (
    FORMATS,
    Format,
    Parsed,
    ParsedRecord,
    ParseOptions,
    UnableToReadUsage,
    parse,
    parse_json_batch,
)
from compute_billing.metering.formats.values import LocalClock
from tests.builders.metering import (
    EPOCH,
    card_seconds_text,
    csv_text,
    instant_text,
    make_parsed_record,
    thousandths_text,
    to_cloudevents,
    to_event,
)
from tests.compute_billing.metering.formats.reading import read

FIRST_MS = 946_684_800_000
LAST_MS = 4_102_358_400_000

names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=40,
)
offsets = st.integers(-14 * 60, 14 * 60)


@st.composite
def records(draw: st.DrawFn) -> ParsedRecord:
    started_ms = draw(st.integers(FIRST_MS, LAST_MS))
    milli_cards = draw(st.integers(1, 10_000_000))
    duration_ms = draw(st.integers(1, 366 * 86_400_000))
    whole = milli_cards * duration_ms
    corrects = draw(st.just("") | names)
    quantity = draw(st.just(whole) | st.integers(1, whole))
    return make_parsed_record(
        external_id=draw(names),
        allocation_key=draw(names),
        account=draw(names),
        cluster=draw(st.just("") | names),
        card_type=draw(st.just("") | names),
        project=draw(st.just("") | names),
        milli_cards=milli_cards,
        started_ms=started_ms,
        ended_ms=min(started_ms + duration_ms, LAST_MS + 86_399_999),
        quantity=-quantity if corrects else quantity,
        corrects=corrects,
        licence_ref=draw(st.just("") | st.uuids().map(str)),
    )


def holds(record: ParsedRecord) -> bool:
    """Whether the interval, which the calendar's end may have cut, holds the quantity."""
    whole = record.milli_cards * (record.ended_ms - record.started_ms)
    return abs(record.quantity) <= whole


records_that_hold = records().filter(holds)


def identity(row: Parsed) -> dict[str, Any]:
    assert isinstance(row, ParsedRecord), row
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    return {name: fields[name] for name in fields if name not in {"position", "payload"}}


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def csv_row(record: ParsedRecord, offset_minutes: int) -> dict[str, str]:
    return {
        "job_id": quoted(record.external_id),
        "tenant": quoted(record.account),
        "cards": thousandths_text(record.milli_cards),
        "card_type": quoted(record.card_type),
        "started_at": instant_text(record.started_ms, offset_minutes=offset_minutes),
        "ended_at": instant_text(record.ended_ms, offset_minutes=offset_minutes),
        "cluster": quoted(record.cluster),
        "project": quoted(record.project),
        "allocation": quoted(record.allocation_key),
        "quantity_card_seconds": card_seconds_text(record.quantity),
        "corrects": quoted(record.corrects),
        "licence": record.licence_ref,
    }


@given(st.lists(records_that_hold, min_size=1, max_size=5), offsets, offsets, st.randoms())
def test_csv_and_cloudevents_give_the_same_record(
    expected: list[ParsedRecord], csv_offset: int, event_offset: int, random: Any
) -> None:
    rows = [csv_row(record, csv_offset) for record in expected]
    columns = list(rows[0])
    random.shuffle(columns)
    by_csv = read(csv_text(*rows, columns=columns), "csv")
    body = to_cloudevents(expected, offset_minutes=event_offset)
    by_events = read(body.decode(), "cloudevents")
    assert [identity(row) for row in by_csv] == [identity(row) for row in expected]
    assert [identity(row) for row in by_events] == [identity(row) for row in expected]


@given(records_that_hold, offsets)
def test_plain_records_and_events_give_the_same_record(
    expected: ParsedRecord, offset_minutes: int
) -> None:
    event = to_event(expected, offset_minutes=offset_minutes)
    plain = {"external_id": event["id"], "account": event["subject"], **event["data"]}
    (record,) = parse_json_batch(json.dumps([plain]).encode(), "application/json")
    assert identity(record) == identity(expected)


@given(
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Oslo", "Australia/Lord_Howe"]),
    st.integers(FIRST_MS // 1000, 2_000_000_000),
    st.integers(1, 400 * 86_400),
)
def test_local_times_with_a_run_time_are_read_back_exactly(
    zone: str, started_s: int, run_s: int
) -> None:
    clock = LocalClock(zone)

    def shown(seconds: int) -> str:
        instant = EPOCH + timedelta(seconds=seconds)
        return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}"

    started_ms, ended_ms = clock.interval_ms(
        shown(started_s), shown(started_s + run_s), run_s * 1000
    )
    assert ended_ms - started_ms == run_s * 1000
    # Both ends in repeated hours leave two equal runs; the earlier is the documented choice.
    assert started_s * 1000 - started_ms in {0, 1_800_000, 3_600_000}


@given(st.sampled_from(FORMATS), st.text(max_size=400), st.sampled_from(["cards", "cores"]))
def test_no_text_crashes_a_reader(source_format: Format, text: str, measure: Any) -> None:
    headers = {
        "csv": "job_id,tenant,cards,started_at,ended_at\n",
        "sacct": "JobID|Account|State|Start|End|ElapsedRaw|AllocTRES\n",
    }
    for whole in (text, headers.get(source_format, "{}\n") + text):
        options = ParseOptions(format=source_format, measure=measure)
        with suppress(UnableToReadUsage):
            assert all(row.position >= 1 for row in parse(io.StringIO(whole), options=options))


@given(st.binary(max_size=200))
def test_no_body_crashes_the_reader(noise: bytes) -> None:
    event = to_cloudevents([make_parsed_record()])
    for body in (noise, b"[" + noise + b"]", event.replace(b"job-1", noise)):
        for content_type in ("application/json", "application/cloudevents-batch+json"):
            with suppress(UnableToReadUsage):
                parse_json_batch(body, content_type)

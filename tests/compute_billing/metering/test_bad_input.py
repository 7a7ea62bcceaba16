"""Whatever a row holds, the rows beside it are accepted and nothing fails whole."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from compute_billing.metering.formats import ParseOptions, parse, parse_json_batch
from compute_billing.metering.models import UsageRecord, UsageReject
from tests.builders.metering import csv_text
from tests.builders.usage import Reporter, make_reporter, poll, use

pytestmark = pytest.mark.django_db

LONG = "x" * 1_000_000


@pytest.fixture
def reporter() -> Reporter:
    return make_reporter()


BAD_ROWS = [
    {"job_id": "nul\0"},
    {"job_id": LONG},
    {"tenant": LONG},
    {"cards": "9" * 400},
    {"cards": "99999999999999999"},
    {"cards": "1e9"},
    {"cards": "-1"},
    {"cards": "NaN"},
    {"started_at": "0001-01-01T00:00:00Z"},
    {"started_at": "1066-10-14T09:00:00Z"},
    {"ended_at": "9999-12-31T23:59:59Z"},
    {"ended_at": "+275760-09-13T00:00:00Z"},
    {"started_at": "2026-11-01T00:00:00.0000001Z"},
    {"licence": "not-a-uuid"},
    {"licence": LONG},
    {"quantity_card_seconds": "9" * 300},
    {"quantity_card_seconds": "9223372036854.775808"},
    {"card_type": "\\N"},
    {"project": "'; DROP TABLE metering_usage_record; --"},
    {"corrects": LONG, "quantity_card_seconds": "-1"},
]


@pytest.mark.parametrize("row", BAD_ROWS, ids="-".join)
def test_a_bad_row_of_csv_costs_the_others_nothing(reporter: Reporter, row: dict[str, str]) -> None:
    good = {"tenant": "acme", "card_type": reporter.source.default_card_type}
    columns = ["job_id", "tenant", "cards", "card_type", "started_at", "ended_at"]
    columns += [name for name in row if name not in columns]
    text = csv_text(
        {**good, "job_id": "before"},
        {**good, "job_id": "bad", **row},
        {**good, "job_id": "after"},
        columns=columns,
    )
    parsed = parse(io.StringIO(text), options=ParseOptions(format="csv"))

    outcome = reporter.send(*parsed)

    assert (outcome.accepted, outcome.rejected) == (2, 1), outcome
    kept = UsageReject.objects.get()
    assert len(kept.payload) <= 4096
    assert len(kept.message) < 500


BAD_RECORDS: list[Any] = [
    None,
    17,
    [],
    "text",
    {},
    {"external_id": "a\u0000b"},
    {"external_id": 5},
    {"cards": 10**30},
    {"cards": 1e300},
    {"cards": {"n": 1}},
    {"account": LONG},
    {"started_at": 0},
    {"ended_at": "9999-12-31T23:59:59Z"},
    {"licence": "00000000-0000-0000-0000-00000000000g"},
    {"quantity_card_seconds": 10**25},
    {"elapsed_seconds": 10**25, "ended_at": None, "observed_at": "2026-11-01T01:00:00Z"},
    {"unknown": {"deep": [[[[]]]]}, "account": ""},
]


@pytest.mark.parametrize("bad", BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_a_bad_record_of_json_costs_the_others_nothing(reporter: Reporter, bad: Any) -> None:
    good = {
        "account": "acme",
        "cards": 1,
        "started_at": "2026-11-01T00:00:00Z",
        "ended_at": "2026-11-01T01:00:00Z",
    }
    middle = {**good, "external_id": "bad", **bad} if isinstance(bad, dict) and bad else bad
    body = json.dumps([{**good, "external_id": "before"}, middle, {**good, "external_id": "after"}])

    outcome = reporter.send(*parse_json_batch(body.encode(), "application/json"))

    assert (outcome.accepted, outcome.rejected) == (2, 1), outcome
    assert UsageReject.objects.count() == 1


def raw(**fields: Any) -> Any:
    """Make a record that no reader would hand on."""
    return use("bad", 0, 1, **fields)


@pytest.mark.parametrize(
    "bad",
    [
        raw(external_id="nul\0"),
        raw(account="nul\0"),
        raw(project="nul\0"),
        raw(external_id="half \ud800 pair"),
        raw(milli_cards=2**63, quantity=1),
        raw(milli_cards=2**70, quantity=2**70),
        raw(quantity=2**63),
        raw(started_ms=-(2**62)),
        raw(ended_ms=2**62),
        raw(milli_cards=0, quantity=0),
        raw(started_ms=1_793_494_800_000 + 1, quantity=1),
        raw(quantity=2_000 * 3_600_000 + 1, milli_cards=2_000),
        raw(quantity=-1),
        raw(licence_ref="nonsense"),
        poll("bad", 0, 1, milli_cards=2**62),
        poll("bad", 0, 1, allocation_key="nul\0"),
    ],
    ids=range(16),
)
def test_the_store_trusts_no_reader(reporter: Reporter, bad: Any) -> None:
    outcome = reporter.send(use("before", 0, 1), bad, use("after", 0, 1))
    assert (outcome.accepted, outcome.rejected) == (2, 1), outcome
    assert set(UsageRecord.objects.values_list("external_id", flat=True)) == {"before", "after"}
    assert UsageReject.objects.count() == 1
    assert reporter.counts()["rejected"] == 1
    assert reporter.retry().accepted == 0


def test_a_payload_is_kept_in_bounds_and_storable(reporter: Reporter) -> None:
    reporter.send(use("a", 0, 1))
    reporter.send(use("a", 0, 2, payload="\0" + LONG), use("b", 0, 1, account="x", payload=LONG))
    assert len(UsageReject.objects.get().payload) == 4096
    assert reporter.retry().rejected == 1

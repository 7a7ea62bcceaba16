"""Usage as sources report it: rows, files and events to feed the readers with."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from compute_billing.metering.formats import ParsedRecord

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENT_SOURCE = "urn:suanji:test"

CSV_ROW = {
    "job_id": "job-1",
    "tenant": "acme",
    "cards": "2",
    "card_type": "910B2",
    "started_at": "2026-11-01T00:00:00Z",
    "ended_at": "2026-11-01T01:00:00Z",
}


def make_parsed_record(**overrides: Any) -> ParsedRecord:
    """Two 910B2 cards of acme for the first hour of November 2026."""
    fields: dict[str, Any] = {
        "position": 2,
        "external_id": "job-1",
        "account": "acme",
        "cluster": "",
        "card_type": "910B2",
        "project": "",
        "milli_cards": 2000,
        "started_ms": 1_793_491_200_000,
        "ended_ms": 1_793_494_800_000,
        "corrects": "",
        "licence_ref": "",
        "payload": "job-1,acme,2,910B2,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z",
        **overrides,
    }
    fields.setdefault("allocation_key", fields["external_id"])
    duration_ms = fields["ended_ms"] - fields["started_ms"]
    fields.setdefault("quantity", fields["milli_cards"] * duration_ms)
    return ParsedRecord(**fields)


def csv_text(*rows: dict[str, str], columns: Iterable[str] | None = None) -> str:
    """Render rows that differ from CSV_ROW in what they name."""
    full = [{**CSV_ROW, **row} for row in rows]
    names = list(columns or dict.fromkeys(name for row in full for name in row))
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in full)]
    return "\n".join(lines) + "\n"


def instant_text(milliseconds: int, *, offset_minutes: int = 0) -> str:
    """Render an instant as RFC 3339 in an offset, with milliseconds only where there are some."""
    local = EPOCH + timedelta(milliseconds=milliseconds, minutes=offset_minutes)
    fraction = f".{milliseconds % 1000:03}" if milliseconds % 1000 else ""
    sign, (hours, minutes) = "-" if offset_minutes < 0 else "+", divmod(abs(offset_minutes), 60)
    zone = f"{sign}{hours:02}:{minutes:02}" if offset_minutes else "Z"
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def thousandths_text(number: int) -> str:
    """Render milli-cards as cards: 220 -> "0.22"."""
    return f"{Decimal(number) / 1000:f}"


def card_seconds_text(quantity: int) -> str:
    """Render a quantity as exact card-seconds."""
    return f"{Decimal(quantity) / 1_000_000:f}"


def to_event(record: ParsedRecord, *, offset_minutes: int = 0, **overrides: Any) -> dict[str, Any]:
    """Render a record as a CloudEvent."""
    data = {
        "cards": thousandths_text(record.milli_cards),
        "card_type": record.card_type,
        "started_at": instant_text(record.started_ms, offset_minutes=offset_minutes),
        "ended_at": instant_text(record.ended_ms, offset_minutes=offset_minutes),
        "project": record.project,
        "cluster": record.cluster,
        "allocation": record.allocation_key,
        "quantity_card_seconds": card_seconds_text(record.quantity),
        "corrects": record.corrects,
        "licence": record.licence_ref,
    }
    return {
        "specversion": "1.0",
        "type": "cn.suanji.usage.v1",
        "source": EVENT_SOURCE,
        "id": record.external_id,
        "subject": record.account,
        "datacontenttype": "application/json",
        "data": {name: value for name, value in data.items() if value},
        **overrides,
    }


def to_cloudevents(records: Iterable[ParsedRecord], *, offset_minutes: int = 0) -> bytes:
    """Render records as the body of a CloudEvents batch."""
    events = [to_event(record, offset_minutes=offset_minutes) for record in records]
    return json.dumps(events, ensure_ascii=False).encode()

"""What the store is compared with: COPY of rendered rows, Django's bulk_create; and HTTP bodies."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any, Final

from django.db import connection, transaction

from benchmarks.ingest_world import World
from compute_billing.metering import rendering
from compute_billing.metering.candidates import Candidate, content_hash
from compute_billing.metering.context import ROOM
from compute_billing.metering.formats.record import ParsedRecord
from compute_billing.metering.models import Allocation, UsageKey, UsagePending, UsageRecord
from kernel.clock import utc_now
from kernel.sql import rows, statement

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BEIJING: Final = timezone(timedelta(hours=8))
# The statement's file of each table, in the order in which they are written.
TABLES: Final = (
    "copy_allocations.sql",
    "copy_keys.sql",
    "copy_records.sql",
    "copy_pending.sql",
)


def instant(milliseconds: int) -> datetime:
    """Return the instant."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def candidates(world: World, records: list[ParsedRecord]) -> list[Candidate]:
    """Give the records their ids, hashes and tenants."""
    drawn = rows(statement(ROOM, "draw_ids.sql"), count=len(records))[0]["usage_ids"]
    cluster_id, meter_id = world.source.default_cluster_id, world.meter_id
    return [
        Candidate(
            record=record,
            tenant_id=world.tenant_ids[record.account],
            project_id=None,
            cluster_id=cluster_id,
            meter_id=meter_id,
            payload_hash=content_hash(record, cluster_id=cluster_id, meter_id=meter_id),
            usage_id=usage_id,
            allocation_id=usage_id,
        )
        for record, usage_id in zip(records, drawn, strict=True)
    ]


def rendered(world: World, records: list[ParsedRecord], *, form: str) -> list[bytes]:
    """Render the rows of each table."""
    found = candidates(world, records)
    now = utc_now()
    if form == "text":
        return [_text(table, world, found, now=now) for table in TABLES]
    source_id, month = world.source.pk, now.date().replace(day=1)
    return [
        rendering.allocations(found, source_id=source_id),
        rendering.keys(found, source_id=source_id, recorded_month=month),
        rendering.records(
            found, source_id=source_id, import_id=world.import_id, recorded_month=month, now=now
        ),
        rendering.pending(found, recorded_month=month),
    ]


def _text(table: str, world: World, found: list[Candidate], *, now: datetime) -> bytes:
    month = now.date().replace(day=1)
    line = partial(_LINES[table], world=world, month=month, now=now)
    return "".join(line(candidate) for candidate in found).encode()


def _allocation_line(c: Candidate, *, world: World, month: object, now: datetime) -> str:
    del month, now
    until = instant(c.record.ended_ms)
    return (
        f"{c.record.allocation_key}\t{world.source.pk}\t{c.allocation_id}\t{c.tenant_id}"
        f"\t{until}\t0\n"
    )


def _key_line(c: Candidate, *, world: World, month: object, now: datetime) -> str:
    del now
    return (
        f"{c.record.external_id}\t{world.source.pk}\t{month}\t\\\\x{c.payload_hash.hex()}"
        f"\t{c.tenant_id}\t{c.usage_id}\n"
    )


def _record_line(c: Candidate, *, world: World, month: object, now: datetime) -> str:
    r = c.record
    return (
        f"{r.external_id}\t{world.source.pk}\t{world.import_id}\t{month}\t{now}\t{c.tenant_id}"
        f"\t{c.usage_id}\t{c.allocation_id}\t{c.cluster_id}\t{c.meter_id}\t{r.milli_cards}"
        f"\t{instant(r.started_ms)}\t{instant(r.ended_ms)}\t{r.quantity}\t{r.position}"
        "\t\\N\t\\N\t\\N\n"
    )


def _pending_line(c: Candidate, *, world: World, month: object, now: datetime) -> str:
    del world, now
    return f"{c.tenant_id}\t{c.usage_id}\tf\t{month}\n"


_LINES: Final[dict[str, Any]] = dict(
    zip(TABLES, (_allocation_line, _key_line, _record_line, _pending_line), strict=True)
)


def copy(tables: list[bytes], *, form: str) -> None:
    """COPY one batch into the four tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, body in zip(TABLES, tables, strict=True):
            text = statement(ROOM, name)
            if form == "text":
                text = text.replace(" WITH (FORMAT binary)", "")
            with cursor.copy(text) as copying:
                copying.write(body)


def objects(world: World, records: list[ParsedRecord]) -> list[list[Any]]:
    """Make the objects of the four tables."""
    now = utc_now()
    month, source_id = now.date().replace(day=1), world.source.pk
    found = candidates(world, records)
    allocations = [
        Allocation(
            id=c.allocation_id,
            source_id=source_id,
            key=c.record.allocation_key,
            tenant_id=c.tenant_id,
            metered_until=instant(c.record.ended_ms),
        )
        for c in found
    ]
    keys = [
        UsageKey(
            source_id=source_id,
            external_id=c.record.external_id,
            payload_hash=c.payload_hash,
            tenant_id=c.tenant_id,
            usage_id=c.usage_id,
            recorded_month=month,
        )
        for c in found
    ]
    usage = [
        UsageRecord(
            tenant_id=c.tenant_id,
            recorded_month=month,
            id=c.usage_id,
            source_id=source_id,
            external_id=c.record.external_id,
            allocation_id=c.allocation_id,
            cluster_id=c.cluster_id,
            meter_id=c.meter_id,
            milli_cards=c.record.milli_cards,
            started_at=instant(c.record.started_ms),
            ended_at=instant(c.record.ended_ms),
            quantity=c.record.quantity,
            import_id=world.import_id,
            position=c.record.position,
            recorded_at=now,
        )
        for c in found
    ]
    pending = [
        UsagePending(
            tenant_id=c.tenant_id,
            usage_id=c.usage_id,
            recorded_month=month,
            is_correction=False,
            parked_reason="",
        )
        for c in found
    ]
    return [allocations, keys, usage, pending]


def bulk_create(tables: list[list[Any]]) -> None:
    """Insert one batch by Django."""
    with transaction.atomic():
        for made in tables:
            type(made[0])._default_manager.bulk_create(made, ignore_conflicts=True)  # noqa: SLF001


def json_body(records: list[ParsedRecord]) -> bytes:
    """Write the records as a source sends them."""
    listed = [
        {
            "external_id": record.external_id,
            "account": record.account,
            "cards": str(record.milli_cards // 1000),
            "card_type": record.card_type,
            "started_at": instant(record.started_ms).astimezone(BEIJING).isoformat(),
            "ended_at": instant(record.ended_ms).astimezone(BEIJING).isoformat(),
            "project": "",
            "state": "COMPLETED",
            "partition": "npu",
            "node_list": f"node{record.position % 40:03}",
        }
        for record in records
    ]
    return json.dumps({"records": listed}).encode()

"""What was not accepted, kept where a person finds it: conflicts and rejects with their reasons."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

import msgspec
from django.db import connection

from compute_billing.metering.candidates import content_hash
from compute_billing.metering.context import ROOM, Context, run
from compute_billing.metering.formats.lines import PAYLOAD_KEPT_MAX, storable
from compute_billing.metering.formats.record import (
    Parsed,
    ParsedRecord,
    Reject,
    RunningObservation,
)
from compute_billing.metering.models import UsageReject
from compute_billing.metering.names import Names
from compute_billing.metering.verdicts import explained
from kernel.sql import rows, statement

StatusName = Literal["duplicate", "conflict", "rejected"]


class Status(NamedTuple):
    """What became of a record that was not accepted, and why."""

    status: StatusName
    reason: str = ""
    field: str = ""
    message: str = ""


DUPLICATE: Final = Status("duplicate")
CONFLICT: Final = Status(
    "conflict",
    "conflict",
    "external_id",
    "This id was reported with other content before: what was first stays; correct it instead.",
)


def status_of(verdict: str, record: ParsedRecord) -> Status:
    """Tell a verdict of the store as the status of a record."""
    if verdict == "duplicate":
        return DUPLICATE
    if verdict == "conflict":
        return CONFLICT
    return Status("rejected", verdict, *explained(verdict, record))


def status_of_reject(reject: Reject) -> Status:
    """Tell what a reader could not read as the status of a record."""
    return Status("rejected", reject.reason, reject.field, reject.message)


def store_conflicts(conflicts: Iterable[ParsedRecord], *, context: Context) -> None:
    """Keep each other content of a key once, with how often it came; nothing of it is applied.

    In key order, so that two deliveries with the same conflicts cannot wait for each other.
    """
    found = list(conflicts)
    if not found:
        return
    names = Names(found, source=context.source)
    kept: dict[tuple[str, bytes], ParsedRecord] = {}
    times: Counter[tuple[str, bytes]] = Counter()
    for record in found:
        meaning = names.meaning(record)
        payload_hash = content_hash(
            record, cluster_id=meaning.cluster_id or 0, meter_id=meaning.meter_id or 0
        )
        key = record.external_id, payload_hash
        kept.setdefault(key, record)
        times[key] += 1
    with connection.cursor() as cursor:
        cursor.executemany(
            statement(ROOM, "store_conflict.sql"),
            [
                {
                    "source_id": context.source.pk,
                    "external_id": key[0],
                    "payload_hash": key[1],
                    "payload": _kept(record.payload),
                    "parsed": msgspec.json.encode(_parsed(record)).decode(),
                    "import_id": context.import_id,
                    "position": record.position,
                    "now": context.now,
                    "times": times[key],
                }
                for key, record in sorted(kept.items())
            ],
        )


def reject_row(
    reject: Reject, parsed: ParsedRecord | RunningObservation | None, *, context: Context
) -> UsageReject:
    """Return the row of a reject; what was readable is kept as it was read, to be tried again."""
    return UsageReject(
        usage_import_id=context.import_id,
        position=reject.position,
        external_id=_kept(reject.external_id),
        account=_kept(reject.account),
        reason=reject.reason,
        field=reject.field,
        message=_kept(reject.message),
        payload=_kept(reject.payload),
        parsed=None if parsed is None else _parsed(parsed),
        rejected_at=context.now,
    )


def refused(record: ParsedRecord, verdict: str, *, external_id: str = "") -> Reject:
    """Return the reject of a record that the store refused, under the id that was reported."""
    field_name, message = explained(verdict, record)
    return Reject(
        position=record.position,
        reason=verdict,
        field=field_name,
        message=message,
        payload=record.payload,
        external_id=external_id or record.external_id,
        account=record.account,
    )


def store_rejects(stored: Iterable[UsageReject]) -> None:
    """Keep rejects; one that is refused again gets its newest reason."""
    UsageReject.objects.bulk_create(
        stored,
        update_conflicts=True,
        unique_fields=["usage_import", "position"],
        update_fields=["reason", "field", "message"],
    )


def _kept(text: str) -> str:
    """Return text that PostgreSQL can keep, of bounded length."""
    return storable(text[:PAYLOAD_KEPT_MAX].encode("utf-8", "replace").decode())


def _parsed(item: ParsedRecord | RunningObservation) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(item)
    del values["payload"]
    return values


def revived(parsed: str, *, payload: str) -> Parsed:
    """Return what `reject_row` kept; a raw query gives JSON as its text."""
    values = {**msgspec.json.decode(parsed), "payload": payload}
    if "observed_ms" in values:
        return msgspec.convert(values, RunningObservation)
    return msgspec.convert(values, ParsedRecord)


def lock_rejects(positions: Iterable[int], *, import_id: int) -> set[int]:
    """Lock the open rejects among these positions; those that another retry holds are left out."""
    found = rows(
        statement(ROOM, "lock_rejects.sql"), import_id=import_id, positions=list(positions)
    )
    return {reject["position"] for reject in found}


def resolve_rejects(
    settled: dict[int, int | None], external_ids: dict[int, str], *, context: Context
) -> None:
    """Close rejects that were settled; a duplicate has the usage id of its first record."""
    run(
        "resolve_rejects.sql",
        source_id=context.source.pk,
        import_id=context.import_id,
        now=context.now,
        positions=list(settled),
        usage_ids=list(settled.values()),
        external_ids=[external_ids[position] for position in settled],
    )

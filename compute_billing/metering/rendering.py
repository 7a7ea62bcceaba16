"""Rows for COPY in PostgreSQL's binary format. Pure; instants are microseconds since 2000 there.

Binary rows cost the server a third less than text, and one `pack` for the fixed part of a row
costs less here than printing its numbers.
"""

from collections.abc import Iterable
from datetime import date, datetime
from struct import Struct
from typing import Final
from uuid import UUID

from compute_billing.metering.candidates import Candidate, milliseconds

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_MILLENNIUM: Final = date(2000, 1, 1)
_MILLENNIUM_MS: Final = 946_684_800_000

_COLUMNS = Struct("!h").pack
_LENGTH = Struct("!i").pack
_BIGINT = Struct("!iq").pack
_DATE = Struct("!ii").pack
_UUID = Struct("!i16s").pack
_ALLOCATION = Struct("!iqiqiqiq").pack
_KEY = Struct("!i16siqiq").pack
_RECORD = Struct("!" + "iq" * 10).pack
_PENDING = Struct("!iqiqi?").pack
_CANDIDATE = Struct("!" + "iq" * 9 + "i16si?").pack


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


def _instant(milliseconds_since_1970: int) -> int:
    return (milliseconds_since_1970 - _MILLENNIUM_MS) * 1000


def _day(day: date) -> bytes:
    return _DATE(4, (day - _MILLENNIUM).days)


def _optional(number: int | None) -> bytes:
    return _NULL if number is None else _BIGINT(8, number)


def _licence(reference: str) -> bytes:
    return _UUID(16, UUID(reference).bytes) if reference else _NULL


def _document(rows: Iterable[bytes]) -> bytes:
    return b"".join((_SIGNATURE, *rows, _END))


def allocations(candidates: Iterable[Candidate], *, source_id: int) -> bytes:
    """Return new allocations, metered until their record ends; see sql/copy_allocations.sql."""
    head, source = _COLUMNS(6), _BIGINT(8, source_id)
    return _document(
        head
        + _text(c.record.allocation_key)
        + source
        + _ALLOCATION(8, c.allocation_id, 8, c.tenant_id, 8, _instant(c.record.ended_ms), 8, 0)
        for c in candidates
    )


def keys(candidates: Iterable[Candidate], *, source_id: int, recorded_month: date) -> bytes:
    """Return the keys of the records; see sql/copy_keys.sql."""
    head, same = _COLUMNS(6), _BIGINT(8, source_id) + _day(recorded_month)
    return _document(
        head
        + _text(c.record.external_id)
        + same
        + _KEY(16, c.payload_hash, 8, c.tenant_id, 8, c.usage_id)
        for c in candidates
    )


def records(
    candidates: Iterable[Candidate],
    *,
    source_id: int,
    import_id: int,
    recorded_month: date,
    now: datetime,
) -> bytes:
    """Return usage records; see sql/copy_records.sql."""
    head = _COLUMNS(18)
    recorded_at = _BIGINT(8, _instant(milliseconds(now)))
    same = _BIGINT(8, source_id) + _BIGINT(8, import_id) + _day(recorded_month) + recorded_at
    return _document(
        head
        + _text(c.record.external_id)
        + same
        + _RECORD(
            8, c.tenant_id,
            8, c.usage_id,
            8, c.allocation_id,
            8, c.cluster_id,
            8, c.meter_id,
            8, c.record.milli_cards,
            8, _instant(c.record.started_ms),
            8, _instant(c.record.ended_ms),
            8, c.record.quantity,
            8, c.record.position,
        )
        + _optional(c.project_id)
        + _licence(c.licence_ref)
        + _optional(c.corrects_id)
        for c in candidates
    )  # fmt: skip


def pending(candidates: Iterable[Candidate], *, recorded_month: date) -> bytes:
    """Return places in the queue of rating; see sql/copy_pending.sql."""
    head, month = _COLUMNS(4), _day(recorded_month)
    return _document(
        head + _PENDING(8, c.tenant_id, 8, c.usage_id, 1, c.corrects_id is not None) + month
        for c in candidates
    )


def staged(candidates: Iterable[Candidate]) -> bytes:
    """Return rows of the work table of candidates; see sql/copy_candidates.sql."""
    head = _COLUMNS(15)
    return _document(
        head
        + _text(c.record.external_id)
        + _text(c.record.allocation_key)
        + _CANDIDATE(
            8, c.tenant_id,
            8, c.usage_id,
            8, c.cluster_id,
            8, c.meter_id,
            8, c.record.milli_cards,
            8, _instant(c.record.started_ms),
            8, _instant(c.record.ended_ms),
            8, c.record.quantity,
            8, c.record.position,
            16, c.payload_hash,
            1, c.is_running,
        )
        + _optional(c.project_id)
        + _licence(c.licence_ref)
        for c in candidates
    )  # fmt: skip

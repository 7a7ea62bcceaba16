"""A record that the store knows how to keep: its words turned into our keys. Pure."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

import msgspec

from compute_billing.metering.formats.record import ParsedRecord

HASH_BYTES: Final = 16
BIGINT_MAX: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Candidate(msgspec.Struct, gc=False):
    """A record that may be appended if no key, allocation or instant stands against it."""

    record: ParsedRecord
    tenant_id: int
    project_id: int | None
    cluster_id: int
    meter_id: int
    payload_hash: bytes
    licence_ref: str = ""
    usage_id: int = 0
    allocation_id: int = 0
    corrects_id: int | None = None
    is_running: bool = False


def content_hash(record: ParsedRecord, *, cluster_id: int, meter_id: int) -> bytes:
    """Return what two reports of the same use share, whatever offset, column order or format.

    The lengths come first, so that no name can pass for two.
    """
    account, project = record.account, record.project
    content = (
        f"{len(account)}\x1f{len(project)}\x1f{account}\x1f{cluster_id}\x1f{meter_id}\x1f{project}"
        f"\x1f{record.milli_cards}\x1f{record.started_ms}\x1f{record.ended_ms}\x1f{record.quantity}"
        f"\x1f{record.corrects}\x1f{record.licence_ref}"
    )
    return blake2b(content.encode(), digest_size=HASH_BYTES).digest()


def milliseconds(moment: datetime) -> int:
    """Return the whole milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def moment(milliseconds_since_1970: int) -> datetime:
    """Return the instant, in UTC."""
    return _EPOCH + milliseconds_since_1970 * _MILLISECOND


def is_storable(record: ParsedRecord) -> bool:
    """Say whether columns can keep the record.

    Readers promise it; this finds the culprit when one of them errs.
    """
    texts = (
        record.external_id,
        record.allocation_key,
        record.account,
        record.cluster,
        record.card_type,
        record.project,
        record.corrects,
        record.licence_ref,
    )
    numbers = (record.milli_cards, record.started_ms * 1000, record.ended_ms * 1000)
    whole = record.milli_cards * (record.ended_ms - record.started_ms)
    return (
        all(_is_text(text) for text in texts)
        and all(abs(number) <= BIGINT_MAX for number in numbers)
        and record.started_ms < record.ended_ms
        and record.milli_cards > 0
        and 0 < abs(record.quantity) <= min(whole, BIGINT_MAX)
        and (record.quantity < 0) == bool(record.corrects)
        and _is_uuid(record.licence_ref)
    )


def _is_uuid(text: str) -> bool:
    try:
        return not text or bool(UUID(text))
    except ValueError:
        return False


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text

"""Read how an operator's sources do, and what of their reports waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from compute_billing.metering.models import UsageImport
from compute_billing.metering.queries import UnknownImport
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.metering"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source, when it was last heard of, and how much of its reports waits for a person."""

    code: str
    name: str
    cluster: str
    card_type: str
    time_zone: str
    created_at: datetime
    last_seen_at: datetime | None
    open_rejects: int
    open_conflicts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReject:
    """A record that was not accepted, and whether it can be tried again as it is."""

    import_id: UUID
    position: int
    external_id: str
    account: str
    reason: str
    field: str
    message: str
    rejected_at: datetime
    can_retry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConflict:
    """Other content that came under a key which was accepted before, and how often."""

    external_id: str
    payload_hash: str
    payload: str
    import_id: UUID
    position: int
    first_at: datetime
    times: int


def source_page(*, operator_id: int, after: str | None, limit: int) -> list[SourceHealth]:
    """Return an operator's sources by code, from behind `after` on."""
    found = rows(
        statement(ROOM, "source_page.sql"), operator_id=operator_id, after=after, limit=limit
    )
    return [SourceHealth(**source) for source in found]


def reject_page(
    *,
    source_id: int,
    reason: str | None,
    account: str | None,
    after: tuple[UUID, int] | None,
    limit: int,
) -> list[OpenReject]:
    """Return the open rejects of a source as they came, from behind `after` on."""
    after_import, after_position = after or (None, None)
    found = rows(
        statement(ROOM, "reject_page.sql"),
        source_id=source_id,
        reason=reason,
        account=account,
        after_import=after_import,
        after_position=after_position,
        limit=limit,
    )
    return [OpenReject(**reject) for reject in found]


def conflict_page(
    *, source_id: int, external_id: str | None, after: tuple[str, str] | None, limit: int
) -> list[OpenConflict]:
    """Return the open conflicts of a source by key, from behind `after` on."""
    after_external_id, after_hash = after or (None, None)
    found = rows(
        statement(ROOM, "conflict_page.sql"),
        source_id=source_id,
        external_id=external_id,
        after_external_id=after_external_id,
        after_hash=after_hash,
        limit=limit,
    )
    return [OpenConflict(**conflict) for conflict in found]


def delivery_page(*, source_id: int, after: UUID | None, limit: int) -> list[UsageImport]:
    """Return deliveries of a source, the newest first, from behind `after` on.

    Raises:
        UnknownImport: the source has no delivery `after`.
    """
    own = UsageImport.objects.filter(source_id=source_id).order_by("-id")
    if after is None:
        return list(own[:limit])
    last = own.filter(public_id=after).first()
    if last is None:
        message = f"This source has no delivery {after}."
        raise UnknownImport(message)
    return list(own.filter(id__lt=last.pk)[:limit])

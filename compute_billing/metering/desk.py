"""What the operator's desk reads: sources and their health, deliveries, rejects, conflicts.

For the operator's staff, who serve every source; `health` reads for one operator's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings

from compute_billing.metering.candidates import moment
from compute_billing.metering.models import RetryRun, UsageSource
from kernel.errors import DomainError
from kernel.sql import row, rows, statement
from kernel.worlds import real_world

ROOM: Final = "compute_billing.metering"
# Days without a delivery are looked for this far back.
HEARD_SINCE: Final = timedelta(days=30)
PENDING_MAX: Final = 100_000
DELIVERIES_MAX: Final = 5_000
FILE_PAGE: Final = 1_000


class UnknownReject(DomainError):
    """No delivery has such a reject."""

    code = "unknown_reject"


class UnknownRetry(DomainError):
    """Nobody asked for such a retry."""

    code = "unknown_retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDesk:
    """A source, when it was heard of, and what of its reports waits.

    `newest_use_at` is the latest end of use that it told of in the last thirty days;
    `silent_days` are the days of these without any delivery. `waiting` and `parked` records are
    counted among the first hundred thousand of the queue.
    """

    code: str
    name: str
    cluster: str
    cluster_name: str
    last_seen_at: datetime | None
    newest_use_at: datetime | None
    silent_days: int
    waiting: int
    parked: int
    open_rejects: int
    open_conflicts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """A delivery, and how many of its records became what."""

    import_id: UUID
    source: str
    source_name: str
    format: str
    origin: str
    started_at: datetime
    finished_at: datetime | None
    accepted: int
    duplicate: int
    conflict: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectLine:
    """A record that was not accepted: where it stood, why, and what was delivered."""

    reject_id: int
    import_id: UUID
    position: int
    source: str
    source_name: str
    origin: str
    format: str
    external_id: str
    account: str
    reason: str
    field: str
    message: str
    payload: str
    rejected_at: datetime
    resolved_at: datetime | None
    can_retry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCount:
    """How many open rejects a source has for a reason at a field; how many can be retried."""

    source: str
    source_name: str
    reason: str
    field: str
    rejects: int
    can_retry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An organisation that use may be charged to."""

    tenant_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilter:
    """Which rejects are asked for; '' asks for any."""

    source: str = ""
    reason: str = ""
    field: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictLine:
    """Other content under a known key, and what was decided about it, if anything was."""

    source: str
    source_name: str
    external_id: str
    payload_hash: str
    payload: str
    parsed: dict[str, Any] | None
    import_id: UUID
    origin: str
    format: str
    position: int
    first_at: datetime
    times: int
    resolved_at: datetime | None
    decision: str | None
    decision_reason: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a report says, in words; `quantity` is milli-card-milliseconds.

    Empty where the report leaves it unsaid.
    """

    account: str
    tenant: str
    tenant_name: str
    project: str
    cluster: str
    card_type: str
    milli_cards: int
    started_at: datetime
    ended_at: datetime
    quantity: int
    licence: str
    origin: str
    format: str
    position: int
    is_corrected: bool = False
    cluster_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A retry that was asked for, and how far it has come."""

    public_id: UUID
    source: str
    source_name: str
    reason: str
    total: int
    tried: int
    accepted: int
    duplicate: int
    conflict: int
    rejected: int
    asked_at: datetime
    finished_at: datetime | None


def sources(*, now: datetime) -> list[SourceDesk]:
    """Return every source by code."""
    found = rows(
        statement(ROOM, "desk_sources.sql"),
        now=now,
        since=now - HEARD_SINCE,
        time_zone=settings.BILLING_TIME_ZONE,
        pending_max=PENDING_MAX,
        deliveries_max=DELIVERIES_MAX,
    )
    return [SourceDesk(**source) for source in found]


def source_names() -> dict[str, str]:
    """Return the names of every source by its code, for filters."""
    found = UsageSource.objects.filter(real_world("id")).order_by("code")
    return dict(found.values_list("code", "name"))


def tenants_to_map() -> list[Holder]:
    """Return the organisations that an account may belong to, by name."""
    return [Holder(**found) for found in rows(statement(ROOM, "desk_tenants.sql"))]


def deliveries(*, source: str, after: UUID | None, limit: int) -> list[DeliveryLine]:
    """Return deliveries of a source ('' of all), the newest first, from behind `after` on."""
    found = rows(statement(ROOM, "desk_deliveries.sql"), source=source, after=after, limit=limit)
    return [DeliveryLine(**delivery) for delivery in found]


def rejects(*, wanted: DeskFilter, after: tuple[UUID, int] | None, limit: int) -> list[RejectLine]:
    """Return open rejects, the newest first, from behind `after` on."""
    after_import, after_position = after or (None, None)
    found = rows(
        statement(ROOM, "desk_rejects.sql"),
        **asdict(wanted),
        after_import=after_import,
        after_position=after_position,
        limit=limit,
    )
    return [RejectLine(**reject) for reject in found]


def every_reject(*, wanted: DeskFilter) -> Iterator[RejectLine]:
    """Yield all open rejects of a filter, read in pages."""
    after = None
    while page := rejects(wanted=wanted, after=after, limit=FILE_PAGE):
        yield from page
        after = page[-1].import_id, page[-1].position


def reject_at(*, import_id: UUID, position: int) -> RejectLine:
    """Return a reject, resolved or not.

    Raises:
        UnknownReject: there is none at that place.
    """
    found = row(statement(ROOM, "desk_reject.sql"), import_id=import_id, position=position)
    if found is None:
        message = f"There is no reject at {position} of delivery {import_id}."
        raise UnknownReject(message)
    return RejectLine(**found)


def reject_counts() -> list[RejectCount]:
    """Return how many open rejects there are of each source, reason and field."""
    return [RejectCount(**found) for found in rows(statement(ROOM, "desk_reject_counts.sql"))]


def sources_to_retry(*, wanted: DeskFilter) -> list[int]:
    """Return the ids of the sources that have readable rejects of a filter."""
    found = rows(statement(ROOM, "desk_retry_sources.sql"), **asdict(wanted))
    return [source["source_id"] for source in found]


def rejects_by_source(*, places: Sequence[tuple[UUID, int]]) -> dict[int, list[int]]:
    """Return the ids of the rejects at these places (delivery, position) for each source."""
    found = rows(
        statement(ROOM, "desk_reject_ids.sql"),
        import_ids=[import_id for import_id, _ in places],
        positions=[position for _, position in places],
    )
    return {source["source_id"]: source["reject_ids"] for source in found}


def conflicts(
    *,
    source: str,
    is_open: bool | None,
    after: tuple[str, str, str] | None,
    limit: int,
    only: tuple[str, str] | None = None,
    in_sandbox: bool = False,
) -> list[ConflictLine]:
    """Return conflicts, the newest first, from behind `after` (source, key, hash) on.

    `only` names one by key and hash; `in_sandbox` says that the source is a sandbox's.
    """
    after_source, after_external_id, after_hash = after or (None, None, None)
    external_id, payload_hash = only or (None, None)
    found = rows(
        statement(ROOM, "desk_conflicts.sql"),
        in_sandbox=in_sandbox,
        source=source,
        is_open=is_open,
        external_id=external_id,
        payload_hash=payload_hash,
        after_source=after_source,
        after_external_id=after_external_id,
        after_hash=after_hash,
        limit=limit,
    )
    return [ConflictLine(**{**line, "parsed": _document(line["parsed"])}) for line in found]


def _document(parsed: str | None) -> dict[str, Any] | None:
    """Return JSON, which a raw query gives as its text."""
    return None if parsed is None else msgspec.json.decode(parsed)


def first_content(*, source: str, external_id: str) -> Content | None:
    """Return what a key was accepted as; None where it is not in the books."""
    found = row(statement(ROOM, "desk_first_content.sql"), source=source, external_id=external_id)
    if found is None:
        return None
    licence = found.pop("licence_ref")
    del found["recorded_at"]
    return Content(
        **{**found, "project": found["project"] or ""},
        account="",
        licence="" if licence is None else str(licence),
    )


def other_content(conflict: ConflictLine) -> Content | None:
    """Return what came under the key later; None where only its text was kept."""
    parsed = conflict.parsed
    if parsed is None:
        return None
    started_at = moment(parsed["started_ms"])
    owner = row(
        statement(ROOM, "desk_account_tenant.sql"),
        source=conflict.source,
        account=parsed["account"],
        at=started_at,
    )
    return Content(
        account=parsed["account"],
        tenant="" if owner is None else owner["tenant"],
        tenant_name="" if owner is None else owner["tenant_name"],
        project=parsed["project"],
        cluster=parsed["cluster"],
        card_type=parsed["card_type"],
        milli_cards=parsed["milli_cards"],
        started_at=started_at,
        ended_at=moment(parsed["ended_ms"]),
        quantity=parsed["quantity"],
        licence=parsed["licence_ref"],
        origin=conflict.origin,
        format=conflict.format,
        position=conflict.position,
    )


def retry(*, public_id: UUID, source_id: int | None = None) -> Retry:
    """Return a retry with its progress, of a source where one is named.

    Raises:
        UnknownRetry: there is none.
    """
    runs = RetryRun.objects.select_related("source").filter(public_id=public_id)
    found = (
        runs.filter(real_world("source")) if source_id is None else runs.filter(source_id=source_id)
    ).first()
    if found is None:
        message = f"There is no retry {public_id}."
        raise UnknownRetry(message)
    return _retry(found)


def newest_retries(*, limit: int) -> Sequence[Retry]:
    """Return what was tried again lately, the newest first."""
    found = RetryRun.objects.filter(real_world("source")).select_related("source")
    return [_retry(run) for run in found.order_by("-id")[:limit]]


def _retry(run: RetryRun) -> Retry:
    return Retry(
        public_id=run.public_id,
        source=run.source.code,
        source_name=run.source.name,
        reason=run.reason,
        total=run.total,
        tried=run.tried,
        accepted=run.accepted,
        duplicate=run.duplicate,
        conflict=run.conflict,
        rejected=run.rejected,
        asked_at=run.asked_at,
        finished_at=run.finished_at,
    )

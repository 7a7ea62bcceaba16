"""Read disputes: a buyer's own, the queue of those who answer, and what use may be disputed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from compute_billing.disputes import terms
from compute_billing.disputes.models import UsageDispute, UsageDisputeFile
from compute_billing.disputes.states import PENDING, WAITING, DisputeState
from compute_billing.metering.queries import Usage, usage_by_key
from kernel.errors import DomainError
from kernel.sql import rows, statement
from kernel.worlds import real_world

ROOM = "compute_billing.disputes"


class UnknownUsageDispute(DomainError):
    """There is no such dispute."""

    code = "unknown_usage_dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCost:
    """What a record costs now with the records that correct it, in micro-yuan."""

    charges: int
    quantity: int
    gross: int
    tenant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputable:
    """Whether a record may be disputed: until when, or the dispute that it has."""

    until: date
    is_open: bool
    dispute_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvidence:
    """A paper of a dispute, where its bytes lie, and what it is called."""

    storage_key: str
    content_type: str
    file_name: str


def cost_of_record(*, tenant_id: int, usage_id: int, recorded_month: date) -> RecordCost:
    """Return what a record costs now, corrections taken off."""
    [found] = rows(
        statement(ROOM, "cost_of_record.sql"),
        tenant_id=tenant_id,
        usage_id=usage_id,
        recorded_month=recorded_month,
    )
    return RecordCost(**found)


def disputable(*, usage: Usage, tenant_id: int, now: datetime) -> Disputable | None:
    """Say whether a record may be disputed; None for what only corrects another, or waits."""
    if usage.corrects is not None or usage.state != "charged":
        return None
    until = terms.disputable_until(recorded_at=usage.recorded_at)
    known = (
        UsageDispute.objects.filter(
            tenant_id=tenant_id, usage_id=usage.usage_id, recorded_month=usage.recorded_month
        )
        .exclude(state=DisputeState.WITHDRAWN)
        .values_list("public_id", flat=True)
        .first()
    )
    return Disputable(
        until=until,
        is_open=known is None and terms.local_day(now) <= until,
        dispute_id=known,
    )


def disputable_usage(*, tenant_id: int, source: str, external_id: str) -> Usage:
    """Return a tenant's record.

    Raises:
        UnknownUsage: the tenant has no such record.
    """
    return usage_by_key(tenant_id=tenant_id, source=source, external_id=external_id)


def dispute_page(
    *,
    tenant_ids: Collection[int] | None = None,
    operator_id: int | None = None,
    source_id: int | None = None,
    states: Sequence[str] = (),
    after: UUID | None = None,
    limit: int,
) -> list[UsageDispute]:
    """Return disputes, the newest first, from behind `after` on.

    Raises:
        UnknownUsageDispute: there is no dispute `after` among them.
    """
    among = found = _found(tenant_ids=tenant_ids, operator_id=operator_id, source_id=source_id)
    if states:
        found = found.filter(state__in=states)
    if after is not None:
        # Of another state by now it still is a place; of somebody else it is none.
        behind = among.filter(public_id=after).values_list("pk", flat=True).first()
        if behind is None:
            raise UnknownUsageDispute("There is no such dispute.")
        found = found.filter(pk__lt=behind)
    return list(found.order_by("-pk")[:limit])


def queue(
    *, level: DisputeState | None = None, due_by: date | None = None, limit: int | None
) -> list[UsageDispute]:
    """Return what waits for an answer in the real world, what is due first ahead.

    `due_by` leaves out what is due later; `limit` None is for who has to see all of it.
    """
    states = WAITING if level is None else (level,)
    found = _found().filter(real_world("tenant_id"), state__in=states)
    if due_by is not None:
        found = found.filter(due_on__lte=due_by)
    return list(found.order_by("due_on", "pk")[:limit])


def dispute(
    *,
    public_id: UUID,
    tenant_ids: Collection[int] | None = None,
    operator_id: int | None = None,
    source_id: int | None = None,
) -> UsageDispute:
    """Return a dispute with its answers; `tenant_ids` None reads the real world's.

    Raises:
        UnknownUsageDispute: there is none, or it is somebody else's.
    """
    found = _found(tenant_ids=tenant_ids, operator_id=operator_id, source_id=source_id)
    known = found.prefetch_related("answers__answered_by", "answers__grants", "files__file").filter(
        public_id=public_id
    )
    one = known.first()
    if one is None:
        raise UnknownUsageDispute("There is no such dispute.")
    return one


def evidence(*, dispute_id: UUID, file_id: UUID) -> StoredEvidence:
    """Return a paper of a dispute that the reader may see.

    Raises:
        UnknownUsageDispute: the dispute has no such paper.
    """
    found = (
        UsageDisputeFile.objects.select_related("file")
        .filter(public_id=file_id, dispute__public_id=dispute_id)
        .first()
    )
    if found is None:
        raise UnknownUsageDispute("There is no such paper.")
    return StoredEvidence(
        storage_key=found.file.storage_key,
        content_type=found.file.content_type,
        file_name=found.file_name,
    )


def disputed_micro(*, tenant_id: int, operator_id: int) -> int:
    """Return how much of what a tenant was charged by an operator is in dispute now."""
    found = UsageDispute.objects.filter(
        tenant_id=tenant_id, operator_id=operator_id, state__in=PENDING
    ).aggregate(total=Sum("disputed_micro"))
    return int(found["total"] or 0)


def _found(
    *,
    tenant_ids: Collection[int] | None = None,
    operator_id: int | None = None,
    source_id: int | None = None,
) -> QuerySet[UsageDispute]:
    """Return disputes with what their pages name; somebody's own, or all of the real world."""
    found = UsageDispute.objects.select_related("tenant", "operator", "source")
    if tenant_ids is not None:
        return found.filter(tenant_id__in=tenant_ids)
    if operator_id is not None:
        mine = Q(operator_id=operator_id)
        return found.filter(mine if source_id is None else mine & Q(source_id=source_id))
    return found.filter(real_world("tenant_id"))

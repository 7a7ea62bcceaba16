"""Workers close disputes whose correction is charged, and remind of answers that are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from accounts.events.operations import emit
from accounts.events.usage_disputes import UsageDisputeSettled
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import Telling, tell
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.disputes import terms
from compute_billing.disputes.locks import lock_granted
from compute_billing.disputes.models import UsageDispute, UsageDisputeGrant, UsageDisputeReminder
from compute_billing.disputes.opening import move, note
from compute_billing.disputes.queries import ROOM, cost_of_record, queue
from compute_billing.disputes.states import DisputeState
from kernel.audit import Actor
from kernel.money import Money
from kernel.nudges import wake_after_commit
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required

BATCH_MAX: Final = 200
ANSWERERS: Final = {DisputeState.OPEN: Staff.OPERATOR, DisputeState.ESCALATED: Staff.FINANCE}
KIND_OF: Final = {
    DisputeState.OPEN: Kind.USAGE_DISPUTE_DUE,
    DisputeState.ESCALATED: Kind.USAGE_DISPUTE_ESCALATED,
}


def settle_charged(*, now: datetime) -> int:
    """Settle granted disputes whose correction is charged, with what the use costs now.

    Two workers share them, and each is settled once; what waits for its charge waits on, and keeps
    nobody behind it waiting. Batch by batch, each in a transaction of its own.
    """
    settled, after = 0, 0
    while True:
        count, last = _settle_batch(after=after, now=now)
        settled += count
        if last is None:
            return settled
        after = last


@transaction
def _settle_batch(*, after: int, now: datetime) -> tuple[int, int | None]:
    """Settle what is charged of a batch; return how many, and behind whom to go on."""
    granted = lock_granted(limit=BATCH_MAX, after=after)
    charged = _charged(granted)
    for dispute in charged:
        _settle(dispute, now=now)
    return len(charged), granted[-1].pk if len(granted) == BATCH_MAX else None


def remind(*, now: datetime) -> int:
    """Tell who has to answer of what is due within a working day, and of what is overdue, once."""
    today = terms.local_day(now)
    near = queue(due_by=terms.near_by(today=today), limit=None)
    with transaction():
        fresh = [
            dispute
            for dispute in near
            if _is_first(dispute, is_overdue=today > dispute.due_on, now=now)
        ]
        tell([_telling(dispute) for dispute in fresh], now=now)
        wake_after_commit("mail")
    return len(fresh)


def _charged(granted: Sequence[UsageDispute]) -> list[UsageDispute]:
    """Return those of which no correction waits any more."""
    corrections = [
        (dispute, grant.correction_usage_id)
        for dispute in granted
        for grant in UsageDisputeGrant.objects.filter(answer__dispute=dispute)
    ]
    waiting = rows(
        statement(ROOM, "waiting_corrections.sql"),
        tenant_ids=[dispute.tenant_id for dispute, _ in corrections],
        usage_ids=[usage_id for _, usage_id in corrections],
    )
    not_yet = {found["usage_id"] for found in waiting}
    held = {dispute.pk for dispute, usage_id in corrections if usage_id in not_yet}
    return [dispute for dispute in granted if dispute.pk not in held]


@transaction_required
def _settle(dispute: UsageDispute, *, now: datetime) -> None:
    cost = cost_of_record(
        tenant_id=dispute.tenant_id,
        usage_id=dispute.usage_id,
        recorded_month=dispute.recorded_month,
    )
    move(
        dispute,
        DisputeState.SETTLED,
        gross_after=cost.gross,
        tenant_after=cost.tenant,
        closed_at=now,
    )
    note("settle", dispute, actor=Actor.system(), now=now)
    settled = UsageDisputeSettled(
        dispute=dispute.public_id,
        source=dispute.source.code,
        external_id=dispute.external_id,
        before=Money(dispute.tenant_before),
        after=Money(cost.tenant),
    )
    emit(settled, organisation_id=dispute.tenant_id, now=now)


@transaction_required
def _is_first(dispute: UsageDispute, *, is_overdue: bool, now: datetime) -> bool:
    _, is_made = UsageDisputeReminder.objects.get_or_create(
        dispute=dispute,
        due_on=dispute.due_on,
        is_overdue=is_overdue,
        defaults={"told_at": now},
    )
    return is_made


def _telling(dispute: UsageDispute) -> Telling:
    state = DisputeState(dispute.state)
    return Telling(
        kind=KIND_OF[state],
        about={"dispute": str(dispute.public_id), "day": dispute.due_on.isoformat()},
        subject=f"dispute:{dispute.public_id}:{dispute.due_on}",
        organisation_id=dispute.tenant_id,
        user_ids=staff_of(role=ANSWERERS[state]),
    )

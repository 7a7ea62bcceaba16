"""A buyer disputes one record of his use, takes it back, or takes the answer to the house."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.usage_disputes import UsageDisputed
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.disputes import queries, terms
from compute_billing.disputes.locks import lock_dispute
from compute_billing.disputes.models import Level, Reason, UsageDispute, Verdict
from compute_billing.disputes.states import TRANSITIONS, DisputeState
from compute_billing.metering.queries import Usage, operator_of_source, source_of_usage
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction_if_not_already, transaction_required

WORDS_LENGTH_MAX: Final = 2_000
ONCE: Final = "usage_dispute_once_per_record"
_MILLISECOND: Final = timedelta(milliseconds=1)


class UnableToDispute(DomainError):
    """The record may not be disputed; the message says why."""

    code = "unable_to_dispute"


class DisputedAlready(DomainError):
    """The record has a dispute that was not withdrawn."""

    code = "disputed_already"


class UnableToEscalate(DomainError):
    """The answer may not be taken to the house; the message says why."""

    code = "unable_to_escalate"


class UnableToWithdraw(DomainError):
    """The dispute is answered already."""

    code = "unable_to_withdraw_dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What somebody doubts, and why; without a span all of the record."""

    reason: Reason
    words: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction_if_not_already()
def open_dispute(
    *,
    tenant_id: int,
    source: str,
    external_id: str,
    doubt: Doubt,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> UsageDispute:
    """Dispute a charged record; its operator has to answer by a working day.

    `user_id` answers for it; the actor is that person unless a key of his acts.

    Raises:
        UnknownUsage: the tenant has no such record.
        UnableToDispute: it is a correction, is not charged, cost nothing, is too old, or the
            span is not of its time.
        DisputedAlready: there is a dispute of it that was not withdrawn.
    """
    usage = queries.disputable_usage(tenant_id=tenant_id, source=source, external_id=external_id)
    cost = _refuse_what_is_over(usage, tenant_id=tenant_id, now=now)
    starts_at, ends_at = _span(usage, doubt)
    reporter = source_of_usage(usage)
    already = DisputedAlready(f"Use {external_id!r} is disputed already, or was answered.")
    with constraint_errors({ONCE: already}):
        dispute = UsageDispute.objects.create(
            tenant_id=tenant_id,
            operator_id=operator_of_source(source_id=reporter.pk),
            source=reporter,
            external_id=usage.external_id,
            usage_id=usage.usage_id,
            recorded_month=usage.recorded_month,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=doubt.reason,
            words=doubt.words.strip(),
            opened_by_id=user_id,
            opened_at=now,
            due_on=terms.answer_due_on(opened_at=now),
            gross_before=cost.gross,
            tenant_before=cost.tenant,
            disputed_micro=_part(cost.tenant, usage, starts_at, ends_at),
        )
    note("open", dispute, actor=actor or Actor.user(user_id), now=now)
    opened = UsageDisputed(
        dispute=dispute.public_id,
        source=source,
        external_id=usage.external_id,
        reason=doubt.reason,
        due_on=dispute.due_on.isoformat(),
    )
    emit(opened, organisation_id=dispute.operator_id, now=now)
    return dispute


@transaction_if_not_already()
def withdraw(
    *, dispute_id: UUID, tenant_id: int, user_id: int, now: datetime, actor: Actor | None = None
) -> UsageDispute:
    """Take a dispute back that nobody has answered yet; the record may be disputed again.

    What was escalated goes back to the operator's answer, which is then the last word: it was
    escalated once, and its record is not disputed again.

    Raises:
        UnknownUsageDispute: the tenant has none.
        UnableToWithdraw: it was answered.
    """
    dispute = _own(dispute_id, tenant_id=tenant_id)
    if dispute.state not in (DisputeState.OPEN, DisputeState.ESCALATED):
        raise UnableToWithdraw("The dispute is answered: there is nothing to take back.")
    if dispute.state == DisputeState.OPEN:
        move(dispute, DisputeState.WITHDRAWN, closed_at=now)
    else:
        move(dispute, _as_answered(dispute))
    note("withdraw", dispute, actor=actor or Actor.user(user_id), now=now)
    return dispute


@transaction_if_not_already()
def escalate(
    *,
    dispute_id: UUID,
    tenant_id: int,
    words: str,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> UsageDispute:
    """Take the operator's answer to the house's finance officer, once.

    Raises:
        UnknownUsageDispute: the tenant has none.
        UnableToEscalate: there is no answer, all was granted, the term is over, or it was done.
    """
    dispute = _own(dispute_id, tenant_id=tenant_id)
    _refuse_escalation(dispute, now=now)
    move(
        dispute,
        DisputeState.ESCALATED,
        escalated_by_id=user_id,
        escalated_at=now,
        escalation_words=words.strip(),
        due_on=terms.decision_due_on(escalated_at=now),
    )
    note("escalate", dispute, actor=actor or Actor.user(user_id), now=now)
    notify(
        kind=Kind.USAGE_DISPUTE_ESCALATED,
        about={"dispute": str(dispute.public_id), "day": dispute.due_on.isoformat()},
        subject=f"dispute:{dispute.public_id}",
        organisation_id=dispute.tenant_id,
        user_ids=staff_of(role=Staff.FINANCE),
        now=now,
    )
    return dispute


def _as_answered(dispute: UsageDispute) -> DisputeState:
    """Return the state in which the operator's answer had left a dispute."""
    answer = dispute.answers.get(level=Level.OPERATOR)
    is_rejected = answer.verdict == Verdict.REJECTED
    return DisputeState.REJECTED if is_rejected else DisputeState.SETTLED


def _refuse_what_is_over(usage: Usage, *, tenant_id: int, now: datetime) -> queries.RecordCost:
    if usage.corrects is not None:
        raise UnableToDispute("This record corrects another: dispute that one.")
    if usage.state != "charged":
        raise UnableToDispute("This record is not charged yet: there is nothing to dispute.")
    until = terms.disputable_until(recorded_at=usage.recorded_at)
    if terms.local_day(now) > until:
        raise UnableToDispute(f"This record could be disputed until {until.isoformat()}.")
    cost = queries.cost_of_record(
        tenant_id=tenant_id, usage_id=usage.usage_id, recorded_month=usage.recorded_month
    )
    if cost.quantity <= 0:
        raise UnableToDispute("All of this record was taken back already.")
    return cost


def _span(usage: Usage, doubt: Doubt) -> tuple[datetime, datetime]:
    starts_at, ends_at = doubt.starts_at or usage.started_at, doubt.ends_at or usage.ended_at
    if not usage.started_at <= starts_at < ends_at <= usage.ended_at:
        message = (
            "Choose a time within that of the record, "
            f"from {usage.started_at.isoformat()} to {usage.ended_at.isoformat()}."
        )
        raise UnableToDispute(message)
    return starts_at, ends_at


def _part(amount: int, usage: Usage, starts_at: datetime, ends_at: datetime) -> int:
    whole = usage.ended_at - usage.started_at
    return amount * ((ends_at - starts_at) // _MILLISECOND) // (whole // _MILLISECOND)


def _refuse_escalation(dispute: UsageDispute, *, now: datetime) -> None:
    answer = dispute.answers.filter(level=Level.OPERATOR).first()
    if answer is None or dispute.escalated_at is not None:
        raise UnableToEscalate("Only the operator's answer goes to the house, and once.")
    if answer.verdict == Verdict.GRANTED:
        raise UnableToEscalate("All that was disputed was granted.")
    if dispute.state not in (DisputeState.REJECTED, DisputeState.SETTLED):
        raise UnableToEscalate("What was granted is still to be charged: wait for that.")
    if answer.escalable_until is not None and terms.local_day(now) > answer.escalable_until:
        raise UnableToEscalate(f"The term ended on {answer.escalable_until.isoformat()}.")


@transaction_required
def _own(dispute_id: UUID, *, tenant_id: int) -> UsageDispute:
    dispute = lock_dispute(dispute_id)
    if dispute is None or dispute.tenant_id != tenant_id:
        raise queries.UnknownUsageDispute("There is no such dispute.")
    return dispute


@transaction_required
def move(dispute: UsageDispute, to: DisputeState, **also: object) -> None:
    """Move a locked dispute on, setting the columns of `also`."""
    TRANSITIONS.compare_and_set(
        UsageDispute.objects.filter(pk=dispute.pk),
        from_=DisputeState(dispute.state),
        to=to,
        also=also,
    )
    dispute.refresh_from_db()


@transaction_required
def note(action: str, dispute: UsageDispute, *, actor: Actor, now: datetime) -> None:
    """Write into the log of decisions what was done about a dispute."""
    audit.record(
        action=f"disputes.{action}",
        object_type="usage_dispute",
        object_id=dispute.pk,
        actor=actor,
        organisation_id=dispute.tenant_id,
        now=now,
        detail={"dispute": str(dispute.public_id), "state": str(dispute.state)},
    )

"""The operator answers a dispute, and the house's finance officer where it was escalated.

What is granted becomes a signed record that corrects the original, in the same transaction: it is
charged, credited and billed as every correction is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.usage_disputes import UsageDisputeAnswered
from accounts.queries import roles_by_organisation
from compute_billing.disputes import terms
from compute_billing.disputes.locks import lock_dispute
from compute_billing.disputes.models import (
    Level,
    UsageDispute,
    UsageDisputeAnswer,
    UsageDisputeGrant,
    Verdict,
)
from compute_billing.disputes.opening import move, note
from compute_billing.disputes.queries import UnknownUsageDispute
from compute_billing.disputes.states import DisputeState
from compute_billing.metering import operations as metering
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction_if_not_already, transaction_required

Span = tuple[datetime, datetime]


class UnableToAnswer(DomainError):
    """The answer cannot be given; the message says why."""

    code = "unable_to_answer_dispute"


class AnsweredAlready(DomainError):
    """Somebody has answered the dispute, or it was taken back."""

    code = "dispute_answered_already"


class UnableToAnswerOwnDispute(DomainError):
    """Whoever asked, or answered before, does not answer."""

    code = "unable_to_answer_own_dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered, and how one knows; a part of the disputed time where it is granted partly.

    What is granted wholly is all of the disputed time that was not granted before.
    """

    verdict: Verdict
    words: str
    granted_from: datetime | None = None
    granted_until: datetime | None = None


@transaction_if_not_already()
def answer(
    *,
    dispute_id: UUID,
    reply: Reply,
    level: Level,
    user_id: int,
    now: datetime,
    operator_id: int | None = None,
    actor: Actor | None = None,
) -> UsageDispute:
    """Answer an open dispute for the operator, or an escalated one for the house.

    With `operator_id` only a dispute of that operator. What is granted is recorded as a correction
    at once, and the dispute is settled when that is charged.

    Raises:
        UnknownUsageDispute: there is none.
        AnsweredAlready: nobody waits for this answer.
        UnableToAnswerOwnDispute: the person asked, gave the operator's answer, or belongs to the
            tenant.
        UnableToAnswer: the span is not of the disputed time, or all of it was granted before.
        UnableToTakeBack: metering refuses the correction, and says why.
    """
    dispute = _waiting(dispute_id, level=level, operator_id=operator_id)
    first = dispute.answers.filter(level=Level.OPERATOR).first()
    first_by = None if first is None else first.answered_by_id
    _refuse_concerned(dispute, user_id=user_id, first_by=first_by)
    spans = _spans(reply, dispute)
    given = UsageDisputeAnswer.objects.create(
        dispute=dispute,
        level=level,
        verdict=reply.verdict,
        words=reply.words.strip(),
        opened_by_id=dispute.opened_by_id,
        first_level="" if first is None else first.level,
        first_by_id=first_by,
        answered_by_id=user_id,
        answered_at=now,
        escalable_until=_escalable_until(reply, level=level, now=now),
    )
    _grant(given, dispute, spans=spans, now=now)
    is_final = not spans and level == Level.HOUSE
    move(dispute, _next(given), **({"closed_at": now} if is_final else {}))
    note("answer", dispute, actor=actor or Actor.user(user_id), now=now)
    _tell(given, dispute, now=now)
    return dispute


def _refuse_concerned(dispute: UsageDispute, *, user_id: int, first_by: int | None) -> None:
    asked = user_id in (dispute.opened_by_id, dispute.escalated_by_id, first_by)
    if asked or dispute.tenant_id in roles_by_organisation(user_id=user_id):
        message = "Somebody else answers: you asked, answered this before, or belong to who asks."
        raise UnableToAnswerOwnDispute(message)


@transaction_required
def _waiting(dispute_id: UUID, *, level: Level, operator_id: int | None) -> UsageDispute:
    dispute = lock_dispute(dispute_id)
    if dispute is None or operator_id not in (None, dispute.operator_id):
        raise UnknownUsageDispute("There is no such dispute.")
    waits = DisputeState.OPEN if level == Level.OPERATOR else DisputeState.ESCALATED
    if dispute.state != waits:
        raise AnsweredAlready("Nobody waits for this answer any more: look at the dispute again.")
    return dispute


def _spans(reply: Reply, dispute: UsageDispute) -> list[Span]:
    """Return what is granted, in order of time; nothing where it is rejected.

    Raises:
        UnableToAnswer: a part has no time, or one outside what is disputed, or nothing is left.
    """
    if reply.verdict == Verdict.REJECTED:
        return []
    if reply.verdict == Verdict.GRANTED:
        left = _left(dispute)
        if not left:
            raise UnableToAnswer("All of the disputed time was granted before: reject the rest.")
        return left
    since, until = reply.granted_from, reply.granted_until
    if since is None or until is None or not dispute.starts_at <= since < until <= dispute.ends_at:
        message = (
            "A part has a beginning and an end within the disputed time, "
            f"{dispute.starts_at.isoformat()} to {dispute.ends_at.isoformat()}."
        )
        raise UnableToAnswer(message)
    return [(since, until)]


def _left(dispute: UsageDispute) -> list[Span]:
    """Return the disputed time that was not granted before: what lies between the grants."""
    granted = UsageDisputeGrant.objects.filter(answer__dispute=dispute).order_by("granted_from")
    left: list[Span] = []
    since = dispute.starts_at
    for grant in granted:
        if since < grant.granted_from:
            left.append((since, grant.granted_from))
        since = grant.granted_until
    return [*left, (since, dispute.ends_at)] if since < dispute.ends_at else left


@transaction_required
def _grant(
    given: UsageDisputeAnswer, dispute: UsageDispute, *, spans: Sequence[Span], now: datetime
) -> None:
    """Record a correction for each span; all of them, or none."""
    key = f"{dispute.external_id}~dispute{dispute.pk}.{given.level}"
    for position, span in enumerate(spans, start=1):
        correction = key if position == 1 else f"{key}.{position}"
        usage_id = metering.take_back(
            source=dispute.source,
            external_id=dispute.external_id,
            correction=correction,
            span=span,
            origin=f"usage dispute {dispute.public_id}",
            now=now,
        )
        UsageDisputeGrant.objects.create(
            answer=given,
            position=position,
            granted_from=span[0],
            granted_until=span[1],
            correction=correction,
            correction_usage_id=usage_id,
        )


def _escalable_until(reply: Reply, *, level: Level, now: datetime) -> date | None:
    if level == Level.HOUSE or reply.verdict == Verdict.GRANTED:
        return None
    return terms.escalable_until(answered_at=now)


def _next(given: UsageDisputeAnswer) -> DisputeState:
    if given.verdict != Verdict.REJECTED:
        return DisputeState.GRANTED
    return DisputeState.REJECTED if given.level == Level.OPERATOR else DisputeState.UPHELD


@transaction_required
def _tell(given: UsageDisputeAnswer, dispute: UsageDispute, *, now: datetime) -> None:
    answered = UsageDisputeAnswered(
        dispute=dispute.public_id,
        source=dispute.source.code,
        external_id=dispute.external_id,
        level=given.level,
        verdict=given.verdict,
    )
    emit(answered, organisation_id=dispute.tenant_id, now=now)

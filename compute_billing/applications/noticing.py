"""公示: anybody may object while a notice is open; an officer answers; what is left is awarded."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from accounts.notifications.kinds import Kind
from accounts.permissions import Staff
from accounts.queries import staff_of
from compute_billing.applications.awarding import terms_of
from compute_billing.applications.deciding import give_back, reference_of, refuse
from compute_billing.applications.decision_models import Approval, Objection, Proposal, PublicNotice
from compute_billing.applications.locks import lock_application, lock_due, lock_objection
from compute_billing.applications.models import Application
from compute_billing.applications.noting import move, note, tell_staff
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.replaying import assessment_of
from compute_billing.applications.states import ApplicationState
from compute_billing.applications.terms import local_day
from compute_billing.ledger.reserving import release
from compute_billing.programmes.queries import document_of
from compute_billing.subsidies.models import Award
from compute_billing.subsidies.operations import approve_award
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.periods import Period
from kernel.transactions import transaction, transaction_if_not_already, transaction_required

S = ApplicationState
OBJECTION_LENGTH_MAX: Final = 2_000
PROBLEM_LENGTH_MAX: Final = 500
# What anybody may write without logging in is bounded: after so many, people read what there is.
OPEN_OBJECTIONS_MAX: Final = 50

logger = structlog.get_logger(__name__)


class UnableToObject(DomainError):
    """The notice is not open, nothing is said, or it has as many objections as people can read."""

    code = "unable_to_object"


class UnableToAnswerObjection(DomainError):
    """The objection was answered, the officer proposed what is objected to, or gives no reason."""

    code = "unable_to_answer_objection"


@transaction_if_not_already()
def object_to(*, notice_id: UUID, words: str, now: datetime) -> Objection:
    """Object to a notice while it is open; nobody is asked who he is.

    Raises:
        ApplicationNotFound: there is no such notice.
        UnableToObject: it is not open, nothing is said, or too much is unanswered.
    """
    if not words.strip():
        raise UnableToObject("Say what is wrong with it, and how one can see that.")
    notice = PublicNotice.objects.select_related("application").filter(public_id=notice_id).first()
    if notice is None:
        raise ApplicationNotFound("There is no such notice.")
    application = lock_application(notice.application.public_id)
    if application is None or application.state != S.NOTICE:
        raise UnableToObject("The notice is over.")
    if not notice.opens_on <= local_day(now) <= notice.closes_on:
        raise UnableToObject(f"Objections were taken until {notice.closes_on.isoformat()}.")
    if notice.objections.filter(outcome="pending").count() >= OPEN_OBJECTIONS_MAX:
        raise UnableToObject("Many objections wait for an answer already: look again later.")
    made = Objection.objects.create(notice=notice, words=words.strip(), raised_at=now)
    note(
        "object",
        application,
        actor=Actor.system(),
        now=now,
        detail={"objection": str(made.public_id)},
    )
    tell_staff(
        application,
        kind=Kind.APPLICATION_WAITS,
        user_ids=staff_of(role=Staff.SUBSIDY_OFFICER),
        subject=f"objection:{made.public_id}",
        now=now,
    )
    return made


@transaction_if_not_already()
def answer_objection(
    *, objection_id: UUID, is_upheld: bool, answer: str, officer_id: int, now: datetime
) -> Objection:
    """Answer an objection; one that is upheld takes the decision back.

    Raises:
        ApplicationNotFound: there is no such objection.
        UnableToAnswerObjection: it was answered, the officer proposed it, or no reason is given.
    """
    objection = lock_objection(objection_id)
    if objection is None:
        raise ApplicationNotFound("There is no such objection.")
    if objection.outcome != Objection.Outcome.PENDING:
        raise UnableToAnswerObjection("The objection was answered already.")
    if objection.notice.proposal.maker_id == officer_id:
        raise UnableToAnswerObjection("Whoever proposed it does not answer: ask somebody else.")
    if not answer.strip():
        raise UnableToAnswerObjection("Say why: the answer is read by everybody.")
    outcome = Objection.Outcome.UPHELD if is_upheld else Objection.Outcome.DISMISSED
    Objection.objects.filter(pk=objection.pk).update(
        outcome=outcome, answer=answer.strip(), officer_id=officer_id, answered_at=now
    )
    objection.refresh_from_db()
    application = objection.notice.application
    detail = {"objection": str(objection.public_id), "outcome": str(outcome)}
    actor = Actor.user(officer_id)
    note("answer_objection", application, actor=actor, now=now, detail=detail)
    if is_upheld and application.state == S.NOTICE:
        give_back(application, objection.notice.proposal)
        refuse(application, action="take_back", words=answer.strip(), actor=actor, now=now)
    return objection


def award_due(*, now: datetime, limit: int = 100) -> int:
    """Award what was on notice for its whole term without an open objection; return how many.

    Each is a transaction of its own; what cannot be awarded says why and is tried again.
    """
    with transaction():
        found = lock_due(states=(S.NOTICE,), now=now, limit=limit)
    return sum(_try_award(application_id, now=now) for application_id in found)


def _try_award(application_id: UUID, *, now: datetime) -> bool:
    try:
        return award(application_id=application_id, now=now) is not None
    except DomainError as problem:
        logger.warning("application_not_awarded", application=str(application_id), why=problem.code)
        with transaction():
            Application.objects.filter(public_id=application_id, state=S.NOTICE).update(
                award_problem=str(problem)[:PROBLEM_LENGTH_MAX]
            )
        return False


@transaction_if_not_already()
def award(*, application_id: UUID, now: datetime) -> Award | None:
    """Fund the award of an application whose notice is over; None while it may not be.

    Raises:
        FundExhausted, FourEyesViolated, UnableToApproveAward: see `subsidies.approve_award`.
    """
    application = lock_application(application_id)
    if application is None or application.state != S.NOTICE:
        return None
    notice = application.notices.select_related("proposal__fund").latest("pk")
    is_over = application.due_at is not None and application.due_at <= now
    if not is_over or notice.objections.filter(outcome="pending").exists():
        return None
    made = _fund(application, notice.proposal, now=now)
    move(
        application,
        S.AWARDED,
        action="award",
        actor=Actor.system(),
        now=now,
        detail={"award": made.pk, "amount_micro": made.cap_micro},
        award_id=made.pk,
        award_problem="",
    )
    return made


@transaction_required
def _fund(application: Application, proposal: Proposal, *, now: datetime) -> Award:
    """Move the money from the fund, where it was set aside, to the award."""
    approval: Approval = proposal.approvals.filter(agrees=True).earliest("pk")
    fund, starts_at, ends_at = proposal.fund, proposal.starts_at, proposal.ends_at
    if fund is None or starts_at is None or ends_at is None or proposal.rate_ppm is None:
        message = "a grant has a fund, a rate and a period: its CHECK says so"
        raise RuntimeError(message)
    release(account_id=fund.account_id, reference=reference_of(application))
    return approve_award(
        fund_id=fund.pk,
        tenant_id=application.tenant_id,
        reference=reference_of(application),
        rate_ppm=proposal.rate_ppm,
        cap_micro=proposal.amount_micro,
        period=Period(starts_at, ends_at),
        maker_id=proposal.maker_id,
        approver_id=approval.approver_id,
        approver_organisation_id=approval.approver_organisation_id,
        now=now,
        terms=terms_of(document_of(application.version), assessment_of(proposal)),
    )

"""Approvers decide on a proposal; a grant takes room of caps and money of the fund, or fails."""

from datetime import date, datetime
from uuid import UUID

from accounts.models import Organisation
from compute_billing.applications.decision_models import Approval, Proposal, PublicNotice
from compute_billing.applications.gathering import draws_of
from compute_billing.applications.hands import lend_hand
from compute_billing.applications.locks import lock_application
from compute_billing.applications.models import Application
from compute_billing.applications.noting import move, note
from compute_billing.applications.proposing import frozen_facts
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.states import ApplicationState
from compute_billing.applications.terms import (
    APPEAL_WORKING_DAYS,
    OFFICER_WORKING_DAYS,
    due,
    end_of,
    local_day,
)
from compute_billing.ledger.operations import Overdraft
from compute_billing.ledger.reserving import release, reserve
from compute_billing.programmes.queries import document_of
from compute_billing.subsidies.approving import refuse_partial_approver
from compute_billing.subsidies.capping import release_caps, reserve_caps
from compute_billing.subsidies.operations import FourEyesViolated, FundExhausted
from compute_billing.subsidies.rules.settable import settled
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction_if_not_already, transaction_required
from kernel.working_days import expected_deadline

S = ApplicationState


class UnableToDecide(DomainError):
    """The proposal is not the newest, was decided, or a disagreement has no reason."""

    code = "unable_to_decide_application"


@transaction_if_not_already()
def decide(
    *,
    proposal_id: UUID,
    agrees: bool,
    reason: str,
    approver_id: int,
    approver_organisation_id: int,
    now: datetime,
) -> Application:
    """Give one approver's word; the last one that is needed decides.

    A disagreement sends the case back to its officer. A grant reserves its amount on every cap
    and on the fund, and goes on public notice.

    Raises:
        ApplicationNotFound: there is no such proposal.
        UnableToDecide: it is not open, or a disagreement has no reason.
        FourEyesViolated: the approver proposed it, or is on the beneficiary's side.
        HandInBothInstances: he had a hand in the first instance.
        CapExhausted, FundExhausted: there is less room than the amount; nothing is decided.
    """
    if not agrees and not reason.strip():
        raise UnableToDecide("Say why not: the officer proposes anew by it.")
    known = Proposal.objects.select_related("application").filter(public_id=proposal_id).first()
    if known is None:
        raise ApplicationNotFound("There is no such proposal.")
    refuse_partial_approver(
        approver_id=approver_id,
        approver_organisation_id=approver_organisation_id,
        tenant_id=known.beneficiary_id,
        now=now,
    )
    application, proposal = _open(known)
    lend_hand(application, person_id=approver_id)
    _approve(
        proposal,
        agrees=agrees,
        reason=reason,
        approver_id=approver_id,
        organisation_id=approver_organisation_id,
        now=now,
    )
    _go_on(application, proposal, agrees=agrees, reason=reason, approver_id=approver_id, now=now)
    return application


@transaction_required
def _open(known: Proposal) -> tuple[Application, Proposal]:
    """Return the locked application and its proposal, which waits for approvers."""
    application = lock_application(known.application.public_id)
    if application is None:
        raise ApplicationNotFound("There is no such proposal.")
    newest = application.proposals.latest("number")
    if application.state != S.PROPOSED or newest.pk != known.pk:
        raise UnableToDecide("This proposal is decided, or there is a newer one: look again.")
    return application, newest


@transaction_required
def _approve(
    proposal: Proposal,
    *,
    agrees: bool,
    reason: str,
    approver_id: int,
    organisation_id: int,
    now: datetime,
) -> None:
    refusals: dict[str, DomainError] = {
        "application_approval_four_eyes": FourEyesViolated(
            "Nobody approves what he proposed, nor for an organisation that benefits: "
            "somebody else must decide."
        ),
        "application_approved_once_by_each": UnableToDecide(
            "You have given your word already: the others decide now."
        ),
    }
    with constraint_errors(refusals):
        Approval.objects.create(
            proposal=proposal,
            application_id=proposal.application_id,
            instance=proposal.instance,
            maker_id=proposal.maker_id,
            beneficiary_id=proposal.beneficiary_id,
            approver_id=approver_id,
            approver_organisation_id=organisation_id,
            agrees=agrees,
            reason=reason.strip(),
            decided_at=now,
        )


@transaction_required
def _go_on(
    application: Application,
    proposal: Proposal,
    *,
    agrees: bool,
    reason: str,
    approver_id: int,
    now: datetime,
) -> None:
    actor = Actor.user(approver_id)
    given = proposal.approvals.filter(agrees=True).count()
    detail = {
        "proposal": proposal.number,
        "approvals": given,
        "needed": proposal.approvals_needed,
    }
    if not agrees:
        move(
            application,
            S.UNDER_REVIEW,
            action="disagree",
            actor=actor,
            now=now,
            due_at=due(now=now, working_days=OFFICER_WORKING_DAYS),
            words=reason.strip(),
            detail=detail,
        )
    elif given < proposal.approvals_needed:
        # The others are still asked; the log has each word.
        note("approve", application, actor=actor, now=now, detail=detail)
    elif proposal.verdict == Proposal.Verdict.REFUSE:
        refuse(
            application, action="refuse", words=proposal.reason, actor=actor, now=now, detail=detail
        )
    else:
        _grant(application, proposal, actor=actor, now=now, detail=detail)


@transaction_required
def refuse(
    application: Application,
    *,
    action: str,
    words: str,
    actor: Actor,
    now: datetime,
    detail: dict[str, int] | None = None,
) -> None:
    """Refuse a locked application; the first time its firm may appeal within a term."""
    is_first = application.instance == 1
    move(
        application,
        S.REFUSED,
        action=action,
        actor=actor,
        now=now,
        due_at=due(now=now, working_days=APPEAL_WORKING_DAYS) if is_first else None,
        words=words,
        detail=dict(detail or {}),
    )


@transaction_required
def _grant(
    application: Application,
    proposal: Proposal,
    *,
    actor: Actor,
    now: datetime,
    detail: dict[str, int],
) -> None:
    document = document_of(application.version)
    reserve_caps(
        draws=draws_of(application, document=document, facts=frozen_facts(proposal)),
        amount_micro=proposal.amount_micro,
        reference=reference_of(application),
        now=now,
    )
    _reserve_fund(application, proposal, now=now)
    terms = {**detail, "amount_micro": proposal.amount_micro, "fund": proposal.fund_id or 0}
    move(application, S.GRANTED, action="grant", actor=actor, now=now, detail=terms)
    days = settled(document.notice_working_days) or 1
    today = local_day(now)
    notice = _publish(
        application, proposal, name=document.names.zh, days=days, today=today, now=now
    )
    move(
        application,
        S.NOTICE,
        action="publish",
        actor=actor,
        now=now,
        due_at=end_of(notice.closes_on),
        detail={"notice": str(notice.public_id), "working_days": days},
    )


def reference_of(application: Application) -> str:
    """Return under what caps, fund and award know an application: its number."""
    return application.number or ""


@transaction_required
def _reserve_fund(application: Application, proposal: Proposal, *, now: datetime) -> None:
    fund = proposal.fund
    if fund is None:
        return
    try:
        reserve(
            account_id=fund.account_id,
            amount_micro=proposal.amount_micro,
            reference=reference_of(application),
            now=now,
        )
    except Overdraft as error:
        message = (
            f"The fund has {error.details['available']} micro-yuan left, not "
            f"{proposal.amount_micro}: appropriate more, or choose another fund."
        )
        raise FundExhausted(message, details=error.details) from error


@transaction_required
def give_back(application: Application, proposal: Proposal) -> None:
    """Give back what a grant that does not stand had reserved on caps and fund."""
    release_caps(reference=reference_of(application))
    if proposal.fund is not None:
        release(account_id=proposal.fund.account_id, reference=reference_of(application))


@transaction_required
def _publish(
    application: Application,
    proposal: Proposal,
    *,
    name: str,
    days: int,
    today: date,
    now: datetime,
) -> PublicNotice:
    firm = Organisation.objects.get(pk=application.tenant_id)
    return PublicNotice.objects.create(
        application=application,
        proposal=proposal,
        programme_name=name,
        beneficiary_name=firm.name,
        beneficiary_uscc=firm.uscc or "",
        contract_no=application.contract.contract_no,
        amount_micro=proposal.amount_micro,
        working_days=days,
        opens_on=today,
        closes_on=expected_deadline(day=today, days=days).day,
        published_at=now,
    )

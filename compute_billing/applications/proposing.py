"""An officer proposes what is decided: an amount with its arithmetic, or a refusal."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from compute_billing.applications.decision_models import Proposal
from compute_billing.applications.declaring import Findings, read_findings, with_findings
from compute_billing.applications.gathering import canonical, caps_of
from compute_billing.applications.hands import lend_hand
from compute_billing.applications.locks import lock_application
from compute_billing.applications.models import Application, ApplicationSubmission
from compute_billing.applications.noting import move
from compute_billing.applications.queries import ApplicationNotFound
from compute_billing.applications.review_models import Panel
from compute_billing.applications.states import ApplicationState
from compute_billing.applications.submitting import assess
from compute_billing.applications.terms import APPROVAL_WORKING_DAYS, approvals_needed, due
from compute_billing.subsidies.models import Fund
from compute_billing.subsidies.queries import funds_of_code
from compute_billing.subsidies.rules.facts import Facts
from compute_billing.subsidies.rules.verdicts import Assessment, Outcome
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction_if_not_already, transaction_required

PPM: Final = 1_000_000
Verdict = Proposal.Verdict


class UnableToProposeDecision(DomainError):
    """The panel is open, the programme gives nothing, or fund, period or a reason do not fit."""

    code = "unable_to_propose_decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer proposes. `findings` as in `declaring.Findings`; days are both included.

    Without days the award runs as long as the contract; `fund_id` is asked of a grant.
    """

    verdict: Proposal.Verdict
    reason: str
    findings: dict[str, Any] = field(default_factory=dict)
    fund_id: int | None = None
    starts_on: date | None = None
    last_on: date | None = None
    exception_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the award would be."""

    amount_micro: int = 0
    rate_ppm: int | None = None
    fund: Fund | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction_if_not_already()
def propose(*, application_id: UUID, draft: Draft, officer_id: int, now: datetime) -> Proposal:
    """Propose a decision on the submitted facts, what the officer found, and the panel's score.

    The amount is the evaluator's; an officer never types one where the text gives a rule.

    Raises:
        ApplicationNotFound: there is none.
        IllegalTransition: it is not under review.
        UnableToProposeDecision: see the message.
        UnableToReadDeclaration: the findings are malformed.
        HandInBothInstances: the officer had a hand in the first instance.
    """
    application = lock_application(application_id)
    if application is None:
        raise ApplicationNotFound("There is no such application.")
    if not draft.reason.strip():
        raise UnableToProposeDecision("Say what the proposal rests on.")
    findings = read_findings(draft.findings)
    _refuse_silent_exception(findings, draft)
    submission = newest_submission(application)
    facts = _facts(application, submission, findings)
    assessment = assess(application, facts)
    is_grant = draft.verdict == Verdict.GRANT
    terms = _terms(application, draft, assessment) if is_grant else Terms()
    lend_hand(application, person_id=officer_id)
    made = _insert(application, draft, terms, facts, assessment, officer_id=officer_id, now=now)
    move(
        application,
        ApplicationState.PROPOSED,
        action="propose",
        actor=Actor.user(officer_id),
        now=now,
        due_at=due(now=now, working_days=APPROVAL_WORKING_DAYS),
        words=made.reason,
        detail={
            "proposal": made.number,
            "verdict": str(made.verdict),
            "amount_micro": made.amount_micro,
            "assessment": made.assessment_sha256,
            "approvals_needed": made.approvals_needed,
            "is_exception": made.is_exception,
        },
    )
    return made


def newest_submission(application: Application) -> ApplicationSubmission:
    """Return what was submitted last."""
    return application.submissions.select_related("version").latest("number")


def frozen_facts(stored: ApplicationSubmission | Proposal) -> Facts:
    """Return the facts that were frozen."""
    return msgspec.convert(json.loads(bytes(stored.facts)), Facts)


def _refuse_silent_exception(findings: Findings, draft: Draft) -> None:
    if bool(findings.raised_caps) != bool(draft.exception_reason.strip()):
        message = "An exception (一事一议) raises a cap, and says why: give both, or neither."
        raise UnableToProposeDecision(message, details={"field": "exception_reason"})


def _facts(
    application: Application, submission: ApplicationSubmission, findings: Findings
) -> Facts:
    """Return the submitted facts with what the house knows by now."""
    panel = Panel.objects.filter(application=application, instance=application.instance).first()
    if panel is None or panel.score is None:
        raise UnableToProposeDecision("The panel has not closed: wait for its scores.")
    frozen = frozen_facts(submission)
    year = (frozen.applied_on or frozen.as_of).year
    with_caps = msgspec.structs.replace(frozen, caps=caps_of(application, year=year))
    return with_findings(with_caps, findings, score=panel.score)


def _terms(application: Application, draft: Draft, assessment: Assessment) -> Terms:
    """Return the award that an assessment gives.

    Raises:
        UnableToProposeDecision: it gives none, or the fund or period does not fit.
    """
    _refuse_what_gives_nothing(assessment)
    amount = assessment.amount or 0
    zone = ZoneInfo(settings.BILLING_TIME_ZONE)
    starts_on = draft.starts_on or application.contract.starts_on
    ends_on = (
        application.contract.ends_on
        if draft.last_on is None
        else date.fromordinal(draft.last_on.toordinal() + 1)
    )
    if starts_on >= ends_on:
        raise UnableToProposeDecision("The award would end before it starts: choose other days.")
    return Terms(
        amount_micro=amount,
        rate_ppm=rate_of(assessment),
        fund=_fund(application, draft.fund_id, level=assessment.shares[0].level),
        starts_at=datetime.combine(starts_on, time(), tzinfo=zone),
        ends_at=datetime.combine(ends_on, time(), tzinfo=zone),
    )


def _refuse_what_gives_nothing(assessment: Assessment) -> None:
    if assessment.outcome is not Outcome.ELIGIBLE:
        failing = [verdict.rule for verdict in assessment.verdicts if verdict.state == "fails"]
        message = (
            f"The programme does not give it ({assessment.outcome}): "
            f"{', '.join([*failing, *assessment.missing]) or 'a figure stands open'}. "
            "Complete the findings, or propose a refusal."
        )
        details = {"rules": failing, "missing": list(assessment.missing)}
        raise UnableToProposeDecision(message, details=details)
    if assessment.unit != "micro_yuan" or not assessment.amount:
        raise UnableToProposeDecision("There is no money to give: propose a refusal.")
    paying = [share for share in assessment.shares if share.amount]
    if len(paying) != 1 or assessment.shares[0].amount != assessment.amount:
        message = "Several levels of government pay: each decides on its own share."
        raise UnableToProposeDecision(message)


def _fund(application: Application, fund_id: int | None, *, level: str) -> Fund:
    for fund in funds_of_code(code=application.code):
        if fund.pk == fund_id and fund.level == level:
            return fund
    message = f"Choose a fund of {application.code} at the level {level}."
    raise UnableToProposeDecision(message, details={"field": "fund"})


def rate_of(assessment: Assessment) -> int:
    """Return the part of the price that an award bears: the one rate, or amount over basis."""
    rates = [step for step in assessment.steps if step.name.startswith("rate:")]
    if len(rates) == 1:
        return int(rates[0].inputs["ppm"])
    basis = next((step.value for step in assessment.steps if step.name == "basis"), 0)
    return min(max((assessment.amount or 0) * PPM // basis, 1), PPM) if basis else PPM


@transaction_required
def _insert(
    application: Application,
    draft: Draft,
    terms: Terms,
    facts: Facts,
    assessment: Assessment,
    *,
    officer_id: int,
    now: datetime,
) -> Proposal:
    known, told = canonical(facts), canonical(assessment)
    is_exception = bool(draft.exception_reason.strip())
    return Proposal.objects.create(
        application=application,
        number=application.proposals.count() + 1,
        instance=application.instance,
        beneficiary_id=application.tenant_id,
        maker_id=officer_id,
        verdict=draft.verdict,
        reason=draft.reason.strip(),
        is_exception=is_exception,
        exception_reason=draft.exception_reason.strip(),
        amount_micro=terms.amount_micro,
        rate_ppm=terms.rate_ppm,
        fund=terms.fund,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        approvals_needed=approvals_needed(
            amount_micro=terms.amount_micro, is_exception=is_exception
        ),
        evaluator=assessment.evaluator,
        facts=known,
        facts_sha256=hashlib.sha256(known).hexdigest(),
        assessment=told,
        assessment_sha256=hashlib.sha256(told).hexdigest(),
        made_at=now,
    )

"""An application is submitted: checked, its facts frozen, numbered, and handed to the house."""

import hashlib
from datetime import datetime
from uuid import UUID

from compute_billing.applications.checking import Check, checks_of
from compute_billing.applications.declaring import asked_of_the_applicant
from compute_billing.applications.editing import own_editable, refuse_stale, version_in_force
from compute_billing.applications.gathering import canonical, facts_of
from compute_billing.applications.models import (
    Application,
    ApplicationCheck,
    ApplicationSubmission,
)
from compute_billing.applications.noting import move
from compute_billing.applications.states import ApplicationState
from compute_billing.applications.terms import OFFICER_WORKING_DAYS, due, local_day
from compute_billing.programmes.queries import document_of
from compute_billing.subsidies.rules.evaluation import EVALUATORS
from compute_billing.subsidies.rules.facts import Facts, Stage
from compute_billing.subsidies.rules.verdicts import Assessment, State
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction_if_not_already, transaction_required


class UnableToSubmitApplication(DomainError):
    """A check fails, a condition of the programme does not hold, or something is missing.

    `details` name each: `checks`, `conditions`, `missing`, with what to do.
    """

    code = "unable_to_submit_application"


@transaction_if_not_already()
def submit(
    *,
    application_id: UUID,
    tenant_id: int,
    commitment: int,
    revision: int,
    user_id: int,
    now: datetime,
    actor: Actor | None = None,
) -> ApplicationSubmission:
    """Check an application and hand it in, under the version of the programme in force now.

    `commitment` is the version of the letter that the person consents to.

    Raises:
        ApplicationNotFound, ApplicationLocked, ApplicationChanged: see `editing`.
        UnableToApply: no version of the programme is in force any more.
        ContractOutOfSight, UnableToReadDeclaration: see `gathering.facts_of`.
        UnableToSubmitApplication: it may not be; the details say what is missing.
    """
    application = own_editable(application_id, tenant_id=tenant_id)
    refuse_stale(application, revision)
    application.version = version_in_force(application.code, now=now)
    facts = facts_of(application, now=now)
    assessment = assess(application, facts)
    checks = checks_of(
        application,
        document=document_of(application.version),
        facts=facts,
        assessment=assessment,
        commitment=commitment,
        now=now,
    )
    _refuse(checks, assessment)
    made = _freeze(application, facts, assessment, commitment=commitment, user_id=user_id, now=now)
    _keep(made, checks)
    _hand_in(application, made, actor=actor or Actor.user(user_id), now=now)
    return made


def assess(application: Application, facts: Facts) -> Assessment:
    """Return what the evaluator of the application's version says of facts."""
    version = application.version
    return EVALUATORS[version.evaluator](
        document=document_of(version), facts=facts, stage=Stage.APPLY
    )


def _refuse(checks: list[Check], assessment: Assessment) -> None:
    failing = [check for check in checks if check.refuses]
    conditions = [verdict for verdict in assessment.verdicts if verdict.state is State.FAILS]
    missing = asked_of_the_applicant(assessment.missing)
    if not failing and not conditions and not missing:
        return
    details = {
        "checks": [
            {"check": each.name, "verdict": str(each.verdict), "mend": each.mend}
            for each in failing
        ],
        "conditions": [
            {"rule": each.rule, "clause": each.clause, "inputs": dict(each.inputs)}
            for each in conditions
        ],
        "missing": list(missing),
    }
    named = [*(each.name for each in failing), *(each.rule for each in conditions), *missing]
    mends = " ".join(dict.fromkeys(each.mend for each in failing))
    message = f"The application cannot be submitted: {', '.join(dict.fromkeys(named))}. {mends}"
    raise UnableToSubmitApplication(message.strip(), details=details)


@transaction_required
def _freeze(
    application: Application,
    facts: Facts,
    assessment: Assessment,
    *,
    commitment: int,
    user_id: int,
    now: datetime,
) -> ApplicationSubmission:
    known, told = canonical(facts), canonical(assessment)
    return ApplicationSubmission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        version=application.version,
        evaluator=assessment.evaluator,
        facts=known,
        facts_sha256=hashlib.sha256(known).hexdigest(),
        assessment=told,
        assessment_sha256=hashlib.sha256(told).hexdigest(),
        commitment_version=commitment,
        consented_by_id=user_id,
        submitted_at=now,
    )


@transaction_required
def _keep(submission: ApplicationSubmission, checks: list[Check]) -> None:
    ApplicationCheck.objects.bulk_create(
        ApplicationCheck(
            submission=submission,
            name=check.name,
            verdict=check.verdict,
            is_hard=check.is_hard,
            looked_at=check.looked_at,
            source=check.source,
        )
        for check in checks
    )


@transaction_required
def _hand_in(
    application: Application, made: ApplicationSubmission, *, actor: Actor, now: datetime
) -> None:
    number = application.number or f"SQ{local_day(now).year}{application.pk:08d}"
    move(
        application,
        ApplicationState.SUBMITTED,
        action="submit",
        actor=actor,
        now=now,
        due_at=due(now=now, working_days=OFFICER_WORKING_DAYS),
        detail={
            "submission": made.number,
            "facts": made.facts_sha256,
            "assessment": made.assessment_sha256,
            "commitment": made.commitment_version,
        },
        number=number,
        version=made.version,
        supplement_asked="",
        revision=application.revision + 1,
    )

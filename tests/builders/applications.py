"""Applications for subsidies at every stage, made by the real operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from accounts.models import Organisation, User
from accounts.permissions import Staff
from accounts.verification.kinds import Outcome
from compute_billing.applications import operations
from compute_billing.applications.commitments import CURRENT
from compute_billing.applications.decision_models import Proposal, PublicNotice
from compute_billing.applications.models import Application
from compute_billing.applications.operations import Draft, Verdict
from compute_billing.applications.review_models import Panel
from compute_billing.contracts.operations import sign_compute_contract
from compute_billing.subsidies.models import Fund
from compute_billing.subsidies.rules.contract_rules import Days, InForce
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from kernel.uploads import CheckedUpload
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.market import YUAN
from tests.builders.programmes import make_active
from tests.builders.subsidies import make_authority, make_fund, make_programme
from tests.builders.subsidy_documents import activated
from tests.builders.verification import PDF, decide_case, make_submitted_case, owner_of

NOW = datetime.fromisoformat("2026-11-20T12:00:00+08:00")
BEIJING = "beijing-2023"
_numbers = count(1)
DECLARED: dict[str, Any] = {
    "is_legal_person": True,
    "clean_record_since": "2020-01-01",
    "is_listed_as_dishonest": False,
    "purpose": "training",
    "other_funding": [],
}


def beijing_for_ever(**changed: Any) -> ProgrammeDocument:
    """Return Beijing's programme, in force still, with 20 % of the contract as a ceiling."""
    document = activated(BEIJING)
    rules = tuple(
        msgspec.structs.replace(rule, within=Days(start=date(2023, 10, 1)))
        if isinstance(rule, InForce)
        else rule
        for rule in document.rules
    )
    return msgspec.structs.replace(document, rules=rules, **changed)


@dataclass
class Desk:
    """A programme in force with a fund, and the people of the house."""

    fund: Fund
    provider: Organisation
    officer: User
    office: Organisation
    approvers: list[User]
    reviewers: list[User]
    firms: list[Organisation] = field(default_factory=list)

    def firm(self) -> Organisation:
        """Add a verified firm."""
        made = make_organisation()
        decide_case(make_submitted_case(made), Outcome.APPROVED)
        made.refresh_from_db()
        self.firms.append(made)
        return made


def make_desk(
    *, fund_yuan: int = 1_000_000, reviewers: int = 4, document: ProgrammeDocument | None = None
) -> Desk:
    """Put Beijing's programme into force, with a city fund and people who decide."""
    provider = make_organisation(kind="operator")
    decide_case(make_submitted_case(provider), Outcome.APPROVED)
    make_active(document or beijing_for_ever(), at=NOW - timedelta(days=10))
    office = make_authority()
    programme = make_programme(code=BEIJING, authority_id=office.pk)
    approvers = [
        make_staff(role=Staff.SUBSIDY_APPROVER, user=make_member(organisation=office))
        for _ in range(4)
    ]
    return Desk(
        fund=make_fund(programme_id=programme.pk, amount_micro=fund_yuan * YUAN),
        provider=provider,
        officer=make_staff(role=Staff.SUBSIDY_OFFICER),
        office=office,
        approvers=approvers,
        reviewers=[make_staff(role=Staff.SUBSIDY_REVIEWER) for _ in range(reviewers)],
    )


def make_contract(desk: Desk, firm: Organisation, *, yuan: int = 100_000, **changed: Any) -> Any:
    """Sign a contract of a year with the provider of the desk."""
    values = {
        "contract_no": f"HT-{next(_numbers):04d}",
        "tenant_id": firm.pk,
        "provider_id": desk.provider.pk,
        "signed_on": date(2026, 9, 1),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 9, 1),
        "amount_micro": yuan * YUAN,
    }
    return sign_compute_contract(**{**values, **changed})


def upload(name: str = "contract.pdf") -> CheckedUpload:
    """Return a checked paper."""
    return CheckedUpload(content=PDF, content_type="application/pdf", name=name, was_scanned=False)


def make_draft(desk: Desk, *, firm: Organisation | None = None, yuan: int = 100_000) -> Application:
    """Begin a draft that lacks nothing."""
    applicant = firm or desk.firm()
    contract = make_contract(desk, applicant, yuan=yuan)
    who = {"tenant_id": applicant.pk, "user_id": owner_of(applicant).pk, "now": NOW}
    made = operations.begin(programme=BEIJING, contract_no=contract.contract_no, **who)
    operations.declare(
        application_id=made.public_id, declared=DECLARED, revision=made.revision, **who
    )
    for kind in ("contract", "credit_report"):
        operations.add_paper(
            application_id=made.public_id,
            kind=kind,
            dated_on=date(2026, 11, 10),
            upload=upload(f"{kind}.pdf"),
            **who,
        )
    made.refresh_from_db()
    return made


def submit(application: Application, **changed: Any) -> Application:
    """Submit it by an owner of its firm."""
    application.refresh_from_db()
    values = {
        "application_id": application.public_id,
        "tenant_id": application.tenant_id,
        "commitment": CURRENT,
        "revision": application.revision,
        "user_id": owner_of(application.tenant).pk,
        "now": NOW,
    }
    operations.submit(**{**values, **changed})
    application.refresh_from_db()
    return application


def make_submitted(desk: Desk, **changed: Any) -> Application:
    """Make an application that the house has."""
    return submit(make_draft(desk, **changed))


def convene(desk: Desk, application: Application, **changed: Any) -> Panel:
    """Have the officer convene a panel of three."""
    values = {"application_id": application.public_id, "officer_id": desk.officer.pk, "now": NOW}
    return operations.convene(**{**values, **changed})


def score_all(panel: Panel, *scores: int) -> None:
    """Let everybody who is asked score, in the order of asking."""
    for given, review in zip(scores, panel.reviews.filter(state="asked"), strict=True):
        operations.score(
            review_id=review.public_id,
            reviewer_id=review.reviewer_id,
            score=given,
            words="可行",
            now=NOW,
        )


def make_reviewed(desk: Desk, **changed: Any) -> Application:
    """Make an application of which all scores are in."""
    application = make_submitted(desk, **changed)
    score_all(convene(desk, application), 70, 80, 95)
    application.refresh_from_db()
    return application


def propose(desk: Desk, application: Application, **changed: Any) -> Proposal:
    """Propose to grant 20 % of the contract out of the city's fund."""
    draft = {
        "verdict": Verdict.GRANT,
        "reason": "条件均符合",
        "findings": {"rate_ppm": 200_000},
        "fund_id": desk.fund.pk,
    }
    officer_id = changed.pop("officer_id", desk.officer.pk)
    return operations.propose(
        application_id=application.public_id,
        draft=Draft(**{**draft, **changed}),
        officer_id=officer_id,
        now=NOW,
    )


def make_proposed(desk: Desk, **changed: Any) -> Application:
    """Make an application that waits for its approvers."""
    application = make_reviewed(desk, **changed)
    propose(desk, application)
    application.refresh_from_db()
    return application


def decision(desk: Desk, application: Application, **changed: Any) -> dict[str, Any]:
    """Return what an approval needs: the first approver agrees."""
    values = {
        "proposal_id": application.proposals.latest("number").public_id,
        "agrees": True,
        "reason": "",
        "approver_id": desk.approvers[0].pk,
        "approver_organisation_id": desk.office.pk,
        "now": NOW,
    }
    return {**values, **changed}


def decide(desk: Desk, application: Application, **changed: Any) -> Application:
    """Give an approver's word."""
    operations.decide(**decision(desk, application, **changed))
    application.refresh_from_db()
    return application


def make_noticed(desk: Desk, **changed: Any) -> Application:
    """Make an application that is on public notice."""
    return decide(desk, make_proposed(desk, **changed))


def a_notice(_: object = None) -> dict[str, object]:
    """Name a public notice; notices are everybody's."""
    found = PublicNotice.objects.first() or make_noticed(make_desk()).notices.get()
    return {"notice_id": found.public_id}


def make_awarded(desk: Desk, **changed: Any) -> Application:
    """Make an application that was awarded after its notice."""
    application = make_noticed(desk, **changed)
    operations.award_due(now=application.due_at)
    application.refresh_from_db()
    return application

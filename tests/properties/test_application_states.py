"""Whatever acts come in whatever order, an application moves only as its table says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Staff
from compute_billing.applications import operations
from compute_billing.applications.decision_models import Proposal
from compute_billing.applications.models import Application
from compute_billing.applications.operations import Verdict
from compute_billing.applications.states import TRANSITIONS, ApplicationState
from compute_billing.audit.queries import verify_books
from compute_billing.subsidies.capping import counters_of
from kernel.errors import DomainError
from tests.builders.accounts import make_staff
from tests.builders.applications import (
    NOW,
    Desk,
    convene,
    decide,
    make_desk,
    make_draft,
    propose,
    score_all,
    submit,
)
from tests.builders.verification import owner_of

pytestmark = pytest.mark.django_db
HOLDING = {"granted", "notice", "awarded"}


def own(application: Application) -> dict[str, Any]:
    return {
        "application_id": application.public_id,
        "tenant_id": application.tenant_id,
        "user_id": owner_of(application.tenant).pk,
        "now": NOW,
    }


def score_panel(desk: Desk, application: Application) -> None:
    panel = application.panels.latest("pk") if application.panels.exists() else None
    if panel is not None and panel.reviews.filter(state="asked").count() == 3:
        score_all(panel, 60, 70, 80)


def objected(desk: Desk, application: Application) -> None:
    for notice in application.notices.all():
        operations.object_to(notice_id=notice.public_id, words="重复申报", now=NOW)


def answered(desk: Desk, application: Application, *, is_upheld: bool) -> None:
    for notice in application.notices.all():
        for objection in notice.objections.filter(outcome="pending"):
            operations.answer_objection(
                objection_id=objection.public_id,
                is_upheld=is_upheld,
                answer="已核实",
                officer_id=desk.approvers[3].pk,
                now=NOW,
            )


ACTS: dict[str, Callable[[Desk, Application], object]] = {
    "submit": lambda _, case: submit(case),
    "supplement": lambda desk, case: operations.ask_supplement(
        application_id=case.public_id, words="补充", officer_id=desk.officer.pk, now=NOW
    ),
    "convene": convene,
    "convene by another": lambda desk, case: convene(desk, case, officer_id=desk.approvers[2].pk),
    "score": score_panel,
    "propose": propose,
    "propose by another": lambda desk, case: propose(desk, case, officer_id=desk.approvers[2].pk),
    "propose a refusal": lambda desk, case: propose(
        desk, case, verdict=Verdict.REFUSE, findings={}, fund_id=None
    ),
    "agree": decide,
    "agree as another": lambda desk, case: decide(desk, case, approver_id=desk.approvers[1].pk),
    "disagree": lambda desk, case: decide(desk, case, agrees=False, reason="再议"),
    "object": objected,
    "uphold": lambda desk, case: answered(desk, case, is_upheld=True),
    "dismiss": lambda desk, case: answered(desk, case, is_upheld=False),
    "award": lambda _, case: operations.award_due(now=NOW + timedelta(days=30)),
    "appeal": lambda _, case: operations.appeal(words="请复核", **own(case)),
    "withdraw": lambda _, case: operations.withdraw(**own(case)),
    "expire": lambda _, case: operations.expire_due(now=NOW + timedelta(days=20)),
}


@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=18))
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_application_moves_only_as_its_table_says(desk: Desk, acts: list[str]) -> None:
    application = make_draft(desk)
    # the straight way is walked as well, with what was drawn in between
    for act in ["submit", acts[0], "convene", "score", acts[1], "propose", acts[2], "agree", *acts]:
        with suppress(DomainError, Proposal.DoesNotExist):
            ACTS[act](desk, application)
        application.refresh_from_db()
        check(application)
    assert [verdict.law.name for verdict in verify_books() if not verdict.holds] == []


@pytest.fixture
def desk() -> Desk:
    made = make_desk(fund_yuan=1_000_000_000, reviewers=9)
    make_staff(role=Staff.SUBSIDY_OFFICER, user=made.approvers[2])
    return made


def check(application: Application) -> None:
    """Every step that was written is one of the table, and they join up."""
    steps = list(application.steps.order_by("number"))
    for before, step in pairwise(steps):
        assert step.before == before.after
        assert TRANSITIONS.allows(
            from_=ApplicationState(step.before), to=ApplicationState(step.after)
        )
    assert steps[-1].after == application.state
    drawn = counters_of(reference=application.number or "-")
    reserved = sum(each.amount - each.released for each in drawn)
    assert (reserved > 0) == (application.state in HOLDING)

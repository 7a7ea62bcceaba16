"""Objections, caps, appeals, lapses: how applications end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Notification
from accounts.permissions import Staff
from compute_billing.applications import operations
from compute_billing.applications.operations import (
    UnableToAnswerObjection,
    UnableToAppeal,
    UnableToObject,
    Verdict,
)
from compute_billing.subsidies.capping import CapExhausted, counters_of
from compute_billing.subsidies.operations import FundExhausted
from kernel.states import IllegalTransition
from tests.builders.accounts import make_staff
from tests.builders.applications import (
    NOW,
    YUAN,
    Desk,
    convene,
    decide,
    make_awarded,
    make_desk,
    make_draft,
    make_noticed,
    make_proposed,
    make_reviewed,
    make_submitted,
    propose,
    score_all,
)
from tests.builders.verification import owner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def own(application) -> dict:
    return {
        "application_id": application.public_id,
        "tenant_id": application.tenant_id,
        "user_id": owner_of(application.tenant).pk,
        "now": NOW,
    }


def test_an_open_objection_holds_the_award_and_an_upheld_one_takes_it_back(desk):
    application = make_noticed(desk)
    notice = application.notices.get()
    raised = operations.object_to(notice_id=notice.public_id, words="重复申报", now=NOW)
    assert operations.award_due(now=application.due_at) == 0
    with pytest.raises(UnableToAnswerObjection):
        operations.answer_objection(
            objection_id=raised.public_id,
            is_upheld=False,
            answer="不成立",
            officer_id=desk.officer.pk,
            now=NOW,
        )

    another = make_staff(role=Staff.SUBSIDY_OFFICER)
    operations.answer_objection(
        objection_id=raised.public_id,
        is_upheld=True,
        answer="属实",
        officer_id=another.pk,
        now=NOW,
    )

    application.refresh_from_db()
    assert application.state == "refused"
    assert {each.counter.reserved for each in counters_of(reference=application.number)} == {0}
    with pytest.raises(UnableToObject):
        operations.object_to(notice_id=notice.public_id, words="还有", now=NOW)


def test_a_dismissed_objection_lets_the_award_go_on(desk):
    application = make_noticed(desk)
    raised = operations.object_to(
        notice_id=application.notices.get().public_id, words="重复申报", now=NOW
    )
    operations.answer_objection(
        objection_id=raised.public_id,
        is_upheld=False,
        answer="经查不属实",
        officer_id=make_staff(role=Staff.SUBSIDY_OFFICER).pk,
        now=NOW,
    )

    assert operations.award_due(now=application.due_at) == 1


def test_a_cap_is_not_passed_by_splitting():
    # given two million a firm and year, and contracts that would bring 800,000 and 1,800,000
    desk = make_desk(fund_yuan=10_000_000)
    firm = desk.firm()
    first = make_proposed(desk, firm=firm, yuan=4_000_000)
    second = make_reviewed(desk, firm=firm, yuan=9_000_000)
    proposal = propose(desk, second)
    assert proposal.amount_micro == 1_800_000 * YUAN

    decide(desk, first)
    decide(desk, second)
    with pytest.raises(CapExhausted, match="enterprise_year has 1200000000000 micro-yuan left"):
        decide(desk, second, approver_id=desk.approvers[1].pk)

    second.refresh_from_db()
    assert second.state == "proposed"


def test_a_fund_is_not_promised_twice():
    desk = make_desk(fund_yuan=30_000)
    first, second = make_proposed(desk), make_proposed(desk)
    decide(desk, first)

    with pytest.raises(FundExhausted, match="10000000000 micro-yuan left"):
        decide(desk, second)


def test_an_appeal_is_decided_by_others(desk):
    for _ in range(3):
        desk.reviewers.append(make_staff(role=Staff.SUBSIDY_REVIEWER))
    application = make_reviewed(desk)
    propose(desk, application, verdict=Verdict.REFUSE, findings={}, fund_id=None)
    decide(desk, application)
    assert application.state == "refused"

    operations.appeal(words="请复核", **own(application))
    with pytest.raises(operations.HandInBothInstances):
        convene(desk, application)
    another = make_staff(role=Staff.SUBSIDY_OFFICER)
    score_all(convene(desk, application, officer_id=another.pk), 90, 90, 90)
    propose(desk, application, officer_id=another.pk)
    with pytest.raises(operations.HandInBothInstances):
        decide(desk, application)
    decide(desk, application, approver_id=desk.approvers[2].pk)

    assert (application.state, application.instance) == ("notice", 2)


def test_an_appeal_has_a_term_and_is_made_once(desk):
    application = make_reviewed(desk)
    propose(desk, application, verdict=Verdict.REFUSE, findings={}, fund_id=None)
    decide(desk, application)

    with pytest.raises(UnableToAppeal, match="2026-12-11"):
        operations.appeal(words="请复核", **{**own(application), "now": application.due_at})


def test_drafts_lapse_and_what_is_taken_back_gives_its_room_back(desk):
    draft = make_draft(desk)
    noticed = make_noticed(desk)

    assert operations.expire_due(now=NOW + timedelta(days=90)) == 1
    operations.withdraw(**own(noticed))

    draft.refresh_from_db()
    noticed.refresh_from_db()
    assert (draft.state, noticed.state) == ("expired", "withdrawn")
    assert {each.counter.reserved for each in counters_of(reference=noticed.number)} == {0}


def test_what_is_awarded_is_over(desk):
    application = make_awarded(desk)

    with pytest.raises(IllegalTransition):
        operations.withdraw(**own(application))


def test_who_lets_a_term_pass_is_told_once(desk):
    application = make_submitted(desk)
    later = application.due_at + timedelta(hours=1)

    operations.remind(now=later)
    operations.remind(now=later + timedelta(hours=1))

    told = Notification.objects.filter(
        kind="application_waits", subject__startswith="overdue:", user=desk.officer
    )
    assert told.count() == 1

"""The life of an application, step by step, with exact figures."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Notification
from accounts.permissions import Staff
from compute_billing.applications import operations, queries
from compute_billing.applications.operations import (
    ApplicationLocked,
    AppliedAlready,
    Track,
    UnableToConvene,
    UnableToProposeDecision,
    UnableToReview,
    UnableToSubmitApplication,
)
from compute_billing.applications.review_models import Panel, Review
from compute_billing.subsidies.capping import counters_of
from compute_billing.subsidies.operations import FourEyesViolated
from compute_billing.subsidies.queries import award_state, fund_burn
from compute_billing.subsidies.rules.evaluation import replay
from compute_billing.subsidies.rules.facts import Stage
from kernel.canonical import canonical_json
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_staff
from tests.builders.applications import (
    NOW,
    YUAN,
    Desk,
    convene,
    decide,
    make_desk,
    make_draft,
    make_noticed,
    make_proposed,
    make_submitted,
    propose,
    score_all,
    submit,
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


def test_what_is_submitted_is_frozen_checked_and_replayed_to_the_byte(desk):
    application = make_submitted(desk)

    assert (application.state, application.number) == (
        "submitted",
        f"SQ2026{application.pk:08d}",
    )
    # five working days after Friday, 20 November, to the end of the day in Beijing
    assert application.due_at == datetime(2026, 11, 27, 16, tzinfo=UTC)
    frozen = application.submissions.get()
    told = replay(
        evaluator=frozen.evaluator,
        document=json.loads(bytes(frozen.version.document)),
        facts=json.loads(bytes(frozen.facts)),
        stage=Stage.APPLY,
    ).told()
    assert canonical_json(told) == bytes(frozen.assessment)
    assert told["amount"] == 20_000 * YUAN
    assert {check.name: check.verdict for check in frozen.checks.all()} == {
        "credit_code": "holds",
        "verified": "holds",
        "size_class": "holds",
        "clean_record_dated": "holds",
        "related_party": "holds",
        "application_window": "holds",
        "evidence": "holds",
        "one_application_per_contract": "holds",
        "commitment": "holds",
    }


def test_what_is_missing_is_named_with_what_to_do(desk):
    firm = desk.firm()
    application = make_draft(desk, firm=firm)
    paper = application.papers.get(kind="credit_report")
    operations.remove_paper(paper_id=paper.public_id, **own(application))
    application.refresh_from_db()
    operations.declare(declared={}, revision=application.revision, **own(application))

    with pytest.raises(UnableToSubmitApplication) as refusal:
        submit(application, commitment=0)

    details = refusal.value.details
    assert [each["check"] for each in details["checks"]] == ["clean_record_dated", "commitment"]
    assert details["missing"] == [
        "subject.is_legal_person",
        "subject.clean_record_since",
        "subject.is_listed_as_dishonest",
        "contract.purpose",
        "other_funding",
    ]
    assert "at most 30 days old" in str(refusal.value)
    application.refresh_from_db()
    assert (application.state, application.number) == ("draft", None)


def test_a_stale_credit_report_refuses(desk):
    application = make_draft(desk)
    application.papers.filter(kind="credit_report").update(dated_on=date(2026, 10, 20))

    with pytest.raises(UnableToSubmitApplication, match="clean_record_dated"):
        submit(application)


def test_a_contract_is_applied_for_once(desk):
    application = make_draft(desk)

    with pytest.raises(AppliedAlready):
        operations.begin(
            tenant_id=application.tenant_id,
            programme=application.code,
            contract_no=application.contract.contract_no,
            user_id=owner_of(application.tenant).pk,
            now=NOW,
        )


def test_what_is_with_the_house_is_not_changed(desk):
    application = make_submitted(desk)

    with pytest.raises(ApplicationLocked):
        operations.declare(declared={}, revision=application.revision, **own(application))


def test_a_supplement_is_asked_for_and_given(desk):
    application = make_submitted(desk)
    operations.ask_supplement(
        application_id=application.public_id,
        words="请补充合同附件",
        officer_id=desk.officer.pk,
        now=NOW,
    )
    application.refresh_from_db()
    assert (application.state, application.supplement_asked) == ("supplement", "请补充合同附件")

    submit(application)

    assert application.state == "submitted"
    assert application.supplement_asked == ""
    assert application.submissions.count() == 2


def test_reviewers_have_no_conflict_and_see_no_other_score(desk):
    # given a reviewer who belongs to the provider, and one who was of the firm half a year ago
    application = make_submitted(desk)
    make_member(organisation=desk.provider, user=desk.reviewers[0])

    panel = convene(desk, application)

    asked = {review.reviewer_id for review in panel.reviews.all()}
    assert asked == {person.pk for person in desk.reviewers[1:]}
    first, second, third = panel.reviews.order_by("pk")
    for review, given in ((first, 70), (second, 95)):
        operations.score(
            review_id=review.public_id,
            reviewer_id=review.reviewer_id,
            score=given,
            words="可行",
            now=NOW,
        )
        seen = queries.review(public_id=review.public_id, reviewer_id=review.reviewer_id)
        assert queries.scores_seen_by(review=seen) == []
    operations.score(
        review_id=third.public_id, reviewer_id=third.reviewer_id, score=80, words="可行", now=NOW
    )
    seen = queries.review(public_id=first.public_id, reviewer_id=first.reviewer_id)
    assert queries.scores_seen_by(review=seen) == [70, 80, 95]
    assert Panel.objects.get().score == 80


def test_too_few_reviewers_convene_nothing(desk):
    application = make_submitted(desk)

    with pytest.raises(UnableToConvene, match="4 reviewers are without a conflict"):
        convene(desk, application, size=5)


def test_the_silent_are_replaced_and_come_too_late(desk):
    application = make_submitted(desk)
    panel = convene(desk, application)
    late = panel.reviews.earliest("pk").due_at

    assert operations.replace_silent(now=late) == 3

    states = list(panel.reviews.order_by("pk").values_list("state", flat=True))
    # one more was free: he is asked, and the panel goes on with him
    assert states == ["silent", "silent", "silent", "asked"]
    silent = panel.reviews.filter(state="silent").first()
    with pytest.raises(UnableToReview):
        operations.score(
            review_id=silent.public_id,
            reviewer_id=silent.reviewer_id,
            score=1,
            words="晚",
            now=late,
        )


def test_the_fast_track_has_two_hours_and_a_reason(desk):
    application = make_submitted(desk)
    with pytest.raises(UnableToConvene, match="within two hours"):
        convene(desk, application, track=Track.TWO_HOURS)

    panel = convene(desk, application, track=Track.TWO_HOURS, track_reason="防汛急需")

    assert {review.due_at for review in panel.reviews.all()} == {NOW + timedelta(hours=2)}


def test_who_declines_is_replaced_at_once(desk):
    panel = convene(desk, make_submitted(desk))
    review = panel.reviews.first()

    operations.decline(
        review_id=review.public_id, reviewer_id=review.reviewer_id, words="曾合作", now=NOW
    )

    assert panel.reviews.filter(state=Review.State.ASKED).count() == 3


def test_a_proposal_needs_the_panel_and_the_evaluators_amount(desk):
    application = make_submitted(desk)
    convene(desk, application)
    with pytest.raises(UnableToProposeDecision, match="panel has not closed"):
        propose(desk, application)
    score_all(Panel.objects.get(), 1, 2, 3)

    with pytest.raises(UnableToProposeDecision, match="needs_figure"):
        propose(desk, application, findings={})
    made = propose(desk, application, findings={"rate_ppm": 150_000})

    assert (made.amount_micro, made.rate_ppm, made.approvals_needed) == (15_000 * YUAN, 150_000, 1)


def test_nobody_decides_on_what_he_proposed_or_for_his_own_firm(desk):
    application = make_proposed(desk)
    make_staff(role=Staff.SUBSIDY_APPROVER, user=desk.officer)
    make_member(organisation=desk.office, user=desk.officer)
    with pytest.raises(FourEyesViolated):
        decide(desk, application, approver_id=desk.officer.pk)
    make_member(organisation=application.tenant, user=desk.approvers[1])
    with pytest.raises(FourEyesViolated):
        decide(desk, application, approver_id=desk.approvers[1].pk)
    assert application.proposals.get().approvals.count() == 0


def test_large_amounts_need_more_approvers():
    desk = make_desk(fund_yuan=3_000_000)
    application = make_proposed(desk, yuan=5_000_000)

    decide(desk, application)
    assert application.state == "proposed"
    decide(desk, application, approver_id=desk.approvers[1].pk)

    assert application.state == "notice"


def test_who_disagrees_sends_it_back(desk):
    application = make_proposed(desk)

    decide(desk, application, agrees=False, reason="金额偏高")

    assert application.state == "under_review"
    assert propose(desk, application, findings={"rate_ppm": 100_000}).number == 2


def test_a_grant_reserves_and_its_award_is_funded_after_the_notice(desk):
    application = make_noticed(desk)

    notice = application.notices.get()
    # five working days after Friday, 20 November
    assert (notice.opens_on, notice.closes_on) == (date(2026, 11, 20), date(2026, 11, 27))
    drawn = counters_of(reference=application.number)
    assert [(each.counter.cap_name, each.counter.reserved) for each in drawn] == [
        ("enterprise_year", 20_000 * YUAN),
        ("pool", 20_000 * YUAN),
    ]
    assert operations.award_due(now=application.due_at - timedelta(seconds=1)) == 0
    assert operations.award_due(now=application.due_at) == 1

    application.refresh_from_db()
    assert application.state == "awarded"
    paid = application.award
    assert (paid.mode, paid.basis_kind, paid.payee) == (
        "claim_then_redeem",
        "contract_amount",
        "tenant",
    )
    state = award_state(award_id=application.award_id)
    assert (state.reference, state.rate_ppm, state.left) == (
        application.number,
        200_000,
        20_000 * YUAN,
    )
    assert fund_burn(fund_id=desk.fund.pk).left_in_fund == 980_000 * YUAN
    history = list(application.steps.order_by("number").values_list("after", flat=True))
    assert history == [
        "draft",
        "submitted",
        "under_review",
        "proposed",
        "granted",
        "notice",
        "awarded",
    ]
    noted = AuditEntry.objects.filter(action__startswith="applications.")
    assert {entry.action.split(".")[1] for entry in noted} >= {
        "begin",
        "submit",
        "convene",
        "review",
        "close_panel",
        "propose",
        "grant",
        "publish",
        "award",
    }
    assert Notification.objects.filter(kind="application_moved").exists()

"""Officers decide: once, with reasons, on another's case, and what they approve is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.membership.operations import end_membership
from accounts.models import Notification, Organisation, VerificationDecision
from accounts.permissions import Role, Staff
from accounts.verification import operations, queries
from accounts.verification.decisions.operations import (
    FourEyesMissing,
    UnableToDecide,
    UsccTaken,
)
from accounts.verification.kinds import DocumentKind, Outcome, Step
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import VerificationState
from kernel.models import AuditEntry
from kernel.states import StaleState
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.verification import (
    attach,
    decide_case,
    make_case,
    make_submitted_case,
    make_whole_case,
    submit,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def test_approving_writes_what_was_frozen_to_the_organisation():
    case = make_submitted_case()

    decide_case(case, Outcome.APPROVED, now=LATER)

    organisation = Organisation.objects.get(id=case.organisation_id)
    assert organisation.uscc == case.uscc
    assert organisation.name == case.registered_name
    assert organisation.size_class == "small"
    assert organisation.verified_at == LATER
    assert organisation.verified_until == LATER.replace(
        year=LATER.year + 1, hour=16, minute=0, second=0
    ) - timedelta(days=1)
    case.refresh_from_db()
    assert (case.state, case.due_on) == (VerificationState.APPROVED, None)
    entry = AuditEntry.objects.get(action="verification.decide")
    assert entry.detail["outcome"] == "approved"
    assert entry.detail["snapshot_hash"] == bytes(case.submissions.get().snapshot_hash).hex()


def test_owners_are_told_of_the_decision_and_of_the_payment():
    case = make_submitted_case()
    decide_case(case, Outcome.RETURNED)

    told = Notification.objects.filter(user_id=case.created_by_id).order_by("id")
    assert [(row.kind, row.about) for row in told if row.kind != "role_given"] == [
        ("deadline_near", {"day": "2026-10-08"}),
        ("verification_decided", {"outcome": "returned"}),
    ]


def test_returned_it_is_mended_and_decided_anew():
    case = make_submitted_case()
    reasons = {Step.DOCUMENTS: "执照看不清", Step.SIZE: " "}
    decide_case(case, Outcome.RETURNED, reason="", step_reasons=reasons)
    case.refresh_from_db()
    assert case.state == VerificationState.RETURNED
    assert Organisation.objects.get(id=case.organisation_id).verified_at is None

    attach(case, DocumentKind.LICENCE, now=LATER)
    submit(case, now=LATER)
    decide_case(case, Outcome.APPROVED, now=LATER)

    newest, oldest = queries.history_of(organisation_id=case.organisation_id)
    assert (newest.outcome, oldest.outcome) == (Outcome.APPROVED, Outcome.RETURNED)
    assert oldest.step_reasons == {"documents": "执照看不清"}


def test_rejected_a_new_case_begins_with_what_was_said():
    case = make_submitted_case()
    decide_case(case, Outcome.REJECTED)

    again = operations.start(
        organisation_id=case.organisation_id, user_id=case.created_by_id, now=LATER
    )

    assert again.pk != case.pk
    assert (again.uscc, again.registered_name) == (case.uscc, case.registered_name)


def test_verified_it_stays_so_while_it_is_verified_anew():
    case = make_submitted_case()
    decide_case(case, Outcome.APPROVED, now=NOW)
    organisation = Organisation.objects.get(id=case.organisation_id)
    month_later = NOW + timedelta(days=31)

    again = make_whole_case(organisation, now=month_later)
    assert Organisation.objects.get(id=case.organisation_id).verified_at == NOW
    submit(again, now=month_later)
    decide_case(again, Outcome.APPROVED, now=month_later)

    assert Organisation.objects.get(id=case.organisation_id).verified_at == month_later
    assert len(queries.history_of(organisation_id=organisation.pk)) == 2


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REJECTED])
def test_a_refusal_says_why(outcome):
    case = make_submitted_case()
    with pytest.raises(UnableToDecide):
        decide_case(case, outcome, reason="  ", step_reasons={Step.SIZE: ""})


def test_an_approval_has_nothing_to_mend():
    case = make_submitted_case()
    with pytest.raises(UnableToDecide):
        decide_case(case, Outcome.APPROVED, step_reasons={Step.SIZE: "?"})


class TestFourEyes:
    def test_a_member_does_not_decide(self):
        case = make_submitted_case()
        officer = make_staff(role=Staff.SUBSIDY_OFFICER)
        make_member(organisation=case.organisation, role=Role.VIEWER, user=officer)
        with pytest.raises(FourEyesMissing):
            decide_case(case, Outcome.APPROVED, user_id=officer.pk)

    def test_who_was_a_member_within_a_year_does_not_decide(self):
        case = make_submitted_case()
        officer = make_staff(role=Staff.SUBSIDY_OFFICER)
        make_member(organisation=case.organisation, role=Role.VIEWER, user=officer)
        end_membership(
            user_id=officer.pk,
            organisation_id=case.organisation_id,
            role=Role.VIEWER,
            now=NOW,
        )
        with pytest.raises(FourEyesMissing):
            decide_case(
                case,
                Outcome.APPROVED,
                user_id=officer.pk,
                now=NOW + timedelta(days=365, milliseconds=-1),
            )
        assert decide_case(
            case, Outcome.APPROVED, user_id=officer.pk, now=NOW + timedelta(days=365)
        )

    def test_who_paid_does_not_decide(self):
        case = make_submitted_case()
        with pytest.raises(FourEyesMissing):
            decide_case(case, Outcome.APPROVED, user_id=case.payments.get().sent_by_id)

    def test_the_database_refuses_who_submitted(self):
        case = make_submitted_case()
        submission = case.submissions.get()
        with pytest.raises(IntegrityError, match="four_eyes"):
            VerificationDecision.objects.create(
                submission=submission,
                outcome=Outcome.APPROVED,
                submitted_by_id=submission.submitted_by_id,
                decided_by_id=submission.submitted_by_id,
                decided_at=NOW,
            )


def test_what_was_taken_back_or_submitted_anew_is_not_decided():
    case = make_submitted_case()
    operations.withdraw(organisation_id=case.organisation_id, user_id=case.created_by_id, now=NOW)
    with pytest.raises(StaleState):
        decide_case(case, Outcome.APPROVED)
    submit(case, now=LATER)
    with pytest.raises(StaleState):
        decide_case(case, Outcome.APPROVED, submission_number=1)


def test_a_code_that_somebody_got_meanwhile_is_refused():
    case = make_submitted_case()
    make_organisation(uscc=case.uscc)
    with pytest.raises(UsccTaken):
        decide_case(case, Outcome.APPROVED)
    case.refresh_from_db()
    assert case.state == VerificationState.SUBMITTED


def test_a_draft_is_not_there_for_officers():
    case = make_case()
    with pytest.raises(VerificationNotFound):
        decide_case(case, Outcome.APPROVED, submission_number=1)
    with pytest.raises(VerificationNotFound):
        queries.case_by_public_id(public_id=case.public_id, now=NOW)


def test_the_queue_goes_by_term():
    late = make_submitted_case(now=NOW + timedelta(days=7))
    soon = make_submitted_case(now=NOW)
    make_case()

    lines = queries.queue(states=[VerificationState.SUBMITTED])

    assert [line.public_id for line in lines] == [soon.public_id, late.public_id]
    assert queries.queue(states=[VerificationState.APPROVED]) == []
    until = queries.queue(states=[VerificationState.SUBMITTED], due_until=lines[0].due_on)
    assert [line.public_id for line in until] == [soon.public_id]

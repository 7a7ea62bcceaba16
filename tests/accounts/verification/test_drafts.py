"""A case of an organisation: drafted in steps, submitted whole, taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import OrganisationKind, Verification
from accounts.uscc import MalformedUscc
from accounts.verification import operations, queries
from accounts.verification.cases import lacks_of
from accounts.verification.kinds import Declaration, DocumentKind, Industry, Relation, Step
from accounts.verification.operations import (
    ChangedMeanwhile,
    UnableToRelate,
    UnableToSubmit,
    UsccHeld,
    VerificationLocked,
    VerificationNotFound,
)
from accounts.verification.states import VerificationState
from kernel.canonical import canonical_hash
from kernel.models import AuditEntry
from kernel.states import IllegalTransition
from tests.builders.accounts import NOW, make_member, make_organisation
from tests.builders.verification import (
    attach,
    make_case,
    make_submitted_case,
    make_uscc,
    make_whole_case,
    seen,
    submit,
)

pytestmark = pytest.mark.django_db


def who(case: Verification) -> dict[str, object]:
    return {"organisation_id": case.organisation_id, "user_id": case.created_by_id, "now": NOW}


def shown(case: Verification):
    return queries.open_case(organisation_id=case.organisation_id, now=NOW)


class TestDraft:
    def test_beginning_twice_is_one_case(self):
        organisation = make_organisation()
        owner = make_member(organisation=organisation)
        values = {"organisation_id": organisation.pk, "user_id": owner.pk, "now": NOW}

        assert operations.start(**values).pk == operations.start(**values).pk

    def test_a_code_that_another_organisation_holds_is_refused_without_its_name(self):
        held = make_uscc()
        make_organisation(uscc=held, name="青岚视觉")
        case = make_case()

        with pytest.raises(UsccHeld) as refusal:
            operations.save_identity(
                **who(case),
                uscc=held,
                registered_name="别家",
                seen=seen(case.organisation, Step.IDENTITY),
            )
        assert "青岚视觉" not in refusal.value.message
        assert refusal.value.details == {}

    def test_a_code_with_a_wrong_check_is_refused(self):
        case = make_case()
        wrong = case.uscc[:-1] + ("0" if case.uscc[-1] != "0" else "1")
        with pytest.raises(MalformedUscc):
            operations.save_identity(
                **who(case),
                uscc=wrong,
                registered_name="x",
                seen=seen(case.organisation, Step.IDENTITY),
            )

    def test_two_tabs_do_not_overwrite_each_other(self):
        case = make_case()
        at_first = seen(case.organisation, Step.SIZE)
        values = {"industry": Industry.OTHER, "revenue_yuan": None, "assets_yuan": None}
        operations.save_size(**who(case), **values, employees=5, year=2025, seen=at_first)

        with pytest.raises(ChangedMeanwhile):
            operations.save_size(**who(case), **values, employees=6, year=2025, seen=at_first)

        case.refresh_from_db()
        assert case.employees == 5

    def test_another_step_may_be_saved_meanwhile(self):
        case = make_case()
        relations = seen(case.organisation, Step.RELATIONS)
        operations.save_size(
            **who(case),
            industry=Industry.OTHER,
            employees=5,
            revenue_yuan=None,
            assets_yuan=None,
            year=2025,
            seen=seen(case.organisation, Step.SIZE),
        )
        operations.declare(**who(case), declaration=Declaration.NAMED, seen=relations)
        case.refresh_from_db()
        assert case.declaration == Declaration.NAMED

    def test_without_a_case_nothing_is_saved(self):
        organisation = make_organisation()
        with pytest.raises(VerificationNotFound):
            operations.submit(
                organisation_id=organisation.pk,
                user_id=make_member(organisation=organisation).pk,
                now=NOW,
            )


class TestRelations:
    def test_a_named_organisation_declares_and_the_last_one_gone_declares_nothing(self):
        case = make_case()
        operations.add_related_party(
            **who(case), uscc=make_uscc(), registered_name="母公司", relation=Relation.PARENT
        )
        (party,) = shown(case).related
        assert shown(case).declaration == Declaration.NAMED

        operations.remove_related_party(**who(case), party_id=party.public_id)

        assert shown(case).declaration == Declaration.NOT_MADE
        assert [lack.code for lack in lacks_of(shown(case))][-1] == "declaration_missing"

    def test_itself_or_the_same_twice_is_refused(self):
        case, code = make_case(), make_uscc()
        named = {"uscc": code, "registered_name": "甲", "relation": Relation.PARENT}
        operations.add_related_party(**who(case), **named)

        with pytest.raises(UnableToRelate):
            operations.add_related_party(**who(case), **named)
        with pytest.raises(UnableToRelate):
            operations.add_related_party(**who(case), **{**named, "uscc": case.uscc})

    def test_none_while_some_are_named_is_refused(self):
        case = make_case()
        operations.add_related_party(
            **who(case), uscc=make_uscc(), registered_name="甲", relation=Relation.OTHER
        )
        with pytest.raises(UnableToRelate):
            operations.declare(
                **who(case),
                declaration=Declaration.NONE,
                seen=seen(case.organisation, Step.RELATIONS),
            )

    def test_a_party_of_another_case_is_absent(self):
        case, other = make_case(), make_case()
        operations.add_related_party(
            **who(other), uscc=make_uscc(), registered_name="甲", relation=Relation.OTHER
        )
        (party,) = shown(other).related
        with pytest.raises(VerificationNotFound):
            operations.remove_related_party(**who(case), party_id=party.public_id)


class TestSubmission:
    def test_what_is_missing_is_named_by_step(self):
        organisation = make_organisation()
        owner = make_member(organisation=organisation)
        values = {"organisation_id": organisation.pk, "user_id": owner.pk, "now": NOW}
        operations.start(**values)

        with pytest.raises(UnableToSubmit) as refusal:
            operations.submit(**values)

        assert refusal.value.details["lacks"] == [
            "identity_missing",
            "size_missing",
            "licence_missing",
            "authorisation_missing",
            "payment_missing",
            "declaration_missing",
        ]

    def test_it_freezes_a_snapshot_with_its_hash(self):
        case = make_whole_case()

        made = submit(case)

        assert bytes(made.snapshot_hash) == canonical_hash(made.snapshot)
        assert made.snapshot["uscc"] == case.uscc
        assert made.snapshot["size"]["size_class"] == "small"
        assert made.snapshot["size"]["clause"] == "四（十二）"
        assert made.snapshot["account"]["account"] == "•••• 6678"
        assert len(made.snapshot["documents"]) == 2
        assert "amount" not in str(made.snapshot)

    def test_the_term_is_counted_in_working_days_over_the_national_holiday(self):
        # 30 September 2026, a Wednesday: 1 to 7 October are off, 10 October is worked.
        now = NOW.replace(month=9, day=30)
        made = submit(make_whole_case(now=now), now=now)

        assert made.due_on == date(2026, 10, 13)

    def test_with_the_officers_nothing_may_be_changed(self):
        case = make_submitted_case()
        with pytest.raises(VerificationLocked):
            attach(case)
        with pytest.raises(VerificationLocked):
            submit(case)

    def test_taken_back_it_is_changed_and_submitted_anew(self):
        case = make_submitted_case()
        operations.withdraw(**who(case))
        case.refresh_from_db()
        assert (case.state, case.due_on) == (VerificationState.WITHDRAWN, None)

        attach(case, DocumentKind.OTHER)
        again = submit(case, now=NOW + timedelta(days=1))

        assert again.number == 2
        assert [
            line.number for line in queries.history_of(organisation_id=case.organisation_id)
        ] == [
            2,
            1,
        ]

    def test_a_draft_cannot_be_taken_back(self):
        with pytest.raises(IllegalTransition):
            operations.withdraw(**who(make_case()))

    def test_a_university_has_no_size(self):
        case = make_whole_case(make_organisation(kind=OrganisationKind.UNIVERSITY))
        assert submit(case).snapshot["size"] is None

    def test_another_name_than_the_accounts_is_told(self):
        case = make_whole_case()
        operations.save_identity(
            **who(case),
            uscc=case.uscc,
            registered_name="改名有限公司",
            seen=seen(case.organisation, Step.IDENTITY),
        )
        assert [lack.code for lack in lacks_of(shown(case))] == ["holder_differs"]

    def test_every_act_is_written_down(self):
        case = make_submitted_case()
        entries = AuditEntry.objects.filter(object_type="verification", object_id=str(case.pk))
        assert list(entries.order_by("id").values_list("action", flat=True)) == [
            "verification.start",
            *["verification.save"] * 3,
            *["verification.attach_document"] * 2,
            "verification.request_payment",
            "verification.payment_sent",
            "verification.amount_right",
            "verification.submit",
        ]

"""A case is submitted once and decided once, and an amount is tried three times: raced."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import (
    Notification,
    Organisation,
    Verification,
    VerificationDecision,
    VerificationPayment,
    VerificationSubmission,
)
from accounts.permissions import Staff
from accounts.verification.decisions.operations import decide
from accounts.verification.kinds import Outcome
from accounts.verification.operations import start, submit
from accounts.verification.payments.operations import AmountCheck, Check, confirm_amount
from accounts.verification.reminding import remind
from kernel.models import OutboxEvent
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.verification import (
    make_case,
    make_payment,
    make_sent_payment,
    make_submitted_case,
    make_whole_case,
)
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [5, pytest.param(100, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_officers_decide_at_once(rounds):
    cases = []

    def make_works(_: int):
        case = make_submitted_case()
        cases.append(case.pk)
        return [
            partial(
                decide,
                verification_id=case.public_id,
                submission_number=1,
                outcome=outcome,
                reason="" if outcome == Outcome.APPROVED else "看不清",
                step_reasons={},
                user_id=make_staff(role=Staff.SUBSIDY_OFFICER).pk,
                now=NOW,
            )
            for outcome in (Outcome.APPROVED, Outcome.REJECTED)
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for case_id, outcomes in zip(cases, race.rounds, strict=True):
        (decision,) = [made for made in outcomes if isinstance(made, VerificationDecision)]
        case = Verification.objects.get(id=case_id)
        assert VerificationDecision.objects.filter(submission__verification=case).count() == 1
        assert case.state == decision.outcome
        verified = Organisation.objects.get(id=case.organisation_id).verified_at is not None
        assert verified is (decision.outcome == Outcome.APPROVED)
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_case_is_submitted_from_two_tabs(rounds):
    cases = []

    def make_works(_: int):
        case = make_whole_case()
        cases.append(case.pk)
        work = partial(
            submit, organisation_id=case.organisation_id, user_id=case.created_by_id, now=NOW
        )
        return [work, work, work]

    race = run_race(rounds=rounds, make_works=make_works)

    for case_id in cases:
        assert VerificationSubmission.objects.filter(verification_id=case_id).count() == 1
    assert race.rounds_with_a_loser == rounds


@pytest.mark.parametrize("rounds", ROUNDS)
def test_an_amount_is_guessed_by_many_hands_at_once(rounds):
    payments = []

    def make_works(_: int):
        case = make_case()
        payment = make_sent_payment(case)
        payments.append(payment.pk)
        guesses = [fen for fen in range(1, 9) if fen != payment.amount_fen][:6]
        return [
            partial(
                confirm_amount,
                organisation_id=case.organisation_id,
                amount_fen=fen,
                user_id=case.created_by_id,
                now=NOW,
            )
            for fen in guesses
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    for payment_id, outcomes in zip(payments, race.rounds, strict=True):
        checks = [made for made in outcomes if isinstance(made, AmountCheck)]
        assert sorted(check.result for check in checks) == [Check.FAILED, Check.WRONG, Check.WRONG]
        assert VerificationPayment.objects.get(id=payment_id).tries == 3
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_workers_remind_at_once(rounds):
    officer = make_staff(role=Staff.SUBSIDY_OFFICER)
    cases = []

    def make_works(_: int):
        cases.append(make_submitted_case())
        return [partial(remind, now=NOW + timedelta(days=30))] * 3

    race = run_race(rounds=rounds, make_works=make_works)

    assert all(sorted(map(str, outcomes)) == ["0", "0", "1"] for outcomes in race.rounds)
    told = Notification.objects.filter(user=officer, kind="verification_overdue")
    assert sorted(row.about["case"] for row in told) == sorted(
        str(case.public_id) for case in cases
    )
    assert race.lock_waits > 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_workers_tell_of_an_end_at_once(rounds):
    def make_works(number: int):
        organisation = make_organisation()
        Organisation.objects.filter(pk=organisation.pk).update(
            verified_at=NOW, verified_until=NOW + timedelta(days=365)
        )
        return [partial(remind, now=NOW + timedelta(days=365))] * 3

    race = run_race(rounds=rounds, make_works=make_works)

    assert all(sorted(map(str, outcomes)) == ["0", "0", "1"] for outcomes in race.rounds)
    assert OutboxEvent.objects.filter(kind="verification.ended").count() == rounds
    assert race.lock_waits > 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_case_and_one_payment_whoever_asks_at_once(rounds):
    organisations = []

    def make_works(_: int):
        organisation = make_organisation()
        organisations.append(organisation.pk)
        owner = make_member(organisation=organisation)
        work = partial(start, organisation_id=organisation.pk, user_id=owner.pk, now=NOW)
        return [work, work]

    run_race(rounds=rounds, make_works=make_works)
    for organisation_id in organisations:
        assert Verification.objects.filter(organisation_id=organisation_id).count() == 1

    cases = []

    def make_payments(_: int):
        case = make_case()
        cases.append(case.pk)
        return [partial(make_payment, case), partial(make_payment, case)]

    race = run_race(rounds=rounds, make_works=make_payments)
    for case_id in cases:
        assert VerificationPayment.objects.filter(verification_id=case_id).count() == 1
    assert race.rounds_with_a_loser == rounds

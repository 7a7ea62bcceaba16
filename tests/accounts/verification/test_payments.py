"""对公打款: three tries, few payments, and an amount that nobody is told who should not be."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta

import pytest

from accounts.models import VerificationPayment
from accounts.permissions import Role, Staff
from accounts.verification import queries
from accounts.verification.payments.operations import (
    VALID_FOR,
    AmountCheck,
    Check,
    PaymentNotOpen,
    UnableToPay,
    UnableToRequestPayment,
    cancel_payment,
    confirm_amount,
    mark_bounced,
    mark_sent,
)
from accounts.verification.payments.queries import payment_orders
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import PaymentState
from kernel.models import AuditEntry
from tests.builders.accounts import NOW, make_member, make_staff
from tests.builders.verification import make_case, make_payment, make_sent_payment

pytestmark = pytest.mark.django_db


def confirm(case, amount_fen: int, now=NOW) -> AmountCheck:
    return confirm_amount(
        organisation_id=case.organisation_id,
        amount_fen=amount_fen,
        user_id=case.created_by_id,
        now=now,
    )


def wrong(payment: VerificationPayment) -> int:
    return payment.amount_fen % 99 + 1


def state(payment: VerificationPayment) -> str:
    payment.refresh_from_db()
    return payment.state


def test_the_right_amount_confirms_the_account():
    case = make_case()
    payment = make_sent_payment(case)

    assert confirm(case, payment.amount_fen) == AmountCheck(result=Check.RIGHT, tries_left=3)
    assert state(payment) == PaymentState.CONFIRMED


def test_the_third_wrong_amount_fails_it():
    case = make_case()
    payment = make_sent_payment(case)

    checks = [confirm(case, wrong(payment)) for _ in range(3)]

    assert [(check.result, check.tries_left) for check in checks] == [
        (Check.WRONG, 2),
        (Check.WRONG, 1),
        (Check.FAILED, 0),
    ]
    with pytest.raises(PaymentNotOpen):
        confirm(case, payment.amount_fen)
    assert state(payment) == PaymentState.FAILED


def test_it_may_be_typed_for_seven_days():
    case = make_case()
    payment = make_sent_payment(case)

    assert confirm(case, payment.amount_fen, now=NOW + VALID_FOR).result == Check.EXPIRED
    assert state(payment) == PaymentState.EXPIRED


def test_a_moment_before_it_expires_it_is_taken():
    case = make_case()
    payment = make_sent_payment(case)
    just_before = NOW + VALID_FOR - timedelta(milliseconds=1)

    assert confirm(case, payment.amount_fen, now=just_before).result == Check.RIGHT


def test_what_was_not_sent_cannot_be_confirmed():
    case = make_case()
    payment = make_payment(case)
    with pytest.raises(PaymentNotOpen):
        confirm(case, payment.amount_fen)


def test_one_is_under_way_at_a_time_and_two_in_a_day():
    case = make_case()
    make_payment(case)
    with pytest.raises(UnableToRequestPayment):
        make_payment(case)
    give_up(case)
    make_payment(case, now=NOW + timedelta(hours=1))
    give_up(case)

    with pytest.raises(UnableToRequestPayment) as refusal:
        make_payment(case, now=NOW + timedelta(hours=23))
    assert refusal.value.details == {"payments_max": 2, "days": 1}
    make_payment(case, now=NOW + timedelta(days=1))


def test_three_in_a_month():
    case = make_case()
    for days in (0, 2, 4):
        make_payment(case, now=NOW + timedelta(days=days))
        give_up(case)

    with pytest.raises(UnableToRequestPayment) as refusal:
        make_payment(case, now=NOW + timedelta(days=29))
    assert refusal.value.details == {"payments_max": 3, "days": 30}
    make_payment(case, now=NOW + timedelta(days=30))


def give_up(case) -> None:
    cancel_payment(organisation_id=case.organisation_id, user_id=case.created_by_id, now=NOW)


def test_an_expired_one_gives_way_to_the_next():
    case = make_case()
    first = make_sent_payment(case)
    make_payment(case, now=NOW + VALID_FOR)
    assert state(first) == PaymentState.EXPIRED


def test_the_bank_may_refuse_it():
    payment = make_payment(make_case())
    mark_bounced(payment_id=payment.public_id, user_id=make_staff(role=Staff.FINANCE).pk, now=NOW)
    assert state(payment) == PaymentState.BOUNCED


def test_it_is_sent_once_and_not_by_a_member():
    case = make_case()
    payment = make_payment(case)
    member = make_member(organisation=case.organisation, role=Role.VIEWER)
    with pytest.raises(UnableToPay):
        mark_sent(payment_id=payment.public_id, bank_reference="", user_id=member.pk, now=NOW)

    payer = make_staff(role=Staff.FINANCE).pk
    mark_sent(payment_id=payment.public_id, bank_reference="B1", user_id=payer, now=NOW)
    with pytest.raises(PaymentNotOpen):
        mark_sent(payment_id=payment.public_id, bank_reference="B1", user_id=payer, now=NOW)


def test_a_payment_that_is_none_is_absent():
    with pytest.raises(VerificationNotFound):
        mark_sent(
            payment_id=make_case().public_id,
            bank_reference="",
            user_id=make_staff(role=Staff.FINANCE).pk,
            now=NOW,
        )


def test_the_account_is_encrypted_and_shown_masked():
    case = make_case()
    payment = make_payment(case)

    assert "0200003409022126678" not in payment.account_number_encrypted
    shown = queries.open_case(organisation_id=case.organisation_id, now=NOW).payment
    assert shown.account_masked == "•••• 6678"
    (order,) = payment_orders()
    assert (order.account_number, order.amount_fen) == ("0200003409022126678", payment.amount_fen)
    assert order.holder == case.registered_name


def test_the_amount_is_neither_in_the_case_nor_in_the_audit_nor_in_logs(caplog):
    caplog.set_level(logging.DEBUG)
    case = make_case()
    payment = make_sent_payment(case)
    VerificationPayment.objects.filter(id=payment.pk).update(amount_fen=73)
    confirm(case, 72)

    shown = queries.open_case(organisation_id=case.organisation_id, now=NOW).payment
    assert not any("amount" in field for field in shown.__slots__)
    details = [entry.detail for entry in AuditEntry.objects.filter(object_type="verification")]
    assert not any("amount" in json.dumps(detail) for detail in details)
    assert all(set(detail) <= {"payment", "step"} for detail in details)
    assert not re.search(r"\b73\b|amount_fen", caplog.text)

"""Every write to the small payments that prove a corporate account.

A finance officer pays by his bank and marks the payment as sent; the organisation reads the
amount in its account and types it. Limits as payment services state them: three tries for an
amount (阿里云, e签宝), seven days to type it (e签宝).

Three tries at 99 amounts let 3 % of guessers through, so the number of payments is limited as
well: two within a day, three within thirty days; guessing through all of them succeeds once in
eleven cases, is seen by the officer, and does not replace his decision.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from accounts.encryption import encrypt
from accounts.models import Verification, VerificationPayment
from accounts.notifications.kinds import Kind
from accounts.notifications.operations import notify
from accounts.queries import was_member_since
from accounts.verification.cases import same_name
from accounts.verification.deadlines import local_day
from accounts.verification.editing import editable, record
from accounts.verification.locks import lock_case, lock_payment, lock_person
from accounts.verification.models import TRIES_MAX
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import PAYMENTS, UNDER_WAY, PaymentState
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction

AMOUNTS_FEN: Final = 99
VALID_FOR: Final = timedelta(days=7)
PAYMENTS_PER_DAY: Final = 2
PAYMENTS_PER_MONTH: Final = 3
A_DAY: Final = timedelta(days=1)
A_MONTH: Final = timedelta(days=30)
MEMBERSHIP_LOOK_BACK: Final = timedelta(days=365)
SHOWN_DIGITS: Final = 4


class UnableToRequestPayment(DomainError):
    """The name is not known yet, a payment is under way, or too many were asked for."""

    code = "unable_to_request_payment"


class PaymentNotOpen(DomainError):
    """No payment waits for this."""

    code = "payment_not_open"


class UnableToPay(DomainError):
    """Who pays may not belong to the organisation that is paid."""

    code = "unable_to_pay"


class Check(StrEnum):
    """What came of a typed amount."""

    RIGHT = "right"
    WRONG = "wrong"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountCheck:
    """What came of a typed amount, and how many tries are left."""

    result: Check
    tries_left: int


def request_payment(
    *,
    organisation_id: int,
    bank: str,
    branch: str,
    account_number: str,
    user_id: int,
    now: datetime,
) -> VerificationPayment:
    """Ask for a payment to the corporate account; its holder is the registered name.

    Raises:
        UnableToRequestPayment: no registered name yet, one under way, or too many lately.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        _refuse_request(row, now=now)
        made = VerificationPayment.objects.create(
            verification=row,
            state=PaymentState.REQUESTED,
            holder=row.registered_name,
            bank=bank,
            branch=branch,
            account_number_encrypted=encrypt(account_number),
            account_number_end=account_number[-SHOWN_DIGITS:],
            amount_fen=secrets.randbelow(AMOUNTS_FEN) + 1,
            requested_at=now,
            requested_by_id=user_id,
        )
        _record("request_payment", row, made, actor=Actor.user(user_id), now=now)
    return made


def cancel_payment(*, organisation_id: int, user_id: int, now: datetime) -> None:
    """Give up the payment that is under way, because the account was wrong; it still counts.

    Raises:
        PaymentNotOpen: none is under way.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        payment = _locked_under_way(row)
        _move(payment, to=PaymentState.CANCELLED, now=now)
        _record("cancel_payment", row, payment, actor=Actor.user(user_id), now=now)


def confirm_amount(
    *, organisation_id: int, amount_fen: int, user_id: int, now: datetime
) -> AmountCheck:
    """Compare a typed amount with the one that was paid; a wrong one uses up a try.

    The answer is returned and not raised, because the try must be committed.

    Raises:
        PaymentNotOpen: no payment waits for its amount.
        VerificationNotFound, VerificationLocked: see `editing`.
    """
    with transaction():
        row = editable(organisation_id=organisation_id)
        payment = _locked_under_way(row)
        if payment.state != PaymentState.SENT or payment.expires_at is None:
            raise PaymentNotOpen("The payment has not been sent yet.")
        check = _checked(payment, amount_fen=amount_fen, now=now)
        actor = Actor.user(user_id)
        _record(f"amount_{check.result}", row, payment, actor=actor, now=now)
    return check


def mark_sent(*, payment_id: UUID, bank_reference: str, user_id: int, now: datetime) -> None:
    """Write down that the bank was told to pay; from now on the amount may be typed.

    Raises:
        VerificationNotFound: there is no such payment.
        PaymentNotOpen: it was sent or given up already.
        UnableToPay: who pays is, or within a year was, a member of the organisation.
    """
    with transaction():
        row, payment = _locked_by_officer(payment_id, user_id=user_id, now=now)
        if payment.state != PaymentState.REQUESTED:
            raise PaymentNotOpen("The payment does not wait to be sent.")
        PAYMENTS.compare_and_set(
            VerificationPayment.objects.filter(id=payment.pk),
            from_=PaymentState.REQUESTED,
            to=PaymentState.SENT,
            also={
                "sent_at": now,
                "sent_by": user_id,
                "bank_reference": bank_reference,
                "expires_at": now + VALID_FOR,
            },
        )
        _record("payment_sent", row, payment, actor=Actor.user(user_id), now=now)
        _tell_owners(row, payment, until=now + VALID_FOR, now=now)


def mark_bounced(*, payment_id: UUID, user_id: int, now: datetime) -> None:
    """Write down that the bank cannot pay: no such account, or another holder.

    Raises:
        VerificationNotFound: there is no such payment.
        PaymentNotOpen: it is over.
        UnableToPay: who says so belongs, or within a year belonged, to the organisation.
    """
    with transaction():
        row, payment = _locked_by_officer(payment_id, user_id=user_id, now=now)
        if payment.state not in UNDER_WAY:
            raise PaymentNotOpen("The payment is over.")
        _move(payment, to=PaymentState.BOUNCED, now=now)
        _record("payment_bounced", row, payment, actor=Actor.user(user_id), now=now)


def _refuse_request(row: Verification, *, now: datetime) -> None:
    if not row.registered_name:
        raise UnableToRequestPayment("Give the registered name first: the account is in it.")
    _end_expired(row, now=now)
    if row.payments.filter(state__in=UNDER_WAY).exists():
        raise UnableToRequestPayment("A payment is under way.")
    confirmed = row.payments.filter(state=PaymentState.CONFIRMED).values_list("holder", flat=True)
    if any(same_name(holder, row.registered_name) for holder in confirmed):
        raise UnableToRequestPayment("The account is confirmed already.")
    asked = VerificationPayment.objects.filter(verification__organisation_id=row.organisation_id)
    for span, most in ((A_DAY, PAYMENTS_PER_DAY), (A_MONTH, PAYMENTS_PER_MONTH)):
        if asked.filter(requested_at__gt=now - span).count() >= most:
            message = f"At most {most} payments in {span.days} days: come back later."
            details = {"payments_max": most, "days": span.days}
            raise UnableToRequestPayment(message, details=details)


def _end_expired(row: Verification, *, now: datetime) -> None:
    """End what was sent and not confirmed in time; it is shown as expired before that too."""
    late = row.payments.filter(state=PaymentState.SENT, expires_at__lte=now)
    for payment_id in late.values_list("id", flat=True):
        payment = lock_payment(payment_id)
        if payment is not None and payment.state == PaymentState.SENT:
            _move(payment, to=PaymentState.EXPIRED, now=now)


def _checked(payment: VerificationPayment, *, amount_fen: int, now: datetime) -> AmountCheck:
    """Move a locked payment by a typed amount."""
    if payment.expires_at is not None and payment.expires_at <= now:
        _move(payment, to=PaymentState.EXPIRED, now=now)
        return AmountCheck(result=Check.EXPIRED, tries_left=0)
    if hmac.compare_digest(b"%d" % payment.amount_fen, b"%d" % amount_fen):
        _move(payment, to=PaymentState.CONFIRMED, now=now)
        return AmountCheck(result=Check.RIGHT, tries_left=TRIES_MAX - payment.tries)
    tries = payment.tries + 1
    VerificationPayment.objects.filter(id=payment.pk).update(tries=tries)
    if tries >= TRIES_MAX:
        _move(payment, to=PaymentState.FAILED, now=now)
        return AmountCheck(result=Check.FAILED, tries_left=0)
    return AmountCheck(result=Check.WRONG, tries_left=TRIES_MAX - tries)


def _locked_under_way(row: Verification) -> VerificationPayment:
    found = row.payments.filter(state__in=UNDER_WAY).values_list("id", flat=True).first()
    payment = None if found is None else lock_payment(found)
    if payment is None or payment.state not in UNDER_WAY:
        raise PaymentNotOpen("No payment is under way.")
    return payment


def _locked_by_officer(
    payment_id: UUID, *, user_id: int, now: datetime
) -> tuple[Verification, VerificationPayment]:
    lock_person(user_id)
    rows = VerificationPayment.objects.filter(public_id=payment_id)
    found = rows.values_list("id", "verification_id").first()
    row = None if found is None else lock_case(found[1])
    payment = None if found is None else lock_payment(found[0])
    if row is None or payment is None:
        raise VerificationNotFound("There is no such payment.")
    since = now - MEMBERSHIP_LOOK_BACK
    if was_member_since(user_id=user_id, organisation_id=row.organisation_id, since=since):
        raise UnableToPay("You are, or within the last year were, a member of the organisation.")
    return row, payment


def _tell_owners(
    row: Verification, payment: VerificationPayment, *, until: datetime, now: datetime
) -> None:
    """Tell the owners until when the amount may be typed, and nothing of the amount."""
    notify(
        kind=Kind.DEADLINE_NEAR,
        about={"day": local_day(until).isoformat()},
        subject=f"payment:{payment.pk}",
        organisation_id=row.organisation_id,
        now=now,
    )


def _move(payment: VerificationPayment, *, to: PaymentState, now: datetime) -> None:
    PAYMENTS.compare_and_set(
        VerificationPayment.objects.filter(id=payment.pk),
        from_=PaymentState(payment.state),
        to=to,
        also={"ended_at": now},
    )


def _record(
    action: str, row: Verification, payment: VerificationPayment, *, actor: Actor, now: datetime
) -> None:
    """Write down what was done to a payment: by its id, never with the amount."""
    record(action, row, actor=actor, detail={"payment": str(payment.public_id)}, now=now)

"""Where a payee is paid to. Changing it is the classic fraud, so it takes two, and time.

The payee proposes, finance of the house approves after asking back by a known number, everybody
concerned is told at once, and the new account is used only when the time to object is over. Until
then the old one is paid to.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.vocabulary import PayoutAccountApproved, PayoutAccountProposed
from accounts.queries import organisation_by_id, roles_by_organisation
from compute_billing.payouts.connect_models import ConnectedAccount
from compute_billing.payouts.locks import lock_account, lock_payee
from compute_billing.payouts.models import PayoutAccount, Rail
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_required

_NUMBER: Final = re.compile(r"[0-9A-Z]{8,34}\Z")
# The number of a branch in the payment system of the People's Bank (联行号).
_BRANCH: Final = re.compile(r"[0-9]{12}\Z")
STRIPE: Final = "Stripe"


class UnableToProposeAccount(DomainError):
    """A number is malformed, the holder is somebody else, or a proposal waits already."""

    code = "unable_to_propose_payout_account"


class PayoutAccountNotFound(DomainError):
    """There is no such proposal, or it was decided already."""

    code = "payout_account_not_found"


class UnableToApproveOwnAccount(DomainError):
    """Whoever proposed an account does not approve it."""

    code = "payout_account_four_eyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """An account at a bank."""

    bank: str
    branch_code: str
    holder: str
    number: str


def propose_account(
    *, payee_id: int, details: BankDetails, reason: str, user_id: int, now: datetime
) -> PayoutAccount:
    """Propose where a payee is to be paid; its holder is the payee himself, by his legal name.

    Raises:
        UnableToProposeAccount: malformed, somebody else's, without a reason, or one waits.
    """
    number = re.sub(r"[\s-]", "", details.number).upper()
    _refuse_malformed(payee_id, details, number=number, reason=reason)
    written = BankDetails(
        bank=details.bank.strip(),
        branch_code=details.branch_code,
        holder=details.holder.strip(),
        number=number,
    )
    return _write(payee_id, written, rail=Rail.BANK, reason=reason, user_id=user_id, now=now)


def propose_connect(*, payee_id: int, reason: str, user_id: int, now: datetime) -> PayoutAccount:
    """Propose that a payee is paid by Connect, on its own account at Stripe, from now on.

    Raises:
        UnableToProposeAccount: it has none that can be paid, without a reason, or one waits.
    """
    connected = ConnectedAccount.objects.filter(payee_id=payee_id, transfers_enabled=True).first()
    if connected is None or not reason.strip():
        message = "Let the payee finish at Stripe first, and say why it is paid there from now on."
        raise UnableToProposeAccount(message)
    details = BankDetails(
        bank=STRIPE,
        branch_code="",
        holder=organisation_by_id(organisation_id=payee_id).name,
        number=connected.stripe_account,
    )
    return _write(payee_id, details, rail=Rail.CONNECT, reason=reason, user_id=user_id, now=now)


def approve_account(
    *, account_id: UUID, cool_off: timedelta, user_id: int, now: datetime
) -> PayoutAccount:
    """Approve what somebody else proposed; a payee's first account is used at once.

    Raises:
        PayoutAccountNotFound: there is none, or it was decided.
        UnableToApproveOwnAccount: it is one's own, or one's organisation's.
    """
    with transaction():
        account = _locked(account_id, now=now)
        if account.decided_at is not None:
            raise _decided()
        own = account.payee_id in roles_by_organisation(user_id=user_id)
        if account.maker_id == user_id or own:
            message = "Whoever proposed this account, or is paid to it, does not approve it."
            raise UnableToApproveOwnAccount(message)
        known = PayoutAccount.objects.filter(
            payee_id=account.payee_id, effective_at__isnull=False
        ).exists()
        account.decided_by_id, account.decided_at = user_id, now
        account.effective_at = now + cool_off if known else now
        account.save(update_fields=["decided_by", "decided_at", "effective_at"])
        _record("payouts.approve_account", account, user_id=user_id, now=now)
        told = PayoutAccountApproved(
            account=account.public_id,
            last_four=account.number[-4:],
            effective_at=account.effective_at,
        )
        emit(told, organisation_id=account.payee_id, now=now)
        return account


def refuse_account(
    *, account_id: UUID, user_id: int, now: datetime, payee_id: int | None = None
) -> None:
    """Refuse a proposal, take one's own back, or stop an approved one before its use.

    The account of before stays. One person is enough, of the house or of the payee: stopping moves
    no money. With `payee_id` only an account of that payee.

    Raises:
        PayoutAccountNotFound: there is none, or it is refused or in use.
    """
    with transaction():
        account = _locked(account_id, now=now)
        if payee_id not in (None, account.payee_id):
            raise _decided()
        if account.decided_at is None:
            account.decided_by_id, account.decided_at = user_id, now
        elif account.is_awaited(now):
            account.withdrawn_by_id, account.withdrawn_at = user_id, now
        else:
            raise _decided()
        account.save()
        _record("payouts.refuse_account", account, user_id=user_id, now=now)


def _write(
    payee_id: int,
    details: BankDetails,
    *,
    rail: Rail,
    reason: str,
    user_id: int,
    now: datetime,
) -> PayoutAccount:
    waits = UnableToProposeAccount("A proposal waits already: let it be decided first.")
    with transaction(), constraint_errors({"payout_account_one_open": waits}):
        lock_payee(payee_id, now=now)
        made = PayoutAccount.objects.create(
            payee_id=payee_id,
            rail=rail,
            bank=details.bank,
            branch_code=details.branch_code,
            holder=details.holder,
            number=details.number,
            reason=reason.strip(),
            maker_id=user_id,
            made_at=now,
        )
        _record("payouts.propose_account", made, user_id=user_id, now=now)
        told = PayoutAccountProposed(account=made.public_id, last_four=made.last_four)
        emit(told, organisation_id=payee_id, now=now)
        return made


def _refuse_malformed(payee_id: int, details: BankDetails, *, number: str, reason: str) -> None:
    if not reason.strip() or not details.bank.strip():
        message = "Name the bank, and say why the account is used from now on."
        raise UnableToProposeAccount(message)
    if not _NUMBER.match(number) or not _BRANCH.match(details.branch_code):
        message = "An account number has 8 to 34 digits or letters, a branch number 12 digits."
        raise UnableToProposeAccount(message)
    if details.holder.strip() != organisation_by_id(organisation_id=payee_id).name:
        message = "The account's holder is the payee by its registered name, nobody else."
        raise UnableToProposeAccount(message)


@transaction_required
def _locked(account_id: UUID, *, now: datetime) -> PayoutAccount:
    known = PayoutAccount.objects.filter(public_id=account_id).first()
    if known is not None:
        lock_payee(known.payee_id, now=now)
    account = lock_account(account_id)
    if account is None:
        raise _decided()
    return account


def _decided() -> PayoutAccountNotFound:
    return PayoutAccountNotFound("There is no such proposal, or it was decided already.")


@transaction_required
def _record(action: str, account: PayoutAccount, *, user_id: int, now: datetime) -> None:
    record(
        action=action,
        object_type="payout_account",
        object_id=str(account.public_id),
        organisation_id=account.payee_id,
        actor=Actor.user(user_id),
        detail={"rail": str(account.rail), "last_four": account.number[-4:]},
        now=now,
    )

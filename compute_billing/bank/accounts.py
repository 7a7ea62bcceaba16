"""Accounts that tenants remit to, and the codes that they write into their transfers."""

import re
from datetime import datetime
from typing import Final

from compute_billing.bank.models import BankAccount, RemittanceCode
from compute_billing.bank.remittance import new_code
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction

_NUMBER: Final = re.compile(r"[0-9A-Z]{8,34}\Z")
# 31^6 codes: a second try is needed once in hundreds of millions.
TRIES_MAX: Final = 5


class UnableToOpenAccount(DomainError):
    """The number is malformed, or stands here already."""

    code = "unable_to_open_bank_account"


class UnableToMakeCode(DomainError):
    """All codes that were drawn are given to others."""

    code = "unable_to_make_remittance_code"


def open_account(
    *, operator_id: int, bank: str, holder: str, number: str, actor: Actor, now: datetime
) -> BankAccount:
    """Write down an account of an operator; its custody is the bank and the number's end.

    Raises:
        UnableToOpenAccount: the number is malformed, or stands here already.
    """
    plain = re.sub(r"[\s-]", "", number).upper()
    if not _NUMBER.match(plain):
        message = "An account number has 8 to 34 digits or letters."
        raise UnableToOpenAccount(message)
    known = UnableToOpenAccount("This account stands here already.")
    with (
        transaction(),
        constraint_errors({"bank_account_number_key": known, "bank_account_custody_key": known}),
    ):
        account = BankAccount.objects.create(
            operator_id=operator_id,
            bank=bank,
            holder=holder,
            number=plain,
            custody=f"bank:{plain}",
            opened_at=now,
        )
        record(
            actor=actor,
            organisation_id=operator_id,
            action="bank.open_account",
            object_type="bank_account",
            object_id=str(account.public_id),
            now=now,
        )
    return account


def remittance_code(*, tenant_id: int, operator_id: int, now: datetime) -> str:
    """Return what a tenant writes into transfers to an operator; made when it is first asked for.

    Raises:
        UnableToMakeCode: all codes that were drawn are taken.
    """
    with transaction():
        for _ in range(TRIES_MAX):
            # Whoever comes second finds the first one's row; a code that is taken is drawn again.
            made = RemittanceCode(
                tenant_id=tenant_id, operator_id=operator_id, code=new_code(), made_at=now
            )
            RemittanceCode.objects.bulk_create([made], ignore_conflicts=True)
            kept = RemittanceCode.objects.filter(tenant_id=tenant_id, operator_id=operator_id)
            if found := kept.first():
                return found.code
    message = "No free remittance code was found: try again."
    raise UnableToMakeCode(message)

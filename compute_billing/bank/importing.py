"""Takes a statement in: each line once, whichever files tell of it; a bad line stands by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from compute_billing.bank.lines import ReadStatement, StatementLine
from compute_billing.bank.locks import lock_account
from compute_billing.bank.matching import Payers, match
from compute_billing.bank.models import BankAccount, BankLine, BankRefusal, BankStatement
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required

BATCH: Final = 1_000


class AccountNotFound(DomainError):
    """There is no such bank account."""

    code = "bank_account_not_found"


class StatementOfAnotherAccount(DomainError):
    """The file says that it is of another account than the one it is imported for."""

    code = "bank_statement_of_another_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file."""

    statement_id: UUID
    lines: int
    new_lines: int
    refused: int


def import_statement(
    *, account_id: UUID, read: ReadStatement, user_id: int, now: datetime
) -> Imported:
    """Keep the lines of a statement that are not known yet, with whose they seem to be.

    The same file again, or one that overlaps, adds nothing twice.

    Raises:
        AccountNotFound: there is no such account.
        StatementOfAnotherAccount: the file names another one.
    """
    with transaction():
        account = _locked(account_id)
        _refuse_other_account(account, read)
        new = _unknown(account, read.lines)
        statement = BankStatement.objects.create(
            account=account,
            file_name=read.name,
            sha256=read.sha256,
            lines=len(read.lines),
            new_lines=len(new),
            refused_lines=len(read.refused),
            imported_by_id=user_id,
            imported_at=now,
        )
        _keep(new, statement=statement, account=account, now=now)
        BankRefusal.objects.bulk_create(
            BankRefusal(
                statement=statement, position=line.position, reason=line.reason, text=line.text
            )
            for line in read.refused
        )
        record(
            actor=Actor.user(user_id),
            organisation_id=account.operator_id,
            action="bank.import_statement",
            object_type="bank_statement",
            object_id=str(statement.public_id),
            detail={"sha256": read.sha256, "lines": len(read.lines), "new_lines": len(new)},
            now=now,
        )
    return Imported(
        statement_id=statement.public_id,
        lines=len(read.lines),
        new_lines=len(new),
        refused=len(read.refused),
    )


@transaction_required
def _locked(account_id: UUID) -> BankAccount:
    found = BankAccount.objects.filter(public_id=account_id).first()
    if found is None:
        message = f"There is no bank account {account_id}."
        raise AccountNotFound(message)
    return lock_account(found.pk)


def _refuse_other_account(account: BankAccount, read: ReadStatement) -> None:
    if read.account not in {"", account.number}:
        message = (
            f"The file is of account {read.account}, not of {account.number}: choose that one."
        )
        raise StatementOfAnotherAccount(message)


def _unknown(account: BankAccount, lines: Sequence[StatementLine]) -> list[StatementLine]:
    known: set[str] = set()
    for keys in batches([line.key for line in lines]):
        known |= set(
            BankLine.objects.filter(account=account, key__in=keys).values_list("key", flat=True)
        )
    return [line for line in lines if line.key not in known]


@transaction_required
def _keep(
    lines: Iterable[StatementLine], *, statement: BankStatement, account: BankAccount, now: datetime
) -> None:
    payers = Payers(operator_id=account.operator_id)
    BankLine.objects.bulk_create(
        (_row(line, payers, statement=statement, account=account, now=now) for line in lines),
        batch_size=BATCH,
    )


def _row(
    line: StatementLine,
    payers: Payers,
    *,
    statement: BankStatement,
    account: BankAccount,
    now: datetime,
) -> BankLine:
    found = match(line, payers)
    return BankLine(
        account=account,
        statement=statement,
        position=line.position,
        key=line.key,
        booked_on=line.booked_on,
        amount_fen=line.amount_fen,
        balance_fen=line.balance_fen,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        remark=line.remark,
        match=found.match,
        tenant_id=found.tenant_id,
        recorded_at=now,
    )


def batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield the keys in portions that a statement can name."""
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))

"""Takes a statement in: each line once, whichever files tell of it; a bad line stands by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from compute_billing.bank.lines import ReadStatement, StatementLine
from compute_billing.bank.locks import lock_account
from compute_billing.bank.matching import Found, Payers, match
from compute_billing.bank.models import BankAccount, BankLine, BankRefusal, BankStatement, Match
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required

BATCH: Final = 1_000
# A day and an amount in fen.
Movement = tuple[date, int]


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
            **_balances(read),
            imported_by_id=user_id,
            imported_at=now,
        )
        told = _told_otherwise(account, read.lines)
        _keep(new, statement=statement, account=account, told=told, now=now)
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


def _balances(read: ReadStatement) -> dict[str, Any]:
    return {} if read.balances is None else asdict(read.balances)


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


def _told_otherwise(account: BankAccount, lines: Sequence[StatementLine]) -> set[Movement]:
    """Return what other files told of these days, and this one does not tell in the same words.

    A movement may come once as a table and once as camt.053, with a serial or without: then its
    two lines are not known to be one, and a new line of that day and amount is for a person.
    """
    days = {line.booked_on for line in lines}
    known = BankLine.objects.filter(account=account, booked_on__in=days)
    keys = {line.key for line in lines}
    return {
        (booked_on, amount_fen)
        for key, booked_on, amount_fen in known.exclude(match=Match.OUTGOING).values_list(
            "key", "booked_on", "amount_fen"
        )
        if key not in keys
    }


@transaction_required
def _keep(
    lines: Iterable[StatementLine],
    *,
    statement: BankStatement,
    account: BankAccount,
    told: set[Movement],
    now: datetime,
) -> None:
    payers = Payers(operator_id=account.operator_id)
    BankLine.objects.bulk_create(
        (
            _row(
                line,
                _doubted(match(line, payers), line=line, told=told),
                statement=statement,
                account=account,
                now=now,
            )
            for line in lines
        ),
        batch_size=BATCH,
    )


def _doubted(found: Found, *, line: StatementLine, told: set[Movement]) -> Found:
    """Leave to a person what would be credited by itself and may have been."""
    if found.match == Match.EXACT and (line.booked_on, line.amount_fen) in told:
        return Found(match=Match.REPEATED, tenant_id=found.tenant_id)
    return found


def _row(
    line: StatementLine,
    found: Found,
    *,
    statement: BankStatement,
    account: BankAccount,
    now: datetime,
) -> BankLine:
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

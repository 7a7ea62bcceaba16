"""Reads of the bank rail."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organisation, OrganisationKind
from compute_billing.bank.balances import gap_before
from compute_billing.bank.lines import Balances
from compute_billing.bank.models import (
    BankAccount,
    BankLine,
    BankProposal,
    BankRefusal,
    BankStatement,
    Match,
    RemittanceCode,
)
from kernel.errors import DomainError
from kernel.worlds import is_sandbox

# Some years of daily statements of every account: behind these nobody looks for gaps.
BALANCES_MAX: Final = 5_000


class LineNotWaiting(DomainError):
    """There is no such line, or it has its fate."""

    code = "bank_line_not_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """A bank account, and how much of what came in has no fate yet."""

    public_id: UUID
    operator: str
    operator_code: str
    bank: str
    holder: str
    number: str
    waiting: int
    waiting_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that somebody must decide, and what was proposed for it."""

    public_id: UUID
    booked_on: date
    amount_fen: int
    payer_name: str
    payer_account: str
    remark: str
    match: str
    tenant_code: str
    tenant_name: str
    proposal: BankProposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """A file that was imported.

    `gap_fen` is what its opening balance is above the last closing before it; None where nothing
    is before it, or it overlaps.
    """

    public_id: UUID
    file_name: str
    number: str
    lines: int
    new_lines: int
    refused_lines: int
    imported_at: datetime
    balances: Balances | None
    gap_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A line that could not be read."""

    file_name: str
    position: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation whose money a transfer may be."""

    tenant_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """Where a tenant remits to, and the code that it has for it."""

    operator_id: int
    operator: str
    bank: str
    holder: str
    number: str
    code: str


def accounts(*, operator_id: int | None = None) -> list[AccountLine]:
    """Return an operator's accounts (None: all), in the order in which they were opened."""
    waits = Q(lines__decision__isnull=True) & ~Q(lines__match=Match.OUTGOING)
    found = (
        BankAccount.objects.select_related("operator")
        .annotate(
            waiting=Count("lines", filter=waits & Q(lines__isnull=False)),
            waiting_fen=Sum("lines__amount_fen", filter=waits),
        )
        .order_by("id")
    )
    if operator_id is not None:
        found = found.filter(operator_id=operator_id)
    return [
        AccountLine(
            public_id=account.public_id,
            operator=account.operator.name,
            operator_code=account.operator.code,
            bank=account.bank,
            holder=account.holder,
            number=account.number,
            waiting=account.waiting,
            waiting_fen=account.waiting_fen or 0,
        )
        for account in found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter:
    """What is asked for: an account by its number, lines of a match, a text; empty for any.

    The text is one in payer or remark of a line, in the name of a file, in an unreadable line.
    """

    account: str = ""
    match: str = ""
    text: str = ""


def waiting_lines(*, wanted: LineFilter = LineFilter(), limit: int) -> list[WaitingLine]:
    """Return lines without a fate, the oldest first."""
    found = _waiting().order_by("booked_on", "id")
    if wanted.match:
        found = found.filter(match=wanted.match)
    if wanted.account:
        found = found.filter(account__number=wanted.account)
    if wanted.text:
        found = found.filter(
            Q(payer_name__icontains=wanted.text) | Q(remark__icontains=wanted.text)
        )
    return _with_proposals(list(found[:limit]))


def waiting_line(*, line_id: UUID) -> WaitingLine:
    """Return one of them.

    Raises:
        LineNotWaiting: there is none, or it has its fate.
    """
    found = _with_proposals(list(_waiting().filter(public_id=line_id)))
    if not found:
        message = f"No line {line_id} waits."
        raise LineNotWaiting(message)
    return found[0]


def _waiting() -> QuerySet[BankLine]:
    lines = BankLine.objects.filter(decision__isnull=True).exclude(match=Match.OUTGOING)
    return lines.select_related("tenant")


def _with_proposals(lines: list[BankLine]) -> list[WaitingLine]:
    open_ = {
        proposal.line_id: proposal
        for proposal in BankProposal.objects.filter(
            closed_at__isnull=True, line__in=[line.pk for line in lines]
        ).select_related("tenant")
    }
    return [
        WaitingLine(
            public_id=line.public_id,
            booked_on=line.booked_on,
            amount_fen=line.amount_fen,
            payer_name=line.payer_name,
            payer_account=line.payer_account,
            remark=line.remark,
            match=line.match,
            tenant_code="" if line.tenant is None else line.tenant.code,
            tenant_name="" if line.tenant is None else line.tenant.name,
            proposal=open_.get(line.pk),
        )
        for line in lines
    ]


def statements(*, wanted: LineFilter = LineFilter(), limit: int) -> list[StatementRow]:
    """Return the files that were imported last."""
    found = BankStatement.objects.select_related("account").order_by("-imported_at", "-id")
    if wanted.account:
        found = found.filter(account__number=wanted.account)
    if wanted.text:
        found = found.filter(file_name__icontains=wanted.text)
    rows = list(found[:limit])
    told = _told_balances({row.account_id for row in rows})
    return [
        StatementRow(
            public_id=row.public_id,
            file_name=row.file_name,
            number=row.account.number,
            lines=row.lines,
            new_lines=row.new_lines,
            refused_lines=row.refused_lines,
            imported_at=row.imported_at,
            balances=_balances(row),
            gap_fen=_gap(row, told.get(row.account_id, [])),
        )
        for row in rows
    ]


def _balances(row: BankStatement) -> Balances | None:
    if row.opening_on is None or row.closing_on is None:
        return None
    return Balances(
        opening_on=row.opening_on,
        opening_fen=row.opening_fen or 0,
        closing_on=row.closing_on,
        closing_fen=row.closing_fen or 0,
        difference_fen=row.difference_fen or 0,
    )


def _told_balances(account_ids: set[int]) -> dict[int, list[tuple[int, Balances]]]:
    """Return the balances of all statements of accounts, with the statements' ids."""
    told: dict[int, list[tuple[int, Balances]]] = {}
    found = BankStatement.objects.filter(account_id__in=account_ids, opening_on__isnull=False)
    for row in found.order_by("-closing_on", "-id")[:BALANCES_MAX]:
        balances = _balances(row)
        if balances is not None:
            told.setdefault(row.account_id, []).append((row.pk, balances))
    return told


def _gap(row: BankStatement, told: list[tuple[int, Balances]]) -> int | None:
    own = _balances(row)
    if own is None:
        return None
    return gap_before(own, [balances for statement_id, balances in told if statement_id != row.pk])


def refusals(*, wanted: LineFilter = LineFilter(), limit: int) -> list[RefusedRow]:
    """Return the lines that could not be read, the newest first."""
    found = BankRefusal.objects.select_related("statement").order_by("-id")
    if wanted.account:
        found = found.filter(statement__account__number=wanted.account)
    if wanted.text:
        found = found.filter(
            Q(statement__file_name__icontains=wanted.text) | Q(text__icontains=wanted.text)
        )
    return [
        RefusedRow(
            file_name=row.statement.file_name,
            position=row.position,
            reason=row.reason,
            text=row.text,
        )
        for row in found[:limit]
    ]


def remittances(*, tenant_id: int) -> list[Remittance]:
    """Return where a tenant remits to: one line for each account of each operator but itself.

    A sandbox has play money and remits nowhere.
    """
    if is_sandbox(tenant_id):
        return []
    codes = dict(
        RemittanceCode.objects.filter(tenant_id=tenant_id).values_list("operator_id", "code")
    )
    found = BankAccount.objects.select_related("operator").exclude(operator_id=tenant_id)
    return [
        Remittance(
            operator_id=account.operator_id,
            operator=account.operator.code,
            bank=account.bank,
            holder=account.holder,
            number=account.number,
            code=codes.get(account.operator_id, ""),
        )
        for account in found.order_by("id")
    ]


class UnableToRemit(DomainError):
    """No such operator takes transfers of this tenant."""

    code = "unable_to_remit"


def remitted_to(*, tenant_id: int, operator: str) -> int:
    """Return the operator of a code, to whom a tenant may remit.

    Raises:
        UnableToRemit: it has no bank account, is the tenant itself, or the tenant is a sandbox.
    """
    for each in remittances(tenant_id=tenant_id):
        if each.operator == operator:
            return each.operator_id
    message = f"No operator {operator!r} takes transfers of yours."
    raise UnableToRemit(message, details={"operator": operator})


def tenants() -> list[Tenant]:
    """Return everybody whose money a transfer may be, by name."""
    found = Organisation.real.exclude(kind=OrganisationKind.GOVERNMENT).order_by("name", "id")
    return [
        Tenant(tenant_id=tenant_id, code=code, name=name)
        for tenant_id, code, name in found.values_list("id", "code", "name")
    ]


def account_by_number(*, number: str) -> UUID | None:
    """Return the account of a number, however it is grouped."""
    plain = "".join(number.split()).upper()
    found = BankAccount.objects.filter(number=plain).values_list("public_id", flat=True)
    return found.first()

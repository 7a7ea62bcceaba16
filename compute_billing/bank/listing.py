"""Statements and lines as programs read them: page by page, whatever became of each line."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from compute_billing.bank.models import (
    BankLine,
    BankProposal,
    BankRefusal,
    BankStatement,
    Fate,
    Match,
)
from kernel.errors import DomainError


class UnknownBankStatement(DomainError):
    """There is no such statement, or it is of another operator's account."""

    code = "unknown_bank_statement"


class UnknownBankLine(DomainError):
    """There is no such line, or it is of another operator's account."""

    code = "unknown_bank_line"


class LineState(StrEnum):
    """What became of a line."""

    WAITING = "waiting"
    CREDITED = "credited"
    ASIDE = "aside"
    OUTGOING = "outgoing"


_UNDECIDED: Final = Q(decision__isnull=True)
_OUTGOING: Final = Q(match=Match.OUTGOING)
_IN_STATE: Final = {
    LineState.WAITING: _UNDECIDED & ~_OUTGOING,
    LineState.CREDITED: Q(decision__fate=Fate.CREDIT),
    LineState.ASIDE: Q(decision__fate=Fate.ASIDE),
    LineState.OUTGOING: _UNDECIDED & _OUTGOING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePageFilter:
    """Which lines; None is no filter. Days are those of the bank, the last one not included."""

    operator_id: int | None = None
    account: str | None = None
    state: LineState | None = None
    match: str | None = None
    text: str | None = None
    booked_from: date | None = None
    booked_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """What somebody proposed for a line, and nobody has decided."""

    fate: str
    tenant: str | None
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """A movement on an account, and what became of it. Fen.

    `tenant` is whose it was decided to be, else whose it seems to be.
    """

    public_id: UUID
    account: str
    statement: UUID
    position: int
    booked_on: date
    amount_fen: int
    balance_fen: int | None
    payer_name: str
    payer_account: str
    remark: str
    match: str
    state: LineState
    tenant: str | None
    reason: str
    decided_at: datetime | None
    proposal: ProposalLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShown:
    """A file that was imported, and how many of its lines were new and unreadable."""

    public_id: UUID
    account: str
    file_name: str
    sha256: str
    lines: int
    new_lines: int
    refused_lines: int
    imported_at: datetime


def line_page(*, wanted: LinePageFilter, after: UUID | None, limit: int) -> list[LineShown]:
    """Return lines, those booked last first, from behind one on.

    Raises:
        UnknownBankLine: `after` is none of the operator's.
    """
    found = _filtered(_own_lines(wanted.operator_id), wanted)
    if after is not None:
        last = _line(wanted.operator_id, public_id=after)
        found = found.filter(
            Q(booked_on__lt=last.booked_on) | Q(booked_on=last.booked_on, id__lt=last.pk)
        )
    return _shown(list(found.order_by("-booked_on", "-id")[:limit]))


def line_of(*, operator_id: int | None, public_id: UUID) -> LineShown:
    """Return a line of an operator's account (None: of any).

    Raises:
        UnknownBankLine: there is none, or it is another operator's.
    """
    return _shown([_line(operator_id, public_id=public_id)])[0]


def statement_page(
    *, operator_id: int | None, account: str | None, after: UUID | None, limit: int
) -> list[StatementShown]:
    """Return imported files of an operator's accounts (None: of all), the newest first.

    Raises:
        UnknownBankStatement: `after` is none of the operator's.
    """
    found = _own_statements(operator_id)
    if account is not None:
        found = found.filter(account__number=account)
    if after is not None:
        found = found.filter(id__lt=_statement(operator_id, public_id=after).pk)
    return [_statement_shown(one) for one in found.order_by("-id")[:limit]]


def refusal_page(
    *, operator_id: int | None, statement_id: UUID, after: int | None, limit: int
) -> list[BankRefusal]:
    """Return the lines of a file that could not be read, by position, from behind one on.

    Raises:
        UnknownBankStatement: there is no such file, or it is of another operator's account.
    """
    found = BankRefusal.objects.filter(statement=_statement(operator_id, public_id=statement_id))
    if after is not None:
        found = found.filter(position__gt=after)
    return list(found.order_by("position")[:limit])


def _own_lines(operator_id: int | None) -> QuerySet[BankLine]:
    found = BankLine.objects.select_related("account", "statement", "tenant", "decision__tenant")
    return found if operator_id is None else found.filter(account__operator_id=operator_id)


def _filtered(found: QuerySet[BankLine], wanted: LinePageFilter) -> QuerySet[BankLine]:
    if wanted.account is not None:
        found = found.filter(account__number=wanted.account)
    if wanted.state is not None:
        found = found.filter(_IN_STATE[wanted.state])
    if wanted.match is not None:
        found = found.filter(match=wanted.match)
    if wanted.text is not None:
        found = found.filter(
            Q(payer_name__icontains=wanted.text) | Q(remark__icontains=wanted.text)
        )
    if wanted.booked_from is not None:
        found = found.filter(booked_on__gte=wanted.booked_from)
    if wanted.booked_until is not None:
        found = found.filter(booked_on__lt=wanted.booked_until)
    return found


def _line(operator_id: int | None, *, public_id: UUID) -> BankLine:
    found = _own_lines(operator_id).filter(public_id=public_id).first()
    if found is None:
        message = "You have no such line."
        raise UnknownBankLine(message)
    return found


def _own_statements(operator_id: int | None) -> QuerySet[BankStatement]:
    found = BankStatement.objects.select_related("account")
    return found if operator_id is None else found.filter(account__operator_id=operator_id)


def _statement(operator_id: int | None, *, public_id: UUID) -> BankStatement:
    found = _own_statements(operator_id).filter(public_id=public_id).first()
    if found is None:
        message = "You have no such statement."
        raise UnknownBankStatement(message)
    return found


def _statement_shown(one: BankStatement) -> StatementShown:
    return StatementShown(
        public_id=one.public_id,
        account=one.account.number,
        file_name=one.file_name,
        sha256=one.sha256,
        lines=one.lines,
        new_lines=one.new_lines,
        refused_lines=one.refused_lines,
        imported_at=one.imported_at,
    )


def _shown(lines: list[BankLine]) -> list[LineShown]:
    waiting = BankProposal.objects.filter(
        closed_at__isnull=True, line__in=[line.pk for line in lines]
    )
    open_ = {proposal.line_id: proposal for proposal in waiting.select_related("tenant")}
    return [_line_shown(line, open_.get(line.pk)) for line in lines]


def _line_shown(line: BankLine, proposal: BankProposal | None) -> LineShown:
    decision = getattr(line, "decision", None)
    owner = line.tenant if decision is None else decision.tenant
    return LineShown(
        public_id=line.public_id,
        account=line.account.number,
        statement=line.statement.public_id,
        position=line.position,
        booked_on=line.booked_on,
        amount_fen=line.amount_fen,
        balance_fen=line.balance_fen,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        remark=line.remark,
        match=line.match,
        state=_state(line, None if decision is None else decision.fate),
        tenant=None if owner is None else owner.code,
        reason="" if decision is None else decision.reason,
        decided_at=None if decision is None else decision.decided_at,
        proposal=None if proposal is None else _proposed(proposal),
    )


def _state(line: BankLine, fate: str | None) -> LineState:
    if fate is not None:
        return LineState.CREDITED if fate == Fate.CREDIT else LineState.ASIDE
    return LineState.OUTGOING if line.match == Match.OUTGOING else LineState.WAITING


def _proposed(proposal: BankProposal) -> ProposalLine:
    return ProposalLine(
        fate=proposal.fate,
        tenant=None if proposal.tenant is None else proposal.tenant.code,
        reason=proposal.reason,
        made_at=proposal.made_at,
    )

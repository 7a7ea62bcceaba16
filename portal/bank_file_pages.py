"""The tables of transfers by bank as files."""

from decimal import Decimal
from typing import Final

from django.http import Http404

from compute_billing.bank import queries
from compute_billing.bank.queries import (
    AccountLine,
    LineFilter,
    RefusedRow,
    StatementRow,
    WaitingLine,
)
from kernel.money import MICRO_PER_FEN, Money
from portal.exports import Cell, FileAnswer, file_response

TABLES: Final = ("waiting", "accounts", "statements", "refusals")
ROWS_MAX: Final = 10_000
ACCOUNT_COLUMNS: Final = (
    *("account", "number", "bank", "holder", "operator", "waiting_lines", "waiting_amount"),
)
LINE_COLUMNS: Final = (
    *("line", "booked_on", "amount", "payer_name", "payer_account", "remark", "match"),
    *("suggested_tenant", "is_proposed"),
)
STATEMENT_COLUMNS: Final = (
    *("statement", "file_name", "account", "imported_at", "lines", "new_lines"),
    *("unreadable_lines", "opening_on", "opening_balance", "closing_on", "closing_balance"),
    *("difference", "gap"),
)
REFUSAL_COLUMNS: Final = ("file_name", "line", "reason", "text")


def file_of(table: str, *, kind: str, wanted: LineFilter) -> FileAnswer:
    """Return a table, filtered as its page is.

    Raises:
        Http404: there is no such table.
    """
    name = f"bank-{table}"
    if table == "waiting":
        lines = [_line(one) for one in queries.waiting_lines(wanted=wanted, limit=ROWS_MAX)]
        return file_response(name=name, kind=kind, columns=LINE_COLUMNS, rows=lines)
    if table == "accounts":
        accounts = [_account(one) for one in accounts_of(wanted)]
        return file_response(name=name, kind=kind, columns=ACCOUNT_COLUMNS, rows=accounts)
    if table == "statements":
        found = queries.statements(wanted=wanted, limit=ROWS_MAX)
        files = [_statement(one) for one in found]
        return file_response(name=name, kind=kind, columns=STATEMENT_COLUMNS, rows=files)
    if table == "refusals":
        refused = [_refusal(one) for one in queries.refusals(wanted=wanted, limit=ROWS_MAX)]
        return file_response(name=name, kind=kind, columns=REFUSAL_COLUMNS, rows=refused)
    raise Http404


def accounts_of(wanted: LineFilter) -> list[AccountLine]:
    """Return the accounts that are asked for: one, or all."""
    return [one for one in queries.accounts() if wanted.account in ("", one.number)]


def _account(one: AccountLine) -> list[Cell]:
    return [
        str(one.public_id),
        one.number,
        one.bank,
        one.holder,
        one.operator,
        one.waiting,
        Decimal(Money.from_fen(one.waiting_fen).to_text()),
    ]


def _line(line: WaitingLine) -> list[Cell]:
    return [
        str(line.public_id),
        line.booked_on,
        Decimal(Money.from_fen(line.amount_fen).to_text()),
        line.payer_name,
        line.payer_account,
        line.remark,
        line.match,
        line.tenant_code,
        "yes" if line.proposal else "no",
    ]


def _statement(row: StatementRow) -> list[Cell]:
    return [
        str(row.public_id),
        row.file_name,
        row.number,
        row.imported_at,
        row.lines,
        row.new_lines,
        row.refused_lines,
        *_balances(row),
    ]


def _balances(row: StatementRow) -> list[Cell]:
    """Return what a file says the account held, what it does not add up by, and the gap before."""
    told = row.balances
    if told is None:
        return [None] * 6
    return [
        told.opening_on,
        _yuan(told.opening_fen),
        told.closing_on,
        _yuan(told.closing_fen),
        _yuan(told.difference_fen),
        None if row.gap_fen is None else _yuan(row.gap_fen),
    ]


def _yuan(fen: int) -> Decimal:
    return Decimal(Money(fen * MICRO_PER_FEN).to_text())


def _refusal(row: RefusedRow) -> list[Cell]:
    return [row.file_name, row.position, row.reason, row.text]

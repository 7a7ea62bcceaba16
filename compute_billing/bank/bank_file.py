"""Bank statements as online banks export them: camt.053, or a table in GB 18030 or UTF-8.

Banks name the columns differently and put a head of their own above them, so the line that names
a date and an amount is looked for. A line that cannot be read never takes the file along.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final

from compute_billing.bank.balances import of_running
from compute_billing.bank.camt_file import is_camt, read_camt
from compute_billing.bank.lines import (
    AMOUNT_FEN_MAX,
    LINES_MAX,
    TEXT_LENGTH_MAX,
    ReadStatement,
    RefusedLine,
    StatementLine,
    UnableToReadStatement,
    counted,
)

__all__ = ["BYTES_MAX", "UnableToReadStatement", "read_statement"]

BYTES_MAX: Final = 10_000_000
HEAD_LINES_MAX: Final = 30
ENCODINGS: Final = ("utf-8-sig", "gb18030")
# What the columns are called by the banks' exports, most telling first.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "date": ("交易日期", "记账日期", "入账日期", "交易时间", "日期", "date"),
    "in": ("贷方发生额", "贷方金额", "收入金额", "收入", "转入金额", "贷方", "credit"),
    "out": ("借方发生额", "借方金额", "支出金额", "支出", "转出金额", "借方", "debit"),
    "amount": ("交易金额", "发生额", "金额", "amount"),
    "direction": ("借贷标志", "借贷标识", "借贷方向", "收支标志", "借贷", "direction"),
    "balance": ("账户余额", "余额", "本次余额", "balance"),
    "payer_name": ("对方户名", "对方单位名称", "对方账户名称", "对方名称", "付款人名称", "payer"),
    "payer_account": ("对方账号", "对方帐号", "付款人账号", "payeraccount"),
    "serial": ("交易流水号", "银行流水号", "流水号", "交易参考号", "凭证号", "serial"),
}
# What a payer wrote may stand in any of these.
REMARKS: Final = ("附言", "用途", "摘要", "备注", "交易附言", "客户附言", "remark")
INCOMING: Final = frozenset({"贷", "贷方", "收", "收入", "c", "cr", "credit", "in"})
OUTGOING: Final = frozenset({"借", "借方", "支", "支出", "d", "dr", "debit", "out"})
SUMS: Final = ("合计", "总计", "小计", "total")
_DATE: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})(?!\d)")
_UNIT: Final = re.compile(r"[(\uff08].*?[)\uff09]")


class _Unreadable(ValueError):
    """A line cannot be read; the argument is the reason."""


def read_statement(content: bytes, *, name: str) -> ReadStatement:
    """Return the lines of a statement and those that cannot be read.

    Raises:
        UnableToReadStatement: nothing of it can be read.
    """
    if len(content) > BYTES_MAX:
        message = f"The file has more than {BYTES_MAX // 1_000_000} MB: export a shorter time."
        raise UnableToReadStatement(message, details={"reason": "too_large"})
    if is_camt(content):
        return read_camt(content, name=name)
    table = _table(_text(content))
    head, columns = _head(table)
    lines: list[StatementLine] = []
    refused: list[RefusedLine] = []
    for position, cells in enumerate(table[head + 1 :], start=head + 2):
        if _is_no_movement(cells):
            continue
        try:
            lines.append(_line(cells, columns, position=position))
        except _Unreadable as error:
            text = ",".join(cells)[:TEXT_LENGTH_MAX]
            refused.append(RefusedLine(position=position, reason=str(error), text=text))
    if len(lines) > LINES_MAX:
        message = f"The file has more than {LINES_MAX} lines: export a shorter time."
        raise UnableToReadStatement(message, details={"reason": "too_many_lines"})
    return ReadStatement(
        name=name[:200],
        sha256=sha256(content).hexdigest(),
        lines=counted(lines),
        refused=tuple(refused),
        balances=of_running(lines),
    )


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    message = "The file is neither UTF-8 nor GB 18030: export it as CSV again."
    raise UnableToReadStatement(message, details={"reason": "unknown_encoding"})


def _table(text: str) -> list[list[str]]:
    separator = "\t" if text.count("\t") > text.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [[_cell(cell) for cell in cells] for cells in reader]
    except csv.Error as error:
        message = f"The file is no table: {error}."
        raise UnableToReadStatement(message, details={"reason": "no_table"}) from error


def _cell(text: str) -> str:
    """Return a cell without what keeps spreadsheets from reading a number in it."""
    return text.strip().strip("'\"=\t ").strip()


def _head(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, list[int]]]:
    """Return the line that names the columns, and where each of them stands."""
    for place, cells in enumerate(table[:HEAD_LINES_MAX]):
        columns = _columns(cells)
        has_amount = "amount" in columns or "in" in columns
        if "date" in columns and has_amount:
            return place, columns
    message = (
        "No line names a date and an amount: the columns must be called as online banks call them,"
        " for example 交易日期, 贷方发生额, 对方户名, 附言."
    )
    raise UnableToReadStatement(message, details={"reason": "no_columns"})


def _columns(cells: Sequence[str]) -> dict[str, list[int]]:
    names = [_UNIT.sub("", _plain(cell)).replace(" ", "") for cell in cells]
    columns: dict[str, list[int]] = {}
    for wanted, called in COLUMNS.items():
        for name in called:
            if name in names:
                columns[wanted] = [names.index(name)]
                break
    columns["remark"] = [place for place, name in enumerate(names) if name in REMARKS]
    return columns


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _is_no_movement(cells: Sequence[str]) -> bool:
    """Tell an empty line, or the bank's own sum at the end."""
    return not any(cells) or any(cell.lower().startswith(SUMS) for cell in cells[:2])


def _line(
    cells: Sequence[str], columns: Mapping[str, list[int]], *, position: int
) -> StatementLine:
    told = {
        name: " ".join(cells[place] for place in places if place < len(cells) and cells[place])
        for name, places in columns.items()
    }
    is_incoming, amount = _movement(told)
    return StatementLine(
        position=position,
        booked_on=_date(told["date"]),
        is_incoming=is_incoming,
        amount_fen=amount,
        balance_fen=_fen(told["balance"]) if told.get("balance") else None,
        payer_name=told.get("payer_name", "")[:200],
        payer_account=told.get("payer_account", "")[:64],
        remark=told.get("remark", "")[:TEXT_LENGTH_MAX],
        serial=told.get("serial", "")[:100],
    )


def _movement(told: Mapping[str, str]) -> tuple[bool, int]:
    """Return the direction and the amount, from two columns or from one with a sign or a mark."""
    incoming, outgoing = (_fen(told[name]) if told.get(name) else 0 for name in ("in", "out"))
    if incoming and outgoing:
        raise _Unreadable("two_amounts")
    if incoming or outgoing:
        amount, is_incoming = (incoming, True) if incoming else (outgoing, False)
        # A bank takes a booking back by a negative amount in the same column.
        return (is_incoming, amount) if amount > 0 else (not is_incoming, -amount)
    if not told.get("amount"):
        raise _Unreadable("no_amount")
    amount = _fen(told["amount"])
    if amount == 0:
        raise _Unreadable("no_amount")
    mark = _plain(told.get("direction", ""))
    if mark in INCOMING | OUTGOING:
        return (mark in INCOMING) == (amount > 0), abs(amount)
    if "direction" in told:
        raise _Unreadable("unknown_direction")
    return amount > 0, abs(amount)


def _fen(text: str) -> int:
    """Return an amount in yuan as fen."""
    plain = re.sub(r"[,\s¥]|cny|rmb|元", "", _plain(text))
    if plain in {"", "-", "--"}:
        return 0
    try:
        fen = Decimal(plain).scaleb(2)
    except ArithmeticError as error:
        raise _Unreadable("malformed_amount") from error
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > AMOUNT_FEN_MAX:
        raise _Unreadable("malformed_amount")
    return int(fen)


def _date(text: str) -> date:
    found = _DATE.match(unicodedata.normalize("NFKC", text))
    if found is None:
        raise _Unreadable("malformed_date")
    try:
        year, month, day = (int(part) for part in found.groups())
        return date(year, month, day)
    except ValueError as error:
        raise _Unreadable("malformed_date") from error

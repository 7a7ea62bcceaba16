"""The file of a batch of payments (批量付款) and the bank's answer (docs/formats.md). Pure.

UTF-8 with a byte order mark, as online banks import it; a line per payout and a last line with the
count and the sum, so that nothing can be added or lost on the way unseen.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from kernel.errors import DomainError

HEAD: Final = (
    *("指令编号", "付款账号", "收款账号", "收款户名"),
    *("收款银行", "联行号", "币种", "金额", "用途"),
)
TOTAL: Final = "合计"
RESULT_COLUMNS: Final = ("指令编号", "金额", "处理结果", "失败原因", "银行流水号")
PAID: Final = frozenset({"成功", "付款成功", "交易成功", "paid"})
REFUSED: Final = frozenset({"失败", "付款失败", "交易失败", "退汇", "refused"})
BYTES_MAX: Final = 10_000_000
LINES_MAX: Final = 20_000
AMOUNT_FEN_MAX: Final = 10**15
HEAD_LINES_MAX: Final = 30
ENCODINGS: Final = ("utf-8-sig", "gb18030")
_NUMBER: Final = re.compile(r"SJP[0-9]{8,}\Z")


class UnableToReadResult(DomainError):
    """The file is no answer of a bank to a batch of payments."""

    code = "unreadable_payout_result"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """A payment as the bank is told of it."""

    number: str
    account_number: str
    holder: str
    bank: str
    branch_code: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What the bank says of a payment; without `is_paid` the line could not be read."""

    position: int
    number: str
    amount_fen: int | None
    is_paid: bool | None
    failure: str
    bank_reference: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """An answer that was read."""

    name: str
    sha256: str
    rows: tuple[ResultRow, ...]


def yuan(fen: int) -> str:
    """Return an amount as banks write it."""
    return f"{fen // 100}.{fen % 100:02d}"


def write_payments(lines: Sequence[PaymentLine], *, paying_account: str, purpose: str) -> bytes:
    """Return the file of a batch: the same lines are the same bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in lines:
        writer.writerow(
            (
                *(line.number, paying_account, line.account_number, line.holder),
                *(line.bank, line.branch_code, "CNY", yuan(line.amount_fen), purpose),
            )
        )
    total = sum(line.amount_fen for line in lines)
    writer.writerow((TOTAL, str(len(lines)), "", "", "", "", "CNY", yuan(total), ""))
    return out.getvalue().encode("utf-8-sig")


def read_result(content: bytes, *, name: str) -> ReadResult:
    """Read a bank's answer; a line that cannot be read never takes the file along.

    Raises:
        UnableToReadResult: too large, no table, or no line of it names the columns.
    """
    if len(content) > BYTES_MAX:
        message = "The file is too large for an answer to one batch."
        raise UnableToReadResult(message)
    table = _table(_text(content))
    place, columns = _head(table)
    rows = [
        _row(cells, columns, position=position)
        for position, cells in enumerate(table[place + 1 :], start=place + 2)
        if any(cells) and cells[0].strip() != TOTAL
    ]
    if len(rows) > LINES_MAX:
        message = f"The file has more than {LINES_MAX} lines: no batch is as large."
        raise UnableToReadResult(message)
    return ReadResult(name=name[:200], sha256=sha256(content).hexdigest(), rows=tuple(rows))


def _table(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        message = f"The file is no table: {error}."
        raise UnableToReadResult(message) from error


def _head(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the line that names the columns, and where each of them stands."""
    for place, cells in enumerate(table[:HEAD_LINES_MAX]):
        names = [cell.strip() for cell in cells]
        if RESULT_COLUMNS[0] in names and RESULT_COLUMNS[2] in names:
            return place, {name: names.index(name) for name in RESULT_COLUMNS if name in names}
    message = f"No line names the columns {', '.join(RESULT_COLUMNS)}."
    raise UnableToReadResult(message)


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    message = "The file is neither UTF-8 nor GB 18030: export it as CSV again."
    raise UnableToReadResult(message)


def _row(cells: Sequence[str], columns: dict[str, int], *, position: int) -> ResultRow:
    told = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()
    }
    number, amount, outcome, failure, reference = (
        told.get(column, "") for column in RESULT_COLUMNS
    )
    is_paid = outcome in PAID if outcome in PAID | REFUSED else None
    return ResultRow(
        position=position,
        number=number[:32],
        amount_fen=_fen(amount),
        is_paid=is_paid if _NUMBER.match(number) and _fen(amount) is not None else None,
        failure=failure[:200],
        bank_reference=reference[:100],
        text=",".join(cells)[:500],
    )


def _fen(text: str) -> int | None:
    try:
        fen = Decimal(text.replace(",", "")) * 100
    except ArithmeticError:
        return None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= AMOUNT_FEN_MAX:
        return None
    return int(fen)

"""The file that the tax bureau's software hands back: one line for each 单据号. Pure.

A table in UTF-8 or GB 18030; columns are known by their names, Chinese or English, in any order.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from compute_billing.einvoices.answering import Answer
from kernel.errors import DomainError

BYTES_MAX: Final = 5_000_000
LINES_MAX: Final = 5_000
ENCODINGS: Final = ("utf-8-sig", "gb18030")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "document_no": ("单据号", "单据编号", "document_no"),
    "number": ("数电发票号码", "数电票号码", "发票号码", "number"),
    "issued_on": ("开票日期", "issued_on"),
    "refusal": ("失败原因", "退回原因", "原因", "refusal"),
    "confirmation_no": ("红字确认单编号", "红字确认信息单编号", "confirmation_no"),
}
_DAY: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})(?!\d)")


class UnableToReadAnswers(DomainError):
    """The file is no table with a 单据号."""

    code = "unable_to_read_einvoice_answers"


def read_answers(content: bytes) -> list[tuple[int, Answer]]:
    """Return the answers of a file with the lines they stand on.

    Raises:
        UnableToReadAnswers: too large, no table, or without a 单据号.
    """
    if len(content) > BYTES_MAX:
        message = f"The file has more than {BYTES_MAX // 1_000_000} MB."
        raise UnableToReadAnswers(message)
    table = _table(_text(content))
    if not table:
        message = "The file is empty."
        raise UnableToReadAnswers(message)
    places = _places(table[0])
    answers = [
        (line, _answer(cells, places))
        for line, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    if len(answers) > LINES_MAX:
        message = f"The file has more than {LINES_MAX} lines: import it in parts."
        raise UnableToReadAnswers(message)
    return answers


def _table(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        message = f"The file is no table: {error}."
        raise UnableToReadAnswers(message) from error


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    message = "The file is neither UTF-8 nor GB 18030: export it as CSV again."
    raise UnableToReadAnswers(message)


def _places(head: Sequence[str]) -> dict[str, int]:
    named = {cell.strip().lower(): place for place, cell in enumerate(head)}
    places = {
        field: named[name] for field, names in COLUMNS.items() for name in names if name in named
    }
    if "document_no" not in places:
        message = "No column is called 单据号: export the answers with their document numbers."
        raise UnableToReadAnswers(message)
    return places


def _answer(cells: Sequence[str], places: dict[str, int]) -> Answer:
    said = {
        field: cells[place].strip().strip("'\"=\t ")
        for field, place in places.items()
        if place < len(cells)
    }
    return Answer(
        document_no=said.get("document_no", ""),
        number=said.get("number", ""),
        issued_on=_day(said.get("issued_on", "")),
        # A bureau that says 成功 beside a number gives no reason.
        refusal="" if said.get("number") else said.get("refusal", ""),
        confirmation_no=said.get("confirmation_no", ""),
    )


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None

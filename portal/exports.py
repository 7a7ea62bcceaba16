"""Tables as files: comma-separated values for programs, XLSX for people.

Both are written row by row, so that a long table does not fill the memory. A file of values is
exact: its amounts are plain decimals, its times carry their offset. In a spreadsheet times stand
in the billing time zone, which its cells cannot name, and a number longer than a spreadsheet
keeps stands as text.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language, override
from xlsxwriter import Workbook

Cell = str | int | Decimal | datetime | date | None
Row = Sequence[Cell]
FileAnswer = StreamingHttpResponse | FileResponse

CSV: Final = "csv"
XLSX: Final = "xlsx"
KINDS: Final = (CSV, XLSX)
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet takes a text that begins like this for a formula and runs it.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
# Tells spreadsheets that the file is UTF-8.
MARK: Final = "\ufeff"
# What an XLSX sheet holds (ECMA-376), its head included, and how many digits its numbers keep.
SHEET_ROWS_MAX: Final = 1_048_576
DIGITS_MAX: Final = 15
COLUMN_CHARACTERS: Final = 20


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def wanted_kind(request: HttpRequest) -> str | None:
    """Return the kind of file that `?file=` asks for; None where a page is wanted.

    Raises:
        Http404: there is no such kind.
    """
    kind = request.GET.get("file")
    if kind is None or kind in KINDS:
        return kind
    raise Http404


def file_response(
    *, name: str, kind: str, columns: Sequence[str], rows: Iterable[Row]
) -> FileAnswer:
    """Return a table as a file to be kept, `name` being its name without the ending."""
    disposition = f'attachment; filename="{name}.{kind}"'
    if kind == XLSX:
        return FileResponse(
            _sheet(columns=columns, rows=rows),
            content_type=XLSX_TYPE,
            headers={"Content-Disposition": disposition},
        )
    return StreamingHttpResponse(
        _lines(columns=columns, rows=_spoken(rows, language=get_language())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


def _spoken(rows: Iterable[Row], *, language: str | None) -> Iterator[Row]:
    """Make each row in the reader's language: a file is sent when the request is over."""
    waiting = iter(rows)
    while True:
        with override(language):
            row = next(waiting, None)
        if row is None:
            return
        yield row


def _lines(*, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield MARK + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_value(cell) for cell in row])


def _value(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs when it opens the file."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _sheet(*, columns: Sequence[str], rows: Iterable[Row]) -> Any:
    """Write the workbook to a file without a name, and return it from its beginning.

    What does not fit on a sheet goes on the next one, under the same head.
    """
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it was sent
    book = Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    writer = _SheetWriter(book, columns=columns)
    for row in rows:
        writer.write(row)
    book.close()
    target.seek(0)
    return target


class _SheetWriter:
    """Writes rows to sheets of a workbook, beginning the next where one is full."""

    def __init__(self, book: Workbook, *, columns: Sequence[str]) -> None:
        self.book = book
        self.columns = columns
        self.zone = ZoneInfo(settings.BILLING_TIME_ZONE)
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self._begin()

    def _begin(self) -> None:
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(self.columns) - 1, COLUMN_CHARACTERS)
        for position, text in enumerate(self.columns):
            self.sheet.write_string(0, position, text, self.head)
        self.next_row = 1

    def write(self, row: Row) -> None:
        if self.next_row == SHEET_ROWS_MAX:
            self._begin()
        for position, cell in enumerate(row):
            self._write_cell(position, cell)
        self.next_row += 1

    def _write_cell(self, position: int, cell: Cell) -> None:
        if cell is None:
            return
        at = (self.next_row, position)
        if isinstance(cell, datetime):
            local = cell.astimezone(self.zone).replace(tzinfo=None)
            self.sheet.write_datetime(*at, local, self.time)
        elif isinstance(cell, date):
            self.sheet.write_datetime(*at, cell, self.day)
        elif isinstance(cell, str) or _digits(cell) > DIGITS_MAX:
            self.sheet.write_string(*at, _value(cell) if not isinstance(cell, str) else cell)
        else:
            self.sheet.write_number(*at, cell)


def _digits(number: int | Decimal) -> int:
    return len(Decimal(number).normalize().as_tuple().digits)

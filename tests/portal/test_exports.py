"""Tables as files: exact, harmless, and readable by what people open them with."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.http import FileResponse, Http404
from django.test import RequestFactory

from portal import exports
from portal.exports import file_response, wanted_kind

COLUMNS = ("job", "cards", "amount", "started_at", "day", "note")
ROW = (
    "=1+1",
    8,
    Decimal("24.300000"),
    datetime(2026, 10, 31, 16, 30, tzinfo=UTC),
    date(2026, 11, 1),
    None,
)
LONG = Decimal("9876543210123.456789")
ROW_TAG = re.compile(r"<row [^>]*>(.*?)</row>")
CELL = re.compile(r"<(?:v|t)>(.*?)</(?:v|t)>")


def sheets(answer: FileResponse) -> list[list[list[str]]]:
    """Return the cells of each sheet as they lie in the file."""
    content = answer.getvalue()
    answer.file_to_stream.close()
    with ZipFile(BytesIO(content)) as archive:
        names = sorted(name for name in archive.namelist() if "worksheets/sheet" in name)
        return [_rows(archive.read(name).decode()) for name in names]


def _rows(document: str) -> list[list[str]]:
    return [CELL.findall(row) for row in ROW_TAG.findall(document)]


def test_a_file_of_values_is_exact_and_runs_no_formula():
    answer = file_response(name="jobs", kind="csv", columns=COLUMNS, rows=[ROW])

    text = answer.getvalue().decode("utf-8-sig")
    head, row = csv.reader(StringIO(text))
    assert head == list(COLUMNS)
    assert row == ["'=1+1", "8", "24.300000", "2026-10-31T16:30:00+00:00", "2026-11-01", ""]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="jobs.csv"'


def test_a_sheet_holds_numbers_as_numbers_and_times_of_the_billing_zone():
    answer = file_response(name="jobs", kind="xlsx", columns=COLUMNS, rows=[ROW])

    ((head, row),) = sheets(answer)
    assert head == list(COLUMNS)
    # Days since 1899-12-30; half past midnight on 1 November in Shanghai.
    midnight = (date(2026, 11, 1) - date(1899, 12, 30)).days
    assert (row[0], row[1], Decimal(row[2])) == ("=1+1", "8", Decimal("24.3"))
    assert round(Decimal(row[3]) * 86_400) == midnight * 86_400 + 1_800
    assert row[4] == str(midnight)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="jobs.xlsx"'


def test_a_number_longer_than_a_spreadsheet_keeps_stands_as_text():
    answer = file_response(name="jobs", kind="xlsx", columns=("amount",), rows=[(LONG,)])

    assert sheets(answer) == [[["amount"], ["9876543210123.456789"]]]


def test_what_does_not_fit_on_a_sheet_goes_on_the_next(monkeypatch):
    monkeypatch.setattr(exports, "SHEET_ROWS_MAX", 3)

    answer = file_response(name="n", kind="xlsx", columns=("n",), rows=[(n,) for n in range(5)])

    assert sheets(answer) == [
        [["n"], ["0"], ["1"]],
        [["n"], ["2"], ["3"]],
        [["n"], ["4"]],
    ]


def test_only_the_kinds_that_there_are_can_be_asked_for():
    ask = RequestFactory().get

    assert wanted_kind(ask("/usage")) is None
    assert wanted_kind(ask("/usage?file=xlsx")) == "xlsx"
    with pytest.raises(Http404):
        wanted_kind(ask("/usage?file=exe"))

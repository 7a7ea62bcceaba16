"""A table as a page shows it: columns and cells in words. Pure.

One template draws every table of the operator's desk (`portal/operator/table.html`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from portal.figures import MoneyFigure
from portal.wording import Text

# A longer word without a break would make a table wider than its page.
WORD_LENGTH_MAX: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """What stands in a cell: a text or an amount or an instant, perhaps with a link and a note.

    `code` is by which code or number machines know it; it stands small below the name.
    `tone` is a class of the style sheet; `words` stand on the left, all else on the right.
    """

    text: Text = ""
    url: str = ""
    note: Text = ""
    code: str = ""
    money: MoneyFigure | None = None
    at: datetime | None = None
    tone: str = ""
    badge: Text = ""
    figure: str = ""

    @property
    def is_long(self) -> bool:
        """Say whether a word of it is too long for a column: it is broken where the line ends."""
        told = f"{self.text} {self.note}"
        return any(len(word) > WORD_LENGTH_MAX for word in told.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row; the first cell heads it. `choice` is what its box sends where rows are chosen."""

    key: str
    cells: Sequence[TableCell]
    choice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns in words, and rows under them."""

    name: Text
    columns: Sequence[Text]
    rows: Sequence[TableRow]
    total: TableRow | None = None
    is_chosen_from: bool = False
    labelled: Sequence[tuple[TableRow, Sequence[tuple[Text, TableCell]]]] = field(init=False)

    def __post_init__(self) -> None:
        """Pair each cell with its column, which a narrow screen writes beside it."""
        object.__setattr__(self, "labelled", [(row, self._pairs(row)) for row in self.rows])

    @property
    def heads(self) -> Sequence[tuple[Text, str]]:
        """Return the columns with the side on which their cells stand."""
        tones = [{row.cells[n].tone for row in self.rows} for n in range(len(self.columns))]
        return [
            (column, "words" if n == 0 or "words" in tones[n] else "")
            for n, column in enumerate(self.columns)
        ]

    @property
    def labelled_total(self) -> Sequence[tuple[Text, TableCell]]:
        """Return the cells of the last line with their columns."""
        return [] if self.total is None else self._pairs(self.total)

    def _pairs(self, row: TableRow) -> Sequence[tuple[Text, TableCell]]:
        return list(zip(self.columns, row.cells, strict=True))


def words(
    text: Text, *, url: str = "", note: Text = "", code: str = "", badge: Text = ""
) -> TableCell:
    """Return a cell of words."""
    return TableCell(text=text or "–", url=url, note=note, code=code, badge=badge, tone="words")


def named(name: str, *, code: str, url: str = "") -> TableCell:
    """Return a cell of what has a name and a code: the code below the name, or in its place."""
    return words(name or code, url=url, code=code if name not in ("", code) else "")


def count(number: int, *, alarm: bool = False, figure: str = "", url: str = "") -> TableCell:
    """Return a cell with a number; of nothing it is quiet, and an alarm is loud."""
    tone = "none-yet" if number == 0 else ("alarmed" if alarm else "")
    return TableCell(text=f"{number:,}", tone=tone, figure=figure, url=url if number else "")


def instant(at: datetime | None, *, never: Text = "–") -> TableCell:
    """Return a cell with an instant, in the time zone of the page."""
    return TableCell(at=at, text=never)


def amount(figure: MoneyFigure, *, name: str = "") -> TableCell:
    """Return a cell with an amount of money."""
    return TableCell(money=figure, figure=name)

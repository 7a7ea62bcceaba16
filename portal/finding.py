"""The one filter of tables that are read whole: rows that say what somebody looks for. Pure.

What is searched is what is shown, in the reader's language: a row is found by any word in it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from django.http import HttpRequest

from portal.operator_desk import chosen_texts
from portal.tables import Table, TableCell, TableRow
from portal.wording import Text

CHARACTERS_MAX: Final = 100

Found = TypeVar("Found")


def looked_for(request: HttpRequest) -> str:
    """Return what is looked for; nothing where all is wanted."""
    return chosen_texts(request, ("text",))["text"][:CHARACTERS_MAX]


def says(words: Iterable[Text], *, text: str) -> bool:
    """Say whether one of the words holds the text, whatever its case."""
    return any(text.casefold() in str(word).casefold() for word in words)


def narrowed(
    found: Sequence[Found], *, table_of: Callable[[Sequence[Found]], Table], text: str
) -> list[Found]:
    """Return what stands in a row of its table that says the text; all where there is none."""
    if not text:
        return list(found)
    shown = table_of(found).rows
    return [one for one, row in zip(found, shown, strict=True) if says(_words_of(row), text=text)]


def _words_of(row: TableRow) -> list[Text]:
    return [word for cell in row.cells for word in _words_in(cell)]


def _words_in(cell: TableCell) -> list[Text]:
    figure = cell.money
    amounts = [] if figure is None else [f"{figure.sign}{figure.whole}{figure.rest}", figure.exact]
    return [cell.text, cell.note, cell.code, cell.badge, *amounts]

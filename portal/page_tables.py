"""The tables of a page that has several: one filter narrows them, and each has its own file.

`?table=` names the table whose file is asked for; without it the first is sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import Http404, HttpRequest

from portal.exports import FileAnswer, Row, file_response
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.tables import Table

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable(Generic[Found]):
    """A table of a page: what stands in it, how it is drawn, and a row of its file.

    Nothing is read before it is drawn or sent. The file holds what `read_all` finds where a page
    shows less than there is. What is drawn is what the filter searches, if it narrows this one.
    """

    read: Callable[[], Sequence[Found]]
    draw: Callable[[Sequence[Found]], Table]
    columns: Sequence[str]
    cells: Callable[[Found], Row]
    read_all: Callable[[], Sequence[Found]] | None = None
    is_narrowed: bool = True

    def found(self, *, text: str) -> list[Found]:
        """Return what a page shows: what says the text."""
        return self._saying(text, self.read())

    def filed(self, *, text: str) -> Iterable[Row]:
        """Return the rows of its file: what says the text."""
        every = (self.read_all or self.read)()
        return (self.cells(one) for one in self._saying(text, every))

    def _saying(self, text: str, every: Sequence[Found]) -> list[Found]:
        return narrowed(every, table_of=self.draw, text=text if self.is_narrowed else "")


Tables = Mapping[str, PageTable[Any]]


def drawn(
    request: HttpRequest, tables: Tables, *, kept: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return each table under its name, what is looked for, and where the files are.

    `kept` is what else the page's address says.
    """
    text = looked_for(request)
    return {
        **{name: table.draw(table.found(text=text)) for name, table in tables.items()},
        **searching(tables, text=text, kept=kept),
    }


def searching(
    tables: Iterable[str], *, text: str, kept: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return what is looked for on a page with some tables, and where their files are."""
    return {
        **keeping(kept or {}),
        "text": text,
        "addresses": {
            name: address_of({**(kept or {}), "table": name, "text": text}) for name in tables
        },
    }


def keeping(kept: Mapping[str, str]) -> dict[str, object]:
    """Return what the filter of `find.html` keeps of the page's address."""
    return {"kept": kept, "kept_address": address_of(dict(kept))}


def file_of(request: HttpRequest, tables: Tables, *, name: str, kind: str) -> FileAnswer:
    """Return the table that is asked for as a file, filtered as its page is.

    Raises:
        Http404: the page has no such table.
    """
    asked = request.GET.get("table") or next(iter(tables))
    if asked not in tables:
        raise Http404
    table = tables[asked]
    return file_response(
        name=f"{name}-{asked}",
        kind=kind,
        columns=table.columns,
        rows=table.filed(text=looked_for(request)),
    )

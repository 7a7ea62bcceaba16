"""Two doors: what is done on a page is done by a key, or it is told why not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from tests.architecture.access import Access
from tests.architecture.doors import OPERATIONS, POSTS, Door
from tests.architecture.matrix import addresses
from tests.architecture.permission_rows import ROWS
from tests.architecture.read_doors import READS
from tests.architecture.source import REPOSITORY, name, python_files, tree

OPENERS = {"transaction", "transaction_if_not_already"}
PREFIXES = (".", "-", "_")
EVERY = (*OPERATIONS.values(), *POSTS.values(), *READS.values())
GUIDE = REPOSITORY / "docs" / "api.md"


def opens_a_transaction(function: ast.stmt) -> bool:
    openers = [*getattr(function, "decorator_list", [])]
    for node in ast.walk(function):
        if isinstance(node, ast.With):
            openers += [item.context_expr for item in node.items]
    called = [node.func if isinstance(node, ast.Call) else node for node in openers]
    return any(isinstance(node, ast.Name) and node.id in OPENERS for node in called)


def operations() -> Iterator[str]:
    """Yield every public function that opens a transaction of its own."""
    for path in python_files("accounts", "compute_billing", "marketplace"):
        if "management" in path.parts:
            continue
        module = name(path).removesuffix(".py").replace("/", ".")
        for node in tree(path).body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and opens_a_transaction(node):
                yield f"{module}.{node.name}"


def pages() -> Iterator[str]:
    """Yield the names of the addresses of pages."""
    for address in addresses():
        is_page = address.needs_row and not address.route.startswith("api/")
        if is_page and address.name:
            yield address.name


def posts() -> Iterator[str]:
    """Yield the names of the addresses of pages that take more than GET."""
    return (name for name in pages() if set(ROWS[name].methods) - {"GET"})


def reads() -> Iterator[str]:
    """Yield the names of the addresses of pages that tell something."""
    return (name for name in pages() if "GET" in ROWS[name].methods)


def entry_of(found: str, doors: Mapping[str, Door]) -> str | None:
    """Return the line that speaks of something: its own, else the longest that begins it."""
    if found in doors:
        return found
    fitting = [key for key in doors if key.endswith(PREFIXES) and found.startswith(key)]
    return max(fitting, key=len, default=None)


@pytest.mark.parametrize(
    ("found", "doors"),
    [(operations, OPERATIONS), (posts, POSTS), (reads, READS)],
    ids=["operations", "posts", "reads"],
)
def test_everything_has_a_door(found, doors):
    everything = sorted(set(found()))
    without = [one for one in everything if not entry_of(one, doors)]
    assert without == [], "add a line to tests/architecture/doors.py"
    # and no line speaks of what is gone
    assert sorted(set(doors) - {entry_of(one, doors) for one in everything}) == []


def test_a_key_with_a_scope_reaches_what_is_said_to_be_reached():
    named = {one for door in (*OPERATIONS.values(), *POSTS.values()) for one in door.addresses}
    assert sorted(named - set(ROWS)) == []
    closed = [
        one
        for one in sorted(named)
        if not any(access.scope for method, access in ROWS[one].methods.items() if method != "GET")
    ]
    assert closed == []


def test_a_key_with_a_scope_reads_what_pages_tell():
    """Given a line of READS, then a key reads it there, or people alone do, for a told reason."""
    closed = [
        (page, one)
        for page, door in READS.items()
        for one in door.addresses
        if not any(_lets_in(ROWS[one].methods[method], door) for method in ROWS[one].methods)
    ]
    assert closed == []


def test_staff_who_alone_see_a_page_read_the_same_from_the_api():
    shut = []
    for page, door in READS.items():
        shown = ROWS[page].methods.get("GET", Access()) if page in ROWS else Access()
        for one in door.addresses if shown.staff and not shown.roles else ():
            told = ROWS[one].methods.get("GET", Access())
            if set(shown.staff).isdisjoint(told.staff):
                shut.append((page, one))
    assert shut == []


def _lets_in(access: Access, door: Door) -> bool:
    return bool(access.scope or (door.people and access.staff))


def test_the_api_calls_the_operations_that_it_is_said_to_reach():
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in python_files("accounts", "compute_billing", "marketplace")
        if path.name == "api.py" or path.parent.name == "api"
    )
    silent = [
        operation
        for operation, door in OPERATIONS.items()
        if door.addresses and not re.search(rf"\b{operation.rpartition('.')[2]}\(", source)
    ]
    assert silent == []


def test_the_guide_says_why_people_alone_do_the_rest():
    guide = GUIDE.read_text(encoding="utf-8")
    part = guide.partition("## By people only")[2].partition("\n## ")[0]
    words = {door.people for door in EVERY if door.people}
    assert [one for one in sorted(words) if one not in part] == []

"""The style that a reader relies on, held by reading the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    PACKAGES,
    REPOSITORY,
    name,
    places,
    python_files,
    rooms,
    tree,
)

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
CLOCK_FILE = "kernel/clock.py"
# The launcher measures how long a process takes to end; that is no time of the books. The local
# Stripe has a clock of its own, as Stripe has.
CLOCK_PACKAGES = tuple(
    package
    for package in PACKAGES
    if package not in {"local_services", "local_stripe", "demo", "benchmarks"}
)
CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localtime"),
    ("timezone", "localdate"),
    ("time", "time"),
}
MONEY_PLACES = ("kernel/money.py", "kernel/quantities.py", "compute_billing")
LOCKING_FILES = re.compile(r"(^|/)locks(/|\.py$)")
UNFINISHED = re.compile(r"\b(FIXME|TODO|XXX)\b")


def every_file() -> list[Path]:
    return list(python_files(*PACKAGES, "tests"))


def assert_none(found: list[str], rule: str) -> None:
    assert not found, f"{rule}:\n" + "\n".join(found)


def test_functions_fit_on_a_screen() -> None:
    found = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in every_file()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert_none(found, f"functions of more than {FUNCTION_LINES_MAX} lines")


def test_files_stay_small() -> None:
    found = [
        f"{name(path)} {lines}"
        for path in every_file()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    ]
    assert_none(found, f"files of more than {FILE_LINES_MAX} lines")


def test_one_function_reads_the_clock() -> None:
    found = [
        place
        for path in python_files(*CLOCK_PACKAGES)
        if name(path) != CLOCK_FILE
        for place in places(path, clock_calls(tree(path)))
    ]
    assert_none(found, f"the clock is read outside {CLOCK_FILE}; take `now` as an argument")


def clock_calls(module: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        owner_name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if (owner_name, node.func.attr) in CLOCK_CALLS:
            yield node


def test_sql_does_not_read_the_clock() -> None:
    clock = re.compile(
        r"\b(now|clock_timestamp|statement_timestamp)\s*\(|\bcurrent_(date|time)", re.IGNORECASE
    )
    found = [
        f"{name(path)}:{number}"
        for path in sql_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if clock.search(line.split("--")[0])
    ]
    assert_none(found, "SQL reads the clock; pass %(now)s")


def sql_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.sql")):
            if "migrations" not in path.parts:
                yield path


def test_money_knows_no_float() -> None:
    found = [
        place
        for start in MONEY_PLACES
        for path in ([REPOSITORY / start] if start.endswith(".py") else python_files(start))
        for place in places(path, floats(tree(path)))
    ]
    assert_none(found, "float where money or quantities are counted")


def floats(module: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(module):
        is_name = isinstance(node, ast.Name) and node.id == "float"
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_field = isinstance(node, ast.Attribute) and node.attr == "FloatField"
        if is_name or is_literal or is_field:
            yield node


def test_sql_of_the_rooms_knows_no_float() -> None:
    inexact = re.compile(r"\b(double\s+precision|real|float[48]?)\b", re.IGNORECASE)
    found = [
        f"{name(path)}:{number}"
        for path in sql_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if inexact.search(line.split("--")[0])
    ]
    assert_none(found, "inexact numbers in SQL")


def test_rows_are_locked_in_locks_only() -> None:
    found = [
        place
        for path in python_files(*PACKAGES)
        if not LOCKING_FILES.search(name(path))
        for place in places(path, row_locks(tree(path)))
    ]
    assert_none(found, "select_for_update outside locks.py")


def row_locks(module: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
            yield node


def test_no_sql_is_put_together_from_strings() -> None:
    statement = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK|SET)\b")
    found = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("compute_billing", "accounts", "marketplace", "portal")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(node.values[0], ast.Constant)
        and statement.search(str(node.values[0].value))
    ]
    assert_none(found, "SQL as an f-string; put it into sql/*.sql with named parameters")


def test_tasks_never_run_eagerly() -> None:
    word = "task_always" + "_eager"
    places_to_look = [*every_file(), REPOSITORY / "pyproject.toml", REPOSITORY / "Makefile"]
    found = [
        name(path) for path in places_to_look if word in path.read_text(encoding="utf-8").lower()
    ]
    assert_none(found, "eager tasks prove nothing about workers")


def test_nothing_is_left_for_later() -> None:
    here = Path(__file__)
    found = [
        f"{name(path)}:{number}"
        for path in every_file()
        if path != here
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert_none(found, "unfinished business in the code; write an issue")


@pytest.mark.parametrize("word", ["utils.py", "helpers.py", "common.py", "misc.py"])
def test_no_file_has_a_name_that_says_nothing(word: str) -> None:
    assert_none([name(path) for path in every_file() if path.name == word], f"{word} says nothing")


def test_django_signals_are_not_used() -> None:
    found = [
        place
        for path in python_files("kernel", "accounts", "compute_billing", "marketplace", "portal")
        for place in places(
            path,
            (
                node
                for node in ast.walk(tree(path))
                if isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith("django.")
                and (node.module or "").endswith("signals")
            ),
        )
    ]
    assert_none(found, "signals hide who calls whom")


def test_models_do_not_override_save() -> None:
    found = [
        f"{name(path)}:{method.lineno}"
        for path in python_files("kernel", "accounts", "compute_billing", "marketplace")
        if path.name == "models.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
    ]
    assert_none(found, "save() and delete() mean what Django says")


def test_every_package_and_room_has_a_readme() -> None:
    packages = [REPOSITORY / package for package in PACKAGES]
    missing = [
        name(place)
        for place in [*packages, *rooms()]
        if place.is_dir() and not (place / "README.md").is_file() and has_content(place)
    ]
    assert_none(missing, "no README.md")


def has_content(place: Path) -> bool:
    return any(path.name != "__init__.py" for path in place.glob("*.py"))


def test_a_readme_of_a_room_is_at_most_a_page() -> None:
    long = [
        name(path)
        for room in rooms()
        if (path := room / "README.md").is_file()
        and len(path.read_text(encoding="utf-8").splitlines()) > 60
    ]
    assert_none(long, "README of more than a page")


def test_every_statement_is_run_by_somebody() -> None:
    """A law's statement is found by the law's name, every other one by the name of its file."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in every_file())
    statements = [
        path
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("sql/*.sql")
        if "migrations" not in path.parts
    ]
    assert statements
    found = [
        name(path)
        for path in statements
        if f'"{path.name}"' not in source and f'"{path.stem.removeprefix("law_")}"' not in source
    ]
    assert_none(found, "SQL that nobody runs")

"""Statements live in `<package>/sql/*.sql`; thin Python runs them with named parameters."""

from functools import cache
from importlib import resources
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


@cache
def statement(package: str, filename: str) -> str:
    """Return the text of `sql/<filename>` of `package`, read once per process.

    `statement("compute_billing.rating", "split.sql")`. A literal percent sign is doubled
    in the file, because every statement is run with parameters.
    """
    return resources.files(package).joinpath("sql", filename).read_text(encoding="utf-8")


def execute(text: str, /, **parameters: Any) -> CursorWrapper:
    """Run one statement with named parameters (`%(tenant_id)s`) and return its cursor."""
    cursor = connection.cursor()
    cursor.execute(text, parameters)
    return cursor


def rows(text: str, /, **parameters: Any) -> list[dict[str, Any]]:
    """Run one query and return every row by column name."""
    with execute(text, **parameters) as cursor:
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def row(text: str, /, **parameters: Any) -> dict[str, Any] | None:
    """Run one query and return its first row by column name, or None."""
    found = rows(text, **parameters)
    return found[0] if found else None

"""A database that belongs to the demonstration alone: made anew by every run.

Its name is that of DATABASE_URL with `_demo`, and it carries a mark. What has no mark is never
dropped, so that a mistyped DATABASE_URL costs nobody's data.
"""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

MARK: Final = "Suanji demonstration: dropped and made anew by every `make demo`"
SUFFIX: Final = "_demo"
MAINTENANCE_DATABASE: Final = "postgres"


class UnableToUseDatabase(RuntimeError):
    """The database exists and was not made by a demonstration."""


def demo_url(database_url: str) -> str:
    """Return the address of the demonstration's own database on the same server."""
    parts = urlsplit(database_url)
    name = parts.path.lstrip("/")
    if not name.endswith(SUFFIX):
        name += SUFFIX
    return urlunsplit(parts._replace(path=f"/{name}"))


def recreate(url: str) -> None:
    """Drop the database of an earlier run, with whoever is still connected, and make a new one.

    Raises:
        UnableToUseDatabase: there is one with tables that no demonstration made.
    """
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if _has_content(url) and not _is_marked(url, name=name):
        message = f"Database {name} was not made by a demonstration: drop or rename it first."
        raise UnableToUseDatabase(message)
    identifier = sql.Identifier(name)
    with _maintenance(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(identifier, sql.Literal(MARK))
        )


def _maintenance(url: str) -> psycopg.Connection:
    address = urlunsplit(urlsplit(url)._replace(path=f"/{MAINTENANCE_DATABASE}"))
    return psycopg.connect(address, autocommit=True)


def _is_marked(url: str, *, name: str) -> bool:
    with _maintenance(url) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
    return found is not None and found[0] == MARK


def _has_content(url: str) -> bool:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') LIMIT 1"
            ).fetchone()
    except psycopg.OperationalError as error:
        if "does not exist" in str(error):
            return False
        raise
    return found is not None

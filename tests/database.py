"""How tests see the database: as the app role, and clean again after a committing test.

The owner migrates and cleans; everything else runs as suanji_app, which cannot change books,
so a test that would need the owner's rights in production fails here too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction
from psycopg import sql

APP_ROLE = "suanji_app"
REFERENCE_SCHEMA = "reference_rows"
LOCK_SECONDS_MAX = 20

TABLES = """
    SELECT class.oid::regclass::text
    FROM pg_class class
    JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
    WHERE namespace.nspname = 'public' AND class.relkind = 'r'
      AND class.relname <> 'django_migrations'
    ORDER BY 1
"""
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
"""


LEFT_ALONE = """
    DO $$ DECLARE lone regclass; BEGIN
        FOR lone IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', lone); END LOOP;
    END $$
"""


def leave_statistics_alone() -> None:
    """Keep autovacuum away: it would count none of the rows of a test that is not over.

    The planner then takes tables of a thousand uncommitted rows for empty ones, and a query that
    joins seven of them was seen to run for nine minutes. Without statistics it goes by their size.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEFT_ALONE)


def assume_app_role() -> None:
    """Let this process work as the app role from its next connection on."""
    _set_role(APP_ROLE)


def assume_owner() -> None:
    """Let this process work as the login of DATABASE_URL from its next connection on."""
    _set_role(None)


def _set_role(role: str | None) -> None:
    connection.close()
    # Django merges a copy of OPTIONS into each connection, so the dictionary may change.
    options = dict(connection.settings_dict["OPTIONS"])
    options.pop("assume_role", None)
    if role is not None:
        options["assume_role"] = role
    connection.settings_dict["OPTIONS"] = options


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Run a block with the rights of the login, on the connection that is open."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    try:
        yield
    finally:
        if connection.settings_dict["OPTIONS"].get("assume_role"):
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {APP_ROLE}")


def remember_reference_rows() -> None:
    """Copy what the migrations have put into tables (months, content types), once per run."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {REFERENCE_SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {REFERENCE_SCHEMA}")
        for table in _filled_tables():
            copy = sql.Identifier(REFERENCE_SCHEMA, table)
            cursor.execute(
                sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, sql.Identifier(table))
            )


def clean() -> None:
    """Empty every table and put the reference rows back.

    Deletes rather than truncates: with a few rows in a few of a hundred partitions that is
    quicker, and no test has so many. Triggers are off, or the books would refuse.
    """
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS_MAX}s'")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _filled_tables():
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table in _remembered_tables():
            _put_back(table)


def _filled_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [row[0].strip('"') for row in cursor.fetchall()]
        if not tables:
            return []
        question = sql.SQL(" UNION ALL ").join(
            sql.SQL("(SELECT {name} FROM {table} LIMIT 1)").format(
                name=sql.Literal(table), table=sql.Identifier(table)
            )
            for table in tables
        )
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def _remembered_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [REFERENCE_SCHEMA])
        return [row[0] for row in cursor.fetchall()]


def _put_back(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f'public."{table}"'])
        columns = sql.SQL(", ").join(sql.Identifier(row[0]) for row in cursor.fetchall())
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE "
                "SELECT {columns} FROM {copy}"
            ).format(
                table=sql.Identifier(table),
                columns=columns,
                copy=sql.Identifier(REFERENCE_SCHEMA, table),
            )
        )

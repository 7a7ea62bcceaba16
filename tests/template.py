"""One migrated database from which each process of a test run makes its own.

To migrate takes a minute of one core, to copy what is migrated a fraction of a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.local_servers import RUN, WORKER
from tests.services import REPOSITORY

LOCK = 20_261_123
EXISTS = "SELECT 1 FROM pg_database WHERE datname = %s"


def is_shared() -> bool:
    """Say whether this is one of several processes of a run."""
    return WORKER in os.environ


def name_of_template() -> str:
    return f"suanji_template_{os.environ[RUN]}"


def make_template() -> str:
    """Return its name; the first process that asks makes it, and the others wait for it."""
    name = name_of_template()
    with _maintenance() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if server.execute(EXISTS, [name]).fetchone() is None:
            unfinished = f"{name}_unfinished"
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished))
            )
            _migrate(unfinished)
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(name)
                )
            )
    return name


def drop_template() -> None:
    """Drop it; what is not there is left alone."""
    with _maintenance() as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name_of_template()))
        )


def _migrate(name: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": _address(name)},
        check=True,
    )


def _address(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _maintenance() -> psycopg.Connection:
    return psycopg.connect(_address("postgres"), autocommit=True)

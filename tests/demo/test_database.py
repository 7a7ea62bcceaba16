"""The demonstration's own database: made anew, and nobody else's is dropped."""

from __future__ import annotations

import os
import secrets

import psycopg
import pytest
from psycopg import sql

from demo import database


@pytest.fixture
def url():
    address = database.demo_url(os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name())
    yield address
    with psycopg.connect(maintenance(address), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(address.rsplit("/", 1)[1]))
        )


def name() -> str:
    return f"suanji_{secrets.token_hex(4)}"


def maintenance(url: str) -> str:
    return url.rsplit("/", 1)[0] + "/postgres"


def test_its_name_ends_with_demo_once():
    assert database.demo_url("postgres://x@h:5/suanji") == "postgres://x@h:5/suanji_demo"
    assert database.demo_url("postgres://x@h:5/suanji_demo") == "postgres://x@h:5/suanji_demo"
    assert database.demo_url("postgres://x@h/a?sslmode=require") == (
        "postgres://x@h/a_demo?sslmode=require"
    )


def test_what_an_earlier_run_left_is_gone_even_while_somebody_is_connected(url):
    database.recreate(url)
    with psycopg.connect(url, autocommit=True) as left_behind:
        left_behind.execute("CREATE TABLE leftover (id int)")
        database.recreate(url)

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('leftover')").fetchone() == (None,)


def test_a_database_that_it_did_not_make_is_never_dropped(url):
    with psycopg.connect(maintenance(url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {}").format(sql.Identifier(url.rsplit("/", 1)[1]))
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE precious (id int)")

    with pytest.raises(database.UnableToUseDatabase):
        database.recreate(url)

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('precious')").fetchone() == ("precious",)

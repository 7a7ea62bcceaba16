"""Benchmarks of the hot paths. Whoever imports this package works on a database of its own.

It lies on the server of DATABASE_URL under the name `suanji_bench` (or BENCH_DATABASE), is made
and dropped by `benchmarks.harness`, and is used as the role of the application, as in production.
"""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import django

from config import env

# Two runs at once need two names.
DATABASE_NAME: Final = env.text("BENCH_DATABASE", default="suanji_bench")
APP_ROLE: Final = "suanji_app"
DEFAULT_SERVER: Final = "postgres://postgres@127.0.0.1:5432/postgres"


def address_of(database: str, *, server: str) -> str:
    """Return the address of a database on the server that another address names."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _enter() -> None:
    """Point Django at the benchmark's database, whether it exists yet or not."""
    server = env.text("DATABASE_URL", default=DEFAULT_SERVER)
    os.environ.pop("DATABASE_URL_FILE", None)
    os.environ["DATABASE_URL"] = address_of(DATABASE_NAME, server=server)
    os.environ["DATABASE_ROLE"] = APP_ROLE
    os.environ["REDIS_KEY_PREFIX"] = "suanji-bench:"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()


_enter()

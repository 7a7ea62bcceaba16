"""Faults of an installation that Django can find before it serves anybody."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from kernel.sql import statement


def register_checks() -> None:
    """Let `manage.py check` run the checks of this module."""
    register(check_clock_is_utc)
    # With `check --deploy --database default`, as the role that will serve.
    register(check_books_are_out_of_reach, Tags.database, deploy=True)


def check_clock_is_utc(**_: Any) -> list[CheckMessage]:
    """Refuse local time: instants are stored and compared in UTC."""
    if settings.USE_TZ and settings.TIME_ZONE == "UTC":
        return []
    return [
        Error(
            "The time zone of the process is not UTC.",
            hint="Set USE_TZ = True and TIME_ZONE = 'UTC'; BILLING_TIME_ZONE cuts the months.",
            id="kernel.E001",
        )
    ]


def check_books_are_out_of_reach(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Refuse to serve as a role that may change books or owns them."""
    errors: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(statement("kernel", "changeable_books.sql"))
            tables = [name for (name,) in cursor.fetchall()]
        if tables:
            errors.append(
                Error(
                    f"The role of database {alias!r} may change {len(tables)} books: "
                    f"{', '.join(tables[:5])} …",
                    hint="Serve with DATABASE_ROLE=suanji_app; only migrations run as the owner.",
                    id="kernel.E002",
                )
            )
    return errors

"""Faults of an installation that Django can find before it serves anybody."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import connections

from kernel.clock import utc_now
from kernel.sql import statement
from kernel.working_days import MalformedWorkingDaysFile, known_until, lie_ahead


def register_checks() -> None:
    """Let `manage.py check` run the checks of this module."""
    register(check_clock_is_utc)
    register(check_working_days_are_known)
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


def check_working_days_are_known(**_: Any) -> list[CheckMessage]:
    """Refuse a malformed file of holidays; tell while deadlines ahead are provisional.

    A note and no warning: a year that nobody has arranged yet is no fault of an installation.
    /readyz tells it too.
    """
    try:
        until = known_until()
    except MalformedWorkingDaysFile as error:
        return [Error(str(error), hint="Its form is in docs/runbook.md.", id="kernel.E003")]
    if lie_ahead(today=utc_now().date()):
        return []
    return [
        Info(
            f"Holidays are known until {until} only: deadlines behind it are provisional.",
            hint="Update the package chinesecalendar, or set WORKING_DAYS_PATH (docs/runbook.md).",
            id="kernel.I004",
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

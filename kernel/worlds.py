"""The two worlds of the books: the real one, and the sandboxes in which programs are tried. Pure.

The sign of a number says to which world a row belongs: organisations, centres, clusters, price
lists, prices, sources and accounts of a sandbox are numbered below zero (docs/adr/0037). So a
CHECK on one row keeps the worlds apart, without asking another table, and `> 0` is the real world
in every statement.
"""

from functools import reduce
from operator import and_, or_

from django.db.models import Q


def is_sandbox(number: int) -> bool:
    """Say whether a row with this number belongs to a sandbox."""
    return number < 0


def same_world(*columns: str) -> Q:
    """Return the condition that all of a row's numbers belong to one world; NULL fits both."""
    either: Q = or_(_all(columns, "lt"), _all(columns, "gt"))
    return either


def real_world(*columns: str) -> Q:
    """Return the condition that no number of a row belongs to a sandbox."""
    return _all(columns, "gt")


def _all(columns: tuple[str, ...], comparison: str) -> Q:
    every: Q = reduce(and_, (Q(**{f"{column}__{comparison}": 0}) for column in columns))
    return every

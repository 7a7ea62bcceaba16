"""Rows that the tests of one file share: made once, and taken away after the last of them.

Each test still runs in a savepoint of its own and leaves them as it found them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def lasting(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Open what stands around the tests of a file; for a fixture of the scope `module`.

    The fixture asks for `django_db_setup` too. What tests share must not be changed in memory.
    """
    with blocker.unblock():
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]
        block.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)

"""One settled world for the tests of the audit room; each breaks it in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import database
from tests.builders.world import World, make_world


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """Commit a settled world, and take it away when the last test of this folder is done."""
    with django_db_blocker.unblock():
        try:
            yield make_world()
        finally:
            database.clean()

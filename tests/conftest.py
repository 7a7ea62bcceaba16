"""Fixtures of every test: the database as the app role, and the folder of real usage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Error as BrowserError
from xdist.scheduler import LoadFileScheduling

from tests import database, services, template
from tests.demo_server import demonstration, demonstrations
from tests.stripe_server import emptied_stripe, local_stripe, shared_stripe

# A fixture is found where it is named.
__all__ = [
    "demonstration",
    "demonstrations",
    "emptied_stripe",
    "local_stripe",
    "shared_stripe",
]

REPOSITORY = Path(__file__).resolve().parent.parent
# The folders with the longest files, in the order in which they are begun.
LONG = ("browser", "demo", "concurrency", "properties", "architecture", "flows", "config", "oracle")
DEMONSTRATED = ("tests/browser/", "tests/demo/")

# The quick run says of a change what it said before of the same change; new ground is broken in
# the long one, and what it finds becomes a test with its own name.
hypothesis_settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "soak",
    parent=hypothesis_settings.get_profile("quick"),
    max_examples=2000,
    derandomize=False,
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure() -> None:
    # The cast logs in often, and what slows a thief slows a test as well.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Whitenoise walks through all static files for each new client, unless it looks when asked.
    settings.WHITENOISE_AUTOREFRESH = True
    test_case: Any = TransactionTestCase
    test_case._fixture_teardown = _clean_after_commits


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Ask a browser that stumbled once more, and tell so; put long work before short work.

    What a test asserts is never tried twice.
    """
    once_more = pytest.mark.flaky(reruns=1, only_rerun=[BrowserError])
    for item in items:
        if item.get_closest_marker("browser") is not None:
            item.add_marker(once_more)
    yield
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Return how early an item is begun, so that no process works on alone in the end."""
    folder = item.path.relative_to(REPOSITORY / "tests").parts[0]
    return LONG.index(folder) if folder in LONG else len(LONG)


class _Together(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests run in one process, which makes their fixtures once.

    So do all that look at the demonstration: to run one takes longer than to look at it.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "demonstration" if file.startswith(DEMONSTRATED) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Together:
    """Give each process of `pytest -n` its share."""
    return _Together(config, log)


def _clean_after_commits(_case: TransactionTestCase) -> None:
    """Stand in for Django's flush, which needs TRUNCATE and forgets what migrations inserted."""
    database.clean()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, request: pytest.FixtureRequest
) -> None:
    """Let the processes of a run copy one migrated database."""
    if template.is_shared() and not request.config.getvalue("reuse_db"):
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = template.make_template()


def pytest_sessionfinish() -> None:
    """Drop what was copied, once every process has ended."""
    if not template.is_shared():
        template.drop_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Create the test database as its owner, then hand it to the app role."""
    with django_db_blocker.unblock():
        database.leave_statistics_alone()
        database.remember_reference_rows()
        database.assume_app_role()
    yield
    with django_db_blocker.unblock():
        services.empty_redis()
        database.assume_owner()


@pytest.fixture(scope="session", autouse=True)
def _files_lie_elsewhere(tmp_path_factory) -> None:
    """Store what tests upload where pytest cleans up."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def owner_connection(db: None) -> Iterator[object]:
    """Give a test the rights of the owner, to break by raw SQL what the app role cannot."""
    with database.as_owner():
        yield connection


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real usage, or skip: it is no part of the repository."""
    place = Path(os.environ.get("SUANJI_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not place.is_dir():
        pytest.skip("SUANJI_SHARED does not name the folder of real usage")
    return place

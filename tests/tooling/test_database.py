"""The test database itself: its role, its reference rows, its cleaning."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from kernel.models import BillingMonth
from tests import database


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_run_as_the_app_role() -> None:
    assert current_role() == "suanji_app"


@pytest.mark.django_db
def test_the_owner_is_there_for_a_block_only(owner_connection) -> None:
    assert current_role() != "suanji_app"


@pytest.mark.django_db
def test_after_the_owner_the_app_role_is_back() -> None:
    with database.as_owner():
        pass

    assert current_role() == "suanji_app"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", [1, 2])
def test_cleaning_keeps_the_reference_rows_and_nothing_else(round_number: int) -> None:
    months, types = BillingMonth.objects.count(), ContentType.objects.count()
    ContentType.objects.create(app_label="left", model="over")

    database.clean()

    assert (BillingMonth.objects.count(), ContentType.objects.count()) == (months, types)
    assert months > 0
    assert not ContentType.objects.filter(app_label="left").exists()
    assert current_role() == "suanji_app"

"""The permission matrix, generated from the URL resolver: nobody gets in by omission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.cast import Cast, make_cast
from tests.architecture.matrix import (
    a_path,
    addresses,
    entry_faults,
    got_in,
    knock,
    leak_faults,
    without_row,
)
from tests.architecture.permission_rows import ROWS
from tests.builders import reading
from tests.lasting import lasting

ADDRESSES = list(addresses())
OWN = [address for address in ADDRESSES if address.needs_row and address.name in ROWS]
WITH_OBJECT = [address for address in OWN if address.parameters and ROWS[address.name].owned]


@pytest.fixture(scope="module")
def lasting_cast(django_db_setup: None, django_db_blocker) -> Iterator[Cast]:
    with lasting(django_db_blocker):
        yield make_cast()


@pytest.fixture
def cast(lasting_cast: Cast, db) -> Cast:
    """Return everybody as he came: nobody was signed out, and nobody owns anything yet."""
    reading.forget()
    return lasting_cast.afresh()


def test_every_address_has_a_name_and_a_row():
    assert without_row(ROWS) == [], "add a row to tests/architecture/permission_rows.py"


def test_no_two_addresses_share_a_name():
    names = Counter(address.name for address in ADDRESSES if address.needs_row)
    assert [name for name, times in names.items() if times > 1] == [], "one row would hide another"


def test_every_row_has_an_address():
    assert sorted(set(ROWS) - {address.name for address in ADDRESSES}) == []


@pytest.mark.parametrize("address", OWN, ids=lambda address: address.name)
def test_those_whom_the_row_names_get_in_and_nobody_else(address, cast):
    assert entry_faults(address, ROWS[address.name], cast) == []


@pytest.mark.parametrize("address", WITH_OBJECT, ids=lambda address: address.name)
def test_a_foreign_object_and_an_absent_one_get_the_same_404(address, cast):
    assert leak_faults(address, ROWS[address.name], cast) == []


def test_nobody_of_the_cast_gets_into_a_closed_site(cast):
    closed = {a_path(address.route) for address in ADDRESSES if address.is_closed}
    assert closed
    inside = [
        f"{method} {path} {knocker.name}: {response.status_code}"
        for path in sorted(closed)
        for knocker in cast.knockers
        for method in ("GET", "POST")
        if got_in(response := knock(knocker, method, path))
    ]
    assert inside == []


def test_the_walk_reaches_included_and_closed_addresses():
    found = {address.route: address for address in ADDRESSES}
    assert {"healthz", "admin/", "admin/login/", "api/v1/schema", "i18n/setlang/"} <= set(found)
    assert found["admin/"].is_closed
    assert not found["admin/login/"].is_closed
    assert found["healthz"].needs_row
    assert not found["admin/"].needs_row

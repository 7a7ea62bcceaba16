"""The permission matrix of single sign-on, whose addresses exist only where a server is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.urls import urlpatterns as house
from portal.sso_urls import SINGLE_SIGN_ON
from tests.architecture.account_rows import SINGLE_SIGN_ON_ROWS
from tests.architecture.cast import Cast, make_cast
from tests.architecture.matrix import Address, entry_faults
from tests.portal.identity_provider import identity_provider

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [*house, *SINGLE_SIGN_ON]
ADDRESSES = [
    Address(one.name, str(one.pattern), tuple(one.pattern.converters)) for one in SINGLE_SIGN_ON
]


@pytest.fixture
def cast(settings) -> Iterator[Cast]:
    with identity_provider(settings):
        yield make_cast()


def test_every_address_has_a_row_and_every_row_an_address():
    assert {address.name for address in ADDRESSES} == set(SINGLE_SIGN_ON_ROWS)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_those_whom_the_row_names_get_in_and_nobody_else(address, cast):
    assert entry_faults(address, SINGLE_SIGN_ON_ROWS[address.name], cast) == []

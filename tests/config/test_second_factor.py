"""Staff without a second factor: shut out everywhere, by one middleware, whatever the view says."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.operations import grant_staff_role
from accounts.permissions import Role, Staff
from config.second_factor import OPEN_ADDRESSES
from tests.architecture.cast import make_cast
from tests.architecture.matrix import addresses, knock
from tests.architecture.permission_rows import ROWS, World
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff, make_user
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
SET_UP = "/account/second-factor"


def without_factor(user) -> Client:
    return signed_in(user, with_second_factor=False)


def paths() -> list[str]:
    """Return a path of every address with a row, made for an organisation of its own."""
    world = World(make_organisation())
    found = []
    for address in addresses():
        row = ROWS.get(address.name or "")
        if row is None or address.name in OPEN_ADDRESSES:
            continue
        if not address.parameters:
            found.append(address.path({}))
        elif row.make is not None and (named := row.make(world)):
            found.append(address.path(named))
    return found


def is_shut(response) -> bool:
    if response.status_code == 403:
        return response.json()["code"] == "second_factor_missing"
    return response.status_code == 302 and response["Location"].startswith(SET_UP)


@pytest.mark.parametrize("role", [Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR])
def test_every_address_is_shut_but_those_that_set_one_up(role):
    client = without_factor(make_staff(role=role))
    tried = paths()

    open_ones = [
        f"{method} {path}"
        for path in tried
        for method in ("GET", "POST")
        if not is_shut(client.generic(method, path))
    ]

    assert open_ones == []
    assert {"/", "/api/v1/schema", "/account/email"} <= set(tried)


def test_the_way_to_set_one_up_is_open():
    client = without_factor(make_staff(role=Staff.FINANCE))

    assert client.get("/")["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.get(f"{SET_UP}/app")["Location"].startswith("/account/confirm")


def test_people_of_the_admin_site_show_one_too():
    for rights in ({"is_staff": True}, {"is_superuser": True}):
        client = without_factor(make_user(**rights))
        assert client.get("/admin/")["Location"] == SET_UP


def test_a_staff_role_counts_from_the_next_request():
    member = make_member(role=Role.OWNER)
    client = without_factor(member)
    assert client.get("/account").status_code == 200

    grant_staff_role(user_id=member.pk, role=Staff.FINANCE, granted_by_id=None, now=NOW)

    assert client.get("/account")["Location"] == SET_UP


def test_members_and_keys_need_none():
    cast = make_cast()
    by_name = {knocker.name: knocker for knocker in cast.knockers}

    assert without_factor(make_member()).get("/account").status_code == 200
    assert knock(by_name["key usage:read"], "GET", "/api/v1/schema").status_code == 200


def test_the_note_of_a_second_factor_is_for_one_person():
    """Given a session in which somebody else added his, then it does not count."""
    officer, other = make_staff(role=Staff.FINANCE), make_user()
    client = without_factor(officer)
    session = client.session
    session["second_factor_added_by"] = other.pk
    session.save()

    assert client.get("/")["Location"] == SET_UP


def test_the_demonstration_may_do_without(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False

    assert without_factor(make_staff(role=Staff.FINANCE)).get("/account").status_code == 200

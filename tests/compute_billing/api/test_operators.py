"""Staff read an operator's statements and sources by naming it; nobody else names anybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.permissions import Role, Staff
from tests.builders.accounts import make_member, make_staff
from tests.builders.sessions import signed_in
from tests.builders.world import World, make_world
from tests.compute_billing.api.reading import client_of, read
from tests.lasting import lasting

pytestmark = pytest.mark.django_db
LISTS = ("statements", "sources", "sources/slurm/rejects", "sources/slurm/conflicts")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


@pytest.fixture
def auditor() -> Client:
    return signed_in(make_staff(role=Staff.AUDITOR))


def test_an_auditor_reads_what_the_operator_reads(world, auditor):
    operator = world.centre.operator
    own = client_of(operator)

    for address in LISTS:
        assert read(auditor, address, operator=operator.code) == read(own, address), address
    (statement,) = read(own, "statements")["data"]
    place = f"statements/{statement['id']}"
    assert read(auditor, place, operator=operator.code) == read(own, place)


def test_staff_name_the_operator(world, auditor):
    for address in LISTS:
        answer = auditor.get(f"/api/v1/{address}")
        assert answer.status_code == 422, address
        assert answer.json()["errors"][0]["pointer"] == "/operator"
        assert auditor.get(f"/api/v1/{address}", {"operator": "nobody"}).status_code == 404
    (statement,) = read(client_of(world.centre.operator), "statements")["data"]
    foreign = auditor.get(f"/api/v1/statements/{statement['id']}", {"operator": world.alpha.code})
    assert foreign.status_code == 404


@pytest.mark.parametrize("name", ["own", "other"])
def test_nobody_else_names_anybody(world, name):
    operator = world.centre.operator
    code = operator.code if name == "own" else world.alpha.code
    member = signed_in(make_member(organisation=operator, role=Role.OWNER))
    for client in (client_of(operator), member):
        for address in LISTS:
            answer = client.get(f"/api/v1/{address}", {"operator": code})
            assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

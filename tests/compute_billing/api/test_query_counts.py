"""However many rows an answer has, the database is asked the same few questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders.world import World, make_world
from tests.compute_billing.api.reading import client_of, read
from tests.lasting import lasting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with lasting(django_db_blocker):
        yield make_world()


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("usage/records", 1),
        ("charges", 1),
        ("balance", 3),
        ("lots", 1),
        ("arrears", 1),
        ("invoices", 1),
        ("months", 1),
        ("awards", 1),
        ("prices", 1),
        ("projects", 1),
        ("statements", 1),
        ("sources", 1),
    ],
)
def test_queries_do_not_grow_with_the_rows(world: World, address: str, queries: int) -> None:
    # given a key that was used just now
    for organisation in (world.alpha, world.beta, world.centre.operator):
        client = client_of(organisation)
        read(client, "projects")
        # when a list is read
        with CaptureQueriesContext(connection) as captured:
            read(client, address)
        # then the key is looked up, and the rows come at once
        assert len(captured) == 1 + queries


def test_queries_of_an_object_do_not_grow_with_its_parts(world: World) -> None:
    tenant, operator = client_of(world.alpha), client_of(world.centre.operator)
    for client, address, queries in (
        (tenant, "usage/records", 3),
        (tenant, "invoices", 8),
        (operator, "statements", 2),
    ):
        for row in read(client, address)["data"]:
            with CaptureQueriesContext(connection) as captured:
                read(client, f"{address}/{row['id']}")
            assert len(captured) == 1 + queries, address

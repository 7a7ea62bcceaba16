"""Every address that is read takes a stated number of queries, however many rows there are."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.events.vocabulary import BalanceLow
from accounts.models import Organisation, WebhookAttempt, WebhookDelivery
from accounts.permissions import Role, Scope, Staff
from kernel.money import Money
from tests.architecture.access import Access, World
from tests.architecture.matrix import Address, addresses
from tests.architecture.parameters import asked_of
from tests.architecture.permission_rows import ROWS
from tests.architecture.query_counts import QUERIES_MAX
from tests.builders.accounts import (
    NOW,
    make_api_key,
    make_invitation,
    make_member,
    make_organisation,
    make_staff,
)
from tests.builders.sessions import signed_in
from tests.builders.verification import make_submitted_case
from tests.builders.webhooks import happens, make_endpoint

# A number may lie so far above what is measured, so that a page may lose a query unpunished.
SLACK = 2
# Parameters by which staff name an organisation.
NAMING = frozenset({"operator", "organisation"})
READ = [
    address
    for address in addresses()
    if address.needs_row and "GET" in ROWS[str(address.name)].methods
]
Measured = dict[tuple[str, str], tuple[int, int]]
LOW = BalanceLow(balance=Money(1_000_000), days_left=3, threshold_days=7)


@dataclass(frozen=True)
class Visitor:
    """Somebody who reads: by a key of a tenant, as its member, or as staff."""

    name: str
    client: Client

    def may_enter(self, access: Access) -> bool:
        if access.public or (access.signed_in and self.name != "key"):
            return True
        return bool({"key": access.scope, "member": access.roles, "staff": access.staff}[self.name])


def visitors(tenant: Organisation) -> list[Visitor]:
    """Make somebody of each kind who may all that there is."""
    member = make_member(organisation=tenant)
    for role in set(Role) - {Role.OWNER}:
        make_member(organisation=tenant, role=role, user=member)
    staff = make_staff(role=Staff.AUDITOR)
    for other in set(Staff) - {Staff.AUDITOR}:
        make_staff(role=other, user=staff)
    key = make_api_key(organisation=tenant, scopes=tuple(Scope)).text
    return [
        Visitor("key", Client(headers={"authorization": f"Bearer {key}"})),
        Visitor("member", signed_in(member)),
        Visitor("staff", signed_in(staff)),
    ]


def grow(organisation: Organisation) -> None:
    """Add a row of everything that an address shows, and of what stands in lists alone."""
    for address in READ:
        row = ROWS[str(address.name)]
        if row.make is not None:
            row.make(World(organisation))
    person = make_member(organisation=organisation)
    make_staff(role=Staff.SUBSIDY_OFFICER, user=person)
    make_api_key(organisation=organisation)
    make_invitation(organisation=organisation)
    make_submitted_case()
    endpoint = make_endpoint(organisation=organisation).endpoint
    happens(LOW, organisation=organisation)
    for delivery in WebhookDelivery.objects.filter(endpoint=endpoint):
        WebhookAttempt.objects.create(delivery=delivery, number=1, started_at=NOW)


def measured(tenant: Organisation, people: list[Visitor]) -> Measured:
    """Return for each address and visitor the status of the answer and the number of queries."""
    found = {}
    for address in READ:
        access = ROWS[str(address.name)].methods["GET"]
        path = address.path(named(address, tenant))
        for visitor in people:
            if visitor.may_enter(access) and _is_his(address, visitor):
                query = _whose(address, visitor, tenant)
                found[str(address.name), visitor.name] = _ask(visitor, path, query)
    return found


def _ask(visitor: Visitor, path: str, query: dict[str, str]) -> tuple[int, int]:
    # The log of a whole test is longer than Django keeps.
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        answer = visitor.client.get(path, query)
        status = answer.status_code
        if answer.streaming:
            list(answer.streaming_content)
    return status, len(captured)


def _is_his(address: Address, visitor: Visitor) -> bool:
    """Say whether somebody asks there at all: keys read the API, and people everything."""
    return visitor.name != "key" or address.route.startswith("api/")


def _whose(address: Address, visitor: Visitor, tenant: Organisation) -> dict[str, str]:
    """Return how staff name whose rows they read from the API."""
    if visitor.name != "staff":
        return {}
    return dict.fromkeys(NAMING & asked_of(address.route), tenant.code)


def named(address: Address, tenant: Organisation) -> dict[str, object]:
    """Return what an address names, made for a tenant."""
    make = ROWS[str(address.name)].make
    return {} if make is None else make(World(tenant))


@pytest.fixture(autouse=True)
def _nothing_is_logged() -> Iterator[None]:
    """Leave out the log of a thousand requests, which costs more than they do."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def counts(db) -> tuple[Measured, Measured]:
    """Measure everything with few rows, and with more rows of this tenant and of others."""
    tenant = make_organisation()
    people = visitors(tenant)
    grow(tenant)
    # what is cached for long is fetched by whoever comes first
    measured(tenant, people)
    few = measured(tenant, people)
    grow(tenant)
    grow(make_organisation())
    grow(tenant)
    return few, measured(tenant, people)


def test_every_address_that_is_read_has_a_number():
    assert sorted({str(address.name) for address in READ} ^ set(QUERIES_MAX)) == []


def test_the_numbers_hold_however_many_rows_there_are(counts):
    few, more = counts
    most: dict[str, int] = {}
    for (name, _), (_, queries) in more.items():
        most[name] = max(most.get(name, 0), queries)
    assert {at: told for at, told in more.items() if told[0] not in {200, 302}} == {}
    grown = {at: (few[at][1], n) for at, (_, n) in more.items() if n > few[at][1]}
    assert grown == {}, "queries that grow with rows: few, more"
    beyond = {name: n for name, n in most.items() if not n <= QUERIES_MAX[name] <= n + SLACK}
    assert beyond == {}, "mend the page, or the number in tests/architecture/query_counts.py"

"""A query that names what is another's is answered like one that names nothing there is.

The parameters are those of OpenAPI; each says here whether it names something of somebody. Pages
are asked all that name something, whether their forms offer it or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client

from accounts.permissions import Role, Scope
from compute_billing.bank.models import BankAccount
from compute_billing.invoices.models import Invoice
from tests.architecture.access import World as Whose
from tests.architecture.matrix import CSRF_TOKEN, Address, addresses
from tests.architecture.parameters import asked_of
from tests.architecture.permission_rows import ROWS
from tests.builders import reading
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.sessions import signed_in
from tests.builders.webhooks import own_endpoint
from tests.builders.world import World, make_world

pytestmark = pytest.mark.django_db

# What a parameter may name, as somebody else has it.
NAMING: Final[dict[str, Callable[[World], object]]] = {
    "account": lambda _: BankAccount.objects.earliest("id").number,
    "endpoint": lambda world: own_endpoint(world.alpha),
    "invoice": lambda world: Invoice.objects.filter(tenant=world.alpha).first().public_id,
    "operator": lambda world: world.centre.operator.code,
    "organisation": lambda world: world.alpha.code,
    "project": lambda world: world.project.code,
    "source": lambda world: world.centre.source.code,
    "tenant": lambda world: world.alpha.code,
}
# What names nothing of anybody: pages, times, states, texts, and what everybody may know.
TELLING: Final = frozenset(
    {
        "action",
        "actor",
        "after",
        "at",
        "band",
        "booked_from",
        "booked_month",
        "booked_until",
        "budget_year",
        "card_type",
        "cluster",
        "cursor",
        "day",
        "external_id",
        "format",
        "kind",
        "language",
        "level",
        "limit",
        "line",
        "match",
        "month",
        "object_id",
        "object_type",
        "phase",
        "price_list",
        "programme",
        "reason",
        "recorded_from",
        "recorded_until",
        "since",
        "stage",
        "started_from",
        "started_until",
        "state",
        "step",
        "text",
        "until",
        "usage_month",
        "valid_at",
    }
)


@pytest.fixture(autouse=True)
def _nothing_is_logged() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def reads() -> Iterator[Address]:
    """Yield the addresses that a tenant's key or owner may read."""
    for address in addresses():
        row = ROWS.get(str(address.name))
        access = row.methods.get("GET") if row is not None else None
        if access is not None and (access.scope or access.roles):
            yield address


def test_every_parameter_is_said_to_name_something_or_nothing():
    known = {name for address in reads() for name in asked_of(address.route)}
    assert sorted(known - set(NAMING) - TELLING) == [], "say in this file what it names"


def test_what_is_anothers_is_as_unknown_as_nothing():
    # given somebody's books, and a stranger to them who may do all for his own organisation
    world = make_world()
    stranger = make_organisation()
    key = make_api_key(organisation=stranger, scopes=tuple(Scope)).text
    clients = {
        True: Client(headers={"authorization": f"Bearer {key}"}),
        False: signed_in(make_member(organisation=stranger, role=Role.OWNER)),
    }
    reading.forget()
    foreign = {name: str(of(world)) for name, of in NAMING.items()}
    # when he names what is theirs, and what is nobody's
    faults = []
    for address in reads():
        is_api = address.route.startswith("api/")
        make = ROWS[str(address.name)].make
        path = address.path({} if make is None else make(Whose(stranger)))
        for name in asked_of(address.route) & set(NAMING) if is_api else NAMING:
            values = foreign[name], _like(foreign[name])
            # a page that tells the time may differ once by the clock
            if _are_told_apart(clients[is_api], path, name, values) and _are_told_apart(
                clients[is_api], path, name, values
            ):
                faults.append(f"{path}?{name}")
    # then he cannot tell them apart
    assert faults == []


def _like(value: str) -> str:
    """Return a value of the same form and length that names nothing."""
    if len(value) == len(str(uuid4())) and value.count("-") == 4:
        return str(uuid4())
    return "".join("7" if one.isdigit() else "z" if one.isalpha() else one for one in value)


def _are_told_apart(client: Client, path: str, name: str, values: tuple[str, str]) -> bool:
    first, second = values
    foreign = _answer(client, path, name, first, second)
    return foreign != _answer(client, path, name, second, first)


def _answer(client: Client, path: str, name: str, value: str, other: str) -> tuple[int, bytes]:
    """Return status and body, without what was asked for and what differs between two answers."""
    answer: Any = client.get(path, {name: value})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for word in (value, other):
        body = body.replace(word.encode(), b"")
    return answer.status_code, CSRF_TOKEN.sub(b"", body)

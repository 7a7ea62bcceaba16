"""How the tests of the reading API ask, and what lists there are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Scope
from tests.builders.accounts import make_api_key

LISTS = (
    "usage/records",
    "charges",
    "lots",
    "invoices",
    "months",
    "awards",
    "prices",
    "projects",
    "statements",
    "sources",
)


def client_of(organisation: Organisation, *scopes: Scope) -> Client:
    text = make_api_key(organisation=organisation, scopes=scopes or tuple(Scope)).text
    return Client(headers={"authorization": f"Bearer {text}"})


def read(client: Client, address: str, **query: Any) -> Any:
    response = client.get(f"/api/v1/{address}", query)
    assert response.status_code == 200, response.content
    return response.json()


def pages(client: Client, address: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield every page of a list."""
    while True:
        answer = read(client, address, **query)
        yield answer["data"]
        if answer["next_cursor"] is None:
            return
        query["cursor"] = answer["next_cursor"]


def yuan(shown: dict[str, str]) -> Decimal:
    assert shown["currency"] == "CNY"
    return Decimal(shown["amount"])

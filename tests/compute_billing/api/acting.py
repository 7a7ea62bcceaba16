"""How the tests of the acting API act: by a key that a person of the organisation made."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Organisation, User
from accounts.permissions import Role, Scope
from tests.builders.accounts import make_api_key, make_member


def key_of(organisation: Organisation, *scopes: Scope) -> tuple[Client, User]:
    """Return a client with a key, and the owner who made the key and answers for it."""
    owner = make_member(organisation=organisation, role=Role.OWNER)
    issued = make_api_key(
        organisation=organisation, scopes=scopes or tuple(Scope), created_by_id=owner.pk
    )
    return Client(headers={"authorization": f"Bearer {issued.text}"}), owner


def send(
    client: Client, method: str, address: str, body: Any = None, *, once: str = "", **headers: str
) -> Any:
    """Send JSON with an Idempotency-Key, a new one unless `once` names it."""
    return getattr(client, method)(
        f"/api/v1/{address}",
        {} if body is None else body,
        content_type="application/json",
        headers={"idempotency-key": once or uuid4().hex, **headers},
    )

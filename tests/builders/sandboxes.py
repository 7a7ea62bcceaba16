"""Sandboxes with something in them, by the real operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client

from accounts.keys.operations import create_key
from accounts.models import Organisation, User
from accounts.permissions import Caller, Role
from accounts.sandboxes.queries import sandbox_of
from compute_billing.sandboxes import operations as sandboxes
from compute_billing.sandboxes.queries import Sandbox
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.money import Money
from tests.builders.accounts import make_member

EVERYTHING = (
    "usage:write",
    "usage:read",
    "billing:read",
    "catalogue:read",
    "keys:read",
    "keys:write",
    "audit:read",
    "webhooks:read",
    "webhooks:write",
)


def open_sandbox(organisation: Organisation, *, now: datetime | None = None) -> Sandbox:
    """Switch an organisation's sandbox on."""
    return sandboxes.open_sandbox(
        organisation_id=organisation.pk, actor=Actor.system(), now=now or utc_now()
    ).sandbox


def sandbox_key(
    organisation: Organisation,
    *,
    scopes: Any = EVERYTHING,
    name: str = "trial",
    owner: User | None = None,
) -> str:
    """Return the text of a new key of an organisation's sandbox, made by an owner of it."""
    owner = owner or make_member(organisation=organisation)
    caller = Caller(
        user_id=owner.pk, organisation_id=organisation.pk, roles=frozenset({Role.OWNER})
    )
    issued = create_key(
        caller=caller,
        organisation_id=sandbox_of(organisation_id=organisation.pk).pk,
        name=name,
        scopes=scopes,
        expires_at=None,
        now=utc_now(),
    )
    return issued.text


def client_with(text: str) -> Client:
    """Return a client that shows a key."""
    return Client(headers={"authorization": f"Bearer {text}"})


def report(client: Client, sandbox: Sandbox, *records: dict[str, Any]) -> Any:
    """Send usage to a sandbox's source; each record differs from 8 cards for an hour."""
    sent = [
        {
            "external_id": f"job-{position}",
            "account": sandbox.account,
            "cards": "8",
            "card_type": "910B2",
            "started_at": "2026-10-05T09:00:00+08:00",
            "ended_at": "2026-10-05T10:00:00+08:00",
            **record,
        }
        for position, record in enumerate(records, start=1)
    ]
    return client.post(
        f"/api/v1/usage/records?source={sandbox.source}",
        {"records": sent},
        content_type="application/json",
    )


def top_up(organisation: Organisation, *, yuan: str) -> int:
    """Put play money into a sandbox."""
    return sandboxes.top_up_sandbox(
        organisation_id=organisation.pk,
        amount=Money.from_text(yuan),
        actor=Actor.system(),
        now=utc_now(),
    )

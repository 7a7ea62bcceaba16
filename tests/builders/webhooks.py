"""Endpoints and what happens, for tests: by the real operations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.events.operations import emit
from accounts.events.relay import relay
from accounts.events.vocabulary import Event, UsageRejected
from accounts.models import Organisation, WebhookDelivery, WebhookEndpoint
from accounts.permissions import Caller, Role
from accounts.webhooks.operations import (
    IssuedEndpoint,
    create_endpoint,
    delete_endpoint,
    ping,
)
from kernel.identifiers import uuid7
from kernel.transactions import transaction
from tests.builders.accounts import NOW, make_organisation

OWNER = Caller(user_id=1, roles=frozenset({Role.OWNER}))
PUBLIC_URL = "https://93.184.215.14/hook"


def make_endpoint(*, organisation: Organisation | None = None, **overrides: Any) -> IssuedEndpoint:
    """Make an endpoint that hears everything, at a public address unless told otherwise."""
    owner = organisation or make_organisation()
    values = {"caller": OWNER, "organisation_id": owner.pk, "url": PUBLIC_URL, "now": NOW}
    return create_endpoint(**{**values, **overrides})


def own_endpoint(organisation: Organisation) -> UUID:
    """Name an endpoint of an organisation, the only one it has then."""
    for old in WebhookEndpoint.objects.filter(organisation=organisation, deleted_at=None):
        delete_endpoint(caller=OWNER, endpoint=old, now=NOW)
    return make_endpoint(organisation=organisation).endpoint.public_id


def own_dead_letter(organisation: Organisation) -> UUID:
    """Name a delivery of an organisation that was given up."""
    public_id = own_endpoint(organisation)
    endpoint = WebhookEndpoint.objects.get(public_id=public_id)
    delivery = ping(caller=OWNER, endpoint=endpoint, now=NOW)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="dead", next_attempt_at=None)
    return delivery.public_id


def rejected(number: int = 1) -> UsageRejected:
    """Return an event whose `rejected` tells it from others."""
    return UsageRejected(
        source="slurm", import_id=uuid7(), accepted=0, duplicate=0, conflict=0, rejected=number
    )


def happens(
    *events: Event, organisation: Organisation, now: datetime = NOW, handed_on: bool = True
) -> None:
    """Let events happen to an organisation, one transaction each, and hand them on."""
    for event in events:
        with transaction():
            emit(event, organisation_id=organisation.pk, now=now)
    if handed_on:
        relay(now=now)

"""Every decision taken by way of a request says from where it came."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from accounts.permissions import Scope
from kernel.audit import origin_of
from kernel.models import AuditEntry
from kernel.origin import Origin
from tests.builders.accounts import make_api_key

pytestmark = pytest.mark.django_db


def origin_after_making_a_key(**headers: str) -> Origin | None:
    text = make_api_key(scopes=[Scope.KEYS_WRITE]).text
    client = Client(headers={"authorization": f"Bearer {text}", **headers})
    body = {"name": "another", "scopes": [Scope.KEYS_WRITE]}
    answer = client.post("/api/v1/keys", body, content_type="application/json")
    assert answer.status_code == 201
    entry = AuditEntry.objects.select_related("origin").get(action="api_keys.create")
    return origin_of(entry)


def test_an_entry_knows_address_and_program():
    told = origin_after_making_a_key(**{"user-agent": "suanji-client/1"})

    assert told == Origin(address="127.0.0.1", user_agent="suanji-client/1")


def test_a_forwarded_address_is_believed_of_a_trusted_proxy_alone():
    forwarded = {"x-forwarded-for": "198.51.100.9, 203.0.113.7", "user-agent": "x" * 400}
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        told = origin_after_making_a_key(**forwarded)

    assert told == Origin(address="203.0.113.7", user_agent="x" * 300)


def test_without_a_proxy_nobody_chooses_his_address():
    told = origin_after_making_a_key(**{"x-forwarded-for": "203.0.113.7"})

    assert told.address == "127.0.0.1"

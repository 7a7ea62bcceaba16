"""The own organisation over HTTP: renamed by whoever has seen what he changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Role, Scope
from kernel.models import AuditEntry
from tests.builders.accounts import NOW, make_api_key, make_member, make_organisation
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/organisation"


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="First")


@pytest.fixture
def client(organisation) -> Client:
    scopes = [Scope.MEMBERS_READ, Scope.MEMBERS_WRITE]
    text = make_api_key(organisation=organisation, scopes=scopes).text
    return Client(headers={"authorization": f"Bearer {text}"})


def rename(client: Client, name: str, **headers: str):
    body = {"name": name}
    return client.patch(PLACE, body, content_type="application/json", headers=headers)


def test_what_was_seen_is_changed_and_written_down(client, organisation):
    seen = client.get(PLACE)
    assert seen.json()["name"] == "First"

    answer = rename(client, "Second", **{"if-match": seen.headers["ETag"]})

    assert (answer.status_code, answer.json()["name"]) == (200, "Second")
    assert answer.headers["ETag"] == client.get(PLACE).headers["ETag"] != seen.headers["ETag"]
    entry = AuditEntry.objects.get(action="accounts.rename_organisation")
    assert entry.object_id == str(organisation.public_id)
    assert bytes(entry.before_hash) != bytes(entry.after_hash)
    assert "Second" not in str(entry.detail)


def test_what_was_changed_meanwhile_is_not_overwritten(client):
    tag = client.get(PLACE).headers["ETag"]
    rename(client, "Second", **{"if-match": tag})

    answer = rename(client, "Third", **{"if-match": tag})

    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert client.get(PLACE).json()["name"] == "Second"
    assert rename(client, "Third", **{"if-match": "*"}).status_code == 200


def test_nobody_renames_blindly(client):
    answer = rename(client, "Second")

    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


def test_a_verified_name_stays(client, organisation):
    Organisation.objects.filter(pk=organisation.pk).update(
        verified_at=NOW, verified_until=NOW + timedelta(days=365)
    )

    answer = rename(client, "Second", **{"if-match": client.get(PLACE).headers["ETag"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "name_is_verified")


def test_members_read_and_owners_change(organisation):
    viewer = signed_in(make_member(organisation=organisation, role=Role.VIEWER))

    assert viewer.get(PLACE).json()["code"] == organisation.code
    assert rename(viewer, "Second", **{"if-match": "*"}).status_code == 403

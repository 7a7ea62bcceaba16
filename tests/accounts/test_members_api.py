"""Members and invitations by key: as far as a key may go, and no owner by it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation, User
from accounts.permissions import Role, Scope
from kernel.models import AuditEntry
from tests.builders.accounts import (
    make_api_key,
    make_invitation,
    make_member,
    make_organisation,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


@pytest.fixture
def owner(organisation) -> User:
    return make_member(organisation=organisation)


@pytest.fixture
def client(organisation, owner) -> Client:
    scopes = [Scope.MEMBERS_READ, Scope.MEMBERS_WRITE]
    text = make_api_key(organisation=organisation, scopes=scopes, created_by_id=owner.pk).text
    return Client(headers={"authorization": f"Bearer {text}"})


def post(client: Client, path: str, **body: str):
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_people_are_listed_page_by_page(client, organisation, owner):
    others = [make_member(organisation=organisation, role=Role.VIEWER) for _ in range(3)]
    make_member(organisation=organisation, role=Role.FINANCE, user=others[0])
    make_member()
    found, cursor = [], ""
    while True:
        with CaptureQueriesContext(connection) as captured:
            query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            answer = client.get("/api/v1/members", query).json()
        found += [(one["email"], one["roles"]) for one in answer["data"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert len(captured) <= 3
    assert found == sorted(
        [
            (owner.email, ["owner"]),
            (others[0].email, ["finance", "viewer"]),
            (others[1].email, ["viewer"]),
            (others[2].email, ["viewer"]),
        ]
    )


def test_a_role_gives_way_to_another_and_an_entry_names_the_key(client, organisation):
    member = make_member(organisation=organisation, role=Role.VIEWER)

    answer = post(client, f"members/{member.public_id}/role", role="viewer", new_role="developer")

    assert (answer.status_code, answer.json()["roles"]) == (200, ["developer"])
    entry = AuditEntry.objects.filter(action="accounts.add_member").latest("id")
    assert entry.actor_kind == "api_key"
    assert post(client, f"members/{member.public_id}/end", role="developer").json()["roles"] == []
    assert post(client, f"members/{member.public_id}/end", role="developer").status_code == 404


def test_a_key_makes_and_unmakes_no_owner(client, organisation, owner):
    second = make_member(organisation=organisation)
    member = make_member(organisation=organisation, role=Role.VIEWER)
    for path, body in (
        (f"members/{member.public_id}/role", {"role": "viewer", "new_role": "owner"}),
        (f"members/{second.public_id}/role", {"role": "owner", "new_role": "viewer"}),
        (f"members/{second.public_id}/end", {"role": "owner"}),
        ("invitations", {"email": "new@example.com", "role": "owner"}),
    ):
        answer = post(client, path, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "owners_by_people_only"), path


def test_an_invitation_tells_its_link_once_and_who_answers_for_it(client, owner):
    answer = post(client, "invitations", email="New@Example.com", role="developer")

    assert answer.status_code == 201
    made = answer.json()
    assert made["invitation"]["email"] == "new@example.com"
    token = made["link"].rpartition("/invitations/")[2]
    assert Client().get(f"/invitations/{token}").status_code == 200
    (listed,) = client.get("/api/v1/invitations").json()["data"]
    assert listed == made["invitation"]
    assert token not in str(listed)
    taken_back = post(client, f"invitations/{listed['id']}/revoke")
    assert (taken_back.status_code, taken_back.json()) == (200, {"id": listed["id"]})
    assert client.get("/api/v1/invitations").json()["data"] == []
    assert post(client, f"invitations/{listed['id']}/revoke").status_code == 404


def test_who_has_the_role_is_not_invited_to_it(client, organisation):
    member = make_member(organisation=organisation, role=Role.VIEWER)

    answer = post(client, "invitations", email=member.email, role="viewer")

    assert (answer.status_code, answer.json()["code"]) == (409, "unable_to_invite")


def test_a_key_that_nobody_answers_for_invites_nobody(organisation):
    text = make_api_key(organisation=organisation, scopes=[Scope.MEMBERS_WRITE]).text
    nobodys = Client(headers={"authorization": f"Bearer {text}"})

    assert post(nobodys, "invitations", email="n@example.com", role="viewer").status_code == 409


def test_another_organisations_people_are_absent(client):
    stranger, theirs = make_member(role=Role.VIEWER), make_invitation().invitation

    assert post(client, f"members/{stranger.public_id}/end", role="viewer").status_code == 404
    assert post(client, f"members/{make_user().public_id}/end", role="viewer").status_code == 404
    assert post(client, f"invitations/{theirs.public_id}/revoke").status_code == 404
    cursor = client.get("/api/v1/invitations", {"cursor": "x"})
    assert (cursor.status_code, cursor.json()["code"]) == (422, "malformed_cursor")

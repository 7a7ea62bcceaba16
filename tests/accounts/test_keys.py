"""Keys as their organisation manages them, by operations and over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.keys import operations, queries
from accounts.models import ApiKey
from accounts.operations import UnableToAuthenticate, authenticate_api_key
from accounts.permissions import Caller, Role, Scope
from kernel.clock import utc_now
from kernel.models import AuditEntry
from tests.builders.accounts import NOW, make_api_key, make_member, make_organisation, make_user
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def owner_of(organisation_id: int) -> Caller:
    return Caller(
        user_id=make_user().pk, organisation_id=organisation_id, roles=frozenset({Role.OWNER})
    )


def works(text: str, *, at: Any) -> bool:
    try:
        authenticate_api_key(text=text, now=at)
    except UnableToAuthenticate:
        return False
    return True


def test_a_rotated_key_works_beside_the_new_one_for_the_overlap() -> None:
    # given a live key
    old = make_api_key(scopes=[Scope.USAGE_READ], expires_at=NOW + 90 * DAY)
    organisation_id = old.api_key.organisation_id
    # when it is rotated with an overlap of two days
    new = operations.rotate_key(
        caller=owner_of(organisation_id),
        organisation_id=organisation_id,
        public_id=old.api_key.public_id,
        overlap=2 * DAY,
        now=NOW,
    )
    # then both work for two days, and afterwards only the new one, until the first one's end
    assert [works(key.text, at=NOW + DAY) for key in (old, new)] == [True, True]
    assert [works(key.text, at=NOW + 2 * DAY) for key in (old, new)] == [False, True]
    assert (new.api_key.scopes, new.api_key.expires_at) == (["usage:read"], NOW + 90 * DAY)


def test_an_overlap_never_lengthens_a_life() -> None:
    old = make_api_key(expires_at=NOW + DAY)
    organisation_id = old.api_key.organisation_id
    operations.rotate_key(
        caller=owner_of(organisation_id),
        organisation_id=organisation_id,
        public_id=old.api_key.public_id,
        overlap=9 * DAY,
        now=NOW,
    )

    assert ApiKey.objects.get(pk=old.api_key.pk).expires_at == NOW + DAY


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
def test_an_overlap_has_bounds(overlap: timedelta) -> None:
    old = make_api_key().api_key
    with pytest.raises(operations.UnableToRotateApiKey):
        operations.rotate_key(
            caller=owner_of(old.organisation_id),
            organisation_id=old.organisation_id,
            public_id=old.public_id,
            overlap=overlap,
            now=NOW,
        )


def test_an_ended_key_is_not_rotated() -> None:
    old = make_api_key(expires_at=NOW + DAY).api_key
    with pytest.raises(operations.UnableToRotateApiKey):
        operations.rotate_key(
            caller=owner_of(old.organisation_id),
            organisation_id=old.organisation_id,
            public_id=old.public_id,
            now=NOW + DAY,
        )


@pytest.mark.parametrize(
    ("caller", "beyond"),
    [
        (Caller(user_id=1, roles=frozenset({Role.DEVELOPER})), Scope.BILLING_READ),
        (Caller(user_id=1, roles=frozenset({Role.FINANCE})), Scope.USAGE_READ),
        (Caller(api_key_id=1, scopes=frozenset({Scope.KEYS_WRITE})), Scope.USAGE_WRITE),
    ],
)
def test_nobody_gives_what_he_does_not_have(caller: Caller, beyond: Scope) -> None:
    organisation = make_organisation()
    with pytest.raises(operations.UnableToGiveScopes) as refusal:
        operations.create_key(
            caller=caller,
            organisation_id=organisation.pk,
            name="more",
            scopes=[beyond],
            expires_at=None,
            now=NOW,
        )

    assert refusal.value.details == {"scopes": [beyond]}
    assert queries.key_page(organisation_id=organisation.pk, after=None, limit=9) == []


def test_a_weak_key_makes_no_copy_of_a_strong_one() -> None:
    strong = make_api_key().api_key
    weak = Caller(
        api_key_id=99,
        organisation_id=strong.organisation_id,
        scopes=frozenset({Scope.KEYS_WRITE}),
    )
    with pytest.raises(operations.UnableToGiveScopes):
        operations.rotate_key(
            caller=weak,
            organisation_id=strong.organisation_id,
            public_id=strong.public_id,
            now=NOW,
        )

    assert ApiKey.objects.get(pk=strong.pk).expires_at is None


def test_a_key_lives_and_dies_over_http_and_each_act_is_written_down() -> None:
    # given a developer who is signed in
    organisation = make_organisation()
    developer = make_member(organisation=organisation, role=Role.DEVELOPER)
    client = signed_in(developer)

    def post(address: str, body: dict[str, Any] | None = None) -> Any:
        return client.post(f"/api/v1/{address}", body or {}, content_type="application/json")

    # when he creates a key, rotates it without overlap and revokes the second one twice
    created = post("keys", {"name": "ci", "scopes": ["usage:read"]})
    first = created.json()["api_key"]
    rotated = post(f"keys/{first['id']}/rotate", {"overlap_seconds": 0}).json()
    second = rotated["api_key"]
    revoked = [post(f"keys/{second['id']}/revoke").json()["revoked_at"] for _ in range(2)]
    listed = client.get("/api/v1/keys").json()["data"]
    # then the secrets were told once, both keys are dead, and the log names maker and keys
    assert created.status_code == 201
    assert created.json()["secret"].startswith(f"sk_{first['prefix']}_")
    assert [key["id"] for key in listed] == [second["id"], first["id"]]
    assert "secret" not in client.get("/api/v1/keys").content.decode()
    assert revoked[0] == revoked[1]
    for text in (created.json()["secret"], rotated["secret"]):
        assert not works(text, at=utc_now())
    entries = AuditEntry.objects.filter(object_type="api_key").order_by("id")
    assert [(entry.action, entry.object_id, entry.actor_id) for entry in entries] == [
        ("api_keys.create", first["id"], developer.pk),
        ("api_keys.rotate", second["id"], developer.pk),
        ("api_keys.revoke", second["id"], developer.pk),
    ]
    assert entries[1].detail["replaces"] == first["id"]


def test_a_key_may_manage_keys() -> None:
    issued = make_api_key(scopes=[Scope.KEYS_WRITE, Scope.KEYS_READ])
    client = Client(headers={"authorization": f"Bearer {issued.text}"})
    body = {"name": "copy", "scopes": ["keys:read"]}

    made = client.post("/api/v1/keys", body, content_type="application/json")
    refused = client.post(
        "/api/v1/keys", {**body, "scopes": ["usage:read"]}, content_type="application/json"
    )

    assert made.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (403, "unable_to_give_scopes")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scopes": ["usage:read"]}, "/name"),
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"name": "x", "scopes": ["everything"]}, "/scopes/0"),
        ({"name": "x", "scopes": ["usage:read"], "expires_at": "2026-12-01"}, "/expires_at"),
    ],
)
def test_a_malformed_wish_is_named(body: dict[str, Any], pointer: str) -> None:
    client = signed_in(make_member(role=Role.OWNER))
    response = client.post("/api/v1/keys", body, content_type="application/json")

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == pointer


def test_another_organisations_key_is_no_key() -> None:
    foreign = make_api_key().api_key.public_id
    client = signed_in(make_member(role=Role.OWNER))

    answers = [client.post(f"/api/v1/keys/{key}/revoke") for key in (foreign, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert ApiKey.objects.get(public_id=foreign).revoked_at is None


def test_a_revoked_key_makes_no_copy_of_itself() -> None:
    key = make_api_key().api_key
    caller = owner_of(key.organisation_id)
    whose = {"caller": caller, "organisation_id": key.organisation_id, "now": NOW}
    operations.revoke_key(public_id=key.public_id, **whose)

    with pytest.raises(operations.UnableToRotateApiKey):
        operations.rotate_key(public_id=key.public_id, **whose)

"""The desk of keys: made and shown once, replaced, revoked, and only by whom it concerns."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiKey, Organisation
from accounts.permissions import Role, Scope
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db

QUERIES_MAX = 12
SHOWN_KEY = re.compile(r"data-key>(sk_[^<]+)<")


def desk(organisation: Organisation) -> str:
    return f"/organisations/{organisation.code}/keys"


def member_of(organisation: Organisation, role: Role = Role.OWNER) -> Client:
    return signed_in(make_member(organisation=organisation, role=role))


def read(client: Client, organisation: Organisation) -> str:
    answer = client.get(desk(organisation))
    assert answer.status_code == 200
    return answer.content.decode()


def balance_by(text: str) -> int:
    return Client(headers={"authorization": f"Bearer {text}"}).get("/api/v1/balance").status_code


def test_a_key_is_shown_once_and_opens_what_it_may():
    organisation = make_organisation()
    owner = member_of(organisation)

    answer = owner.post(
        desk(organisation), {"name": "报表", "scopes": ["billing:read"], "lasts": "90"}
    )

    text = SHOWN_KEY.search(answer.content.decode())[1]
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert balance_by(text) == 200
    assert SHOWN_KEY.search(read(owner, organisation)) is None
    assert ApiKey.objects.get().created_by is not None


def test_what_was_typed_stays_when_nothing_is_chosen():
    organisation = make_organisation()

    answer = member_of(organisation).post(desk(organisation), {"name": "报表", "lasts": "90"})

    assert answer.status_code == 422
    assert 'value="报表"' in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_developer_is_offered_nothing_that_he_may_not_give():
    organisation = make_organisation()
    developer = member_of(organisation, Role.DEVELOPER)

    answer = developer.post(
        desk(organisation), {"name": "x", "scopes": ["billing:read"], "lasts": "90"}
    )

    assert 'value="billing:read"' not in read(developer, organisation)
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing_and_says_so():
    organisation = make_organisation()
    issued = make_api_key(organisation=organisation, scopes=[Scope.BILLING_READ])
    owner = member_of(organisation)
    assert balance_by(issued.text) == 200

    owner.post(f"{desk(organisation)}/{issued.api_key.public_id}/revoke")

    assert balance_by(issued.text) == 401
    assert "已吊销" in read(owner, organisation)


def test_a_replaced_key_works_for_another_day_beside_the_new_one():
    organisation = make_organisation()
    issued = make_api_key(organisation=organisation, scopes=[Scope.BILLING_READ])

    answer = member_of(organisation).post(f"{desk(organisation)}/{issued.api_key.public_id}/rotate")

    new = SHOWN_KEY.search(answer.content.decode())[1]
    assert (balance_by(issued.text), balance_by(new)) == (200, 200)


@pytest.mark.parametrize("act", ["rotate", "revoke"])
def test_a_key_of_another_organisation_is_as_absent_as_one_that_never_was(act):
    organisation, foreign = make_organisation(), make_api_key(organisation=make_organisation())
    owner = member_of(organisation)

    for key_id in (foreign.api_key.public_id, uuid4()):
        assert owner.post(f"{desk(organisation)}/{key_id}/{act}").status_code == 404
    foreign.api_key.refresh_from_db()
    assert foreign.api_key.revoked_at is None


def test_the_page_takes_few_queries():
    organisation = make_organisation()
    for _ in range(3):
        make_api_key(organisation=organisation)
    owner = member_of(organisation)

    with CaptureQueriesContext(connection) as captured:
        read(owner, organisation)

    assert len(captured) <= QUERIES_MAX

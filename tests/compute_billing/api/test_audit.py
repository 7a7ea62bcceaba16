"""The log of decisions over HTTP: one's own, filtered, page by page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Scope, Staff
from kernel import seals
from kernel.audit import Actor
from kernel.origin import Origin, acting_from
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.audit import make_decision
from tests.builders.sessions import signed_in
from tests.compute_billing.api.reading import client_of, pages, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Return an organisation with three decisions, of which one is an officer's; and its owner."""
    organisation = make_organisation()
    owner = make_member(organisation=organisation)
    officer = make_staff(role=Staff.FINANCE)
    with acting_from(Origin(address="203.0.113.7", user_agent="Firefox")):
        for number, person in enumerate((owner, officer, owner)):
            make_decision(
                f"thing:{number}",
                organisation_id=organisation.pk,
                actor=Actor.user(person.pk),
                detail={"number": number},
                after={"number": number},
            )
    make_decision("thing:foreign", organisation_id=make_organisation().pk)
    seals.seal_entries(now=NOW)
    return organisation, owner


def test_an_organisation_reads_its_own_and_names_its_own(world):
    organisation, owner = world
    client = client_of(organisation, Scope.AUDIT_READ)

    found = read(client, "audit", object_type="thing")["data"]

    assert [one["object_id"] for one in found] == ["2", "1", "0"]
    assert found[0]["actor"] == {
        "kind": "user",
        "id": str(owner.public_id),
        "name": owner.email,
    }
    assert found[1]["actor"] == {"kind": "user", "id": None, "name": ""}
    assert found[0]["origin"] == {"address": "203.0.113.7", "user_agent": "Firefox"}
    assert found[1]["origin"] is None
    assert found[0]["seal"]["number"] == 1
    assert found[0]["detail"] == {"number": 2}
    assert len(found[0]["after_hash"]) == 64


def test_filters_narrow_it(world):
    organisation, owner = world
    client = client_of(organisation, Scope.AUDIT_READ)

    def numbers(**query: str) -> list[str]:
        return [one["object_id"] for one in read(client, "audit", **query)["data"]]

    assert numbers(object_type="thing", object_id="1") == ["1"]
    assert numbers(object_type="thing", actor=owner.email) == ["2", "0"]
    assert numbers(action="test.") == ["2", "1", "0"]
    assert numbers(action="test.act", recorded_from="2026-10-02T00:00:00Z") == []
    assert client.get("/api/v1/audit", {"object_id": "1"}).status_code == 422
    assert client.get("/api/v1/audit", {"colour": "red"}).status_code == 422


def test_pages_follow_each_other(world):
    organisation, _ = world
    client = client_of(organisation, Scope.AUDIT_READ)

    found = list(pages(client, "audit", object_type="thing", limit=2))

    assert [[one["object_id"] for one in page] for page in found] == [["2", "1"], ["0"]]
    foreign = read(client_of(make_organisation()), "audit")
    assert foreign["data"] == []
    bad = client.get("/api/v1/audit", {"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "malformed_cursor")


def test_only_owners_read_it_by_session(world):
    organisation, owner = world

    assert signed_in(owner).get("/api/v1/audit").status_code == 200
    finance = make_member(organisation=organisation, role=Role.FINANCE)
    assert signed_in(finance).get("/api/v1/audit").status_code == 403


def test_queries_do_not_grow_with_the_entries(world):
    organisation, _ = world
    client = client_of(organisation, Scope.AUDIT_READ)
    read(client, "audit")
    with CaptureQueriesContext(connection) as captured:
        read(client, "audit")
    assert len(captured) <= 1 + 4

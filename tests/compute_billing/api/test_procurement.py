"""References of a purchase by API: nobody overwrites what he has not read."""

from __future__ import annotations

import pytest

from accounts.models import Organisation
from compute_billing.invoices import procurement
from compute_billing.invoices.procurement import Procurement, ProcurementChanged
from kernel.audit import Actor
from tests.builders.accounts import NOW, make_organisation
from tests.compute_billing.api.acting import key_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def university() -> Organisation:
    return make_organisation()


def test_references_are_changed_as_they_were_read(university: Organisation) -> None:
    # Given two who read the same
    client, _ = key_of(university)
    tag = client.get("/api/v1/procurement").headers["etag"]
    # When one of them writes, and then the other
    first = send(client, "put", "procurement", {"fund": "2026ZD01"}, **{"if-match": tag})
    second = send(client, "put", "procurement", {"fund": "other"}, **{"if-match": tag})
    # Then the second is told to read again, and the first's stands
    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    kept = client.get("/api/v1/procurement")
    assert kept.json()["procurement"]["fund"] == "2026ZD01"
    # And with what he reads now he may
    assert kept.headers["etag"] == first.headers["etag"] != tag
    now = {"if-match": kept.headers["etag"]}
    assert send(client, "put", "procurement", {"fund": "other"}, **now).json()["version"] == 2


def test_who_does_not_say_what_he_read_is_asked_to(university: Organisation) -> None:
    client, _ = key_of(university)
    refused = send(client, "put", "procurement", {"fund": "2026ZD01"})
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition_required")


def test_a_version_that_is_over_is_not_changed(university: Organisation) -> None:
    told = {"tenant_id": university.pk, "user_id": None, "actor": Actor.system(), "now": NOW}
    procurement.set_procurement(**told, said=Procurement(fund="a"), expected=0)
    with pytest.raises(ProcurementChanged):
        procurement.set_procurement(**told, said=Procurement(fund="b"), expected=0)
    assert procurement.procurement_of(tenant_id=university.pk).said.fund == "a"

"""Conflicts by key: both contents are seen side by side, and one decision is made, by name."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Organisation
from accounts.permissions import Scope
from compute_billing.metering.models import ConflictResolution
from kernel.models import AuditEntry
from tests.builders.accounts import make_organisation
from tests.builders.market import Market, make_market
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import client_of, read

pytestmark = pytest.mark.django_db

WHY = {"decision": "corrected", "reason": "调度器重报，以后者为准。"}


@pytest.fixture
def operator(db) -> Organisation:
    return make_organisation()


def conflicting(operator: Organisation) -> tuple[Market, str]:
    """Report two card-hours, then four cards for it; return the conflict's address."""
    market = make_market(operator=operator)
    market.add_tenant("guest", paid_yuan=100)
    for report in ({"milli_cards": 2_000}, {"milli_cards": 4_000, "quantity": 4_000 * 3_600_000}):
        market.report({"external_id": "job", "account": "guest", **report})
    market.rate()
    reader, _ = key_of(operator, Scope.USAGE_READ)
    (conflict,) = read(reader, f"sources/{market.source.code}/conflicts")["data"]
    return market, f"sources/{market.source.code}/conflicts/{conflict['id']}"


def test_both_contents_stand_side_by_side(operator: Organisation):
    _, place = conflicting(operator)

    shown = read(key_of(operator)[0], place)

    assert (shown["first"]["cards"], shown["other"]["cards"]) == ("2", "4")
    assert (shown["external_id"], shown["times"], shown["decision"]) == ("job", 1, None)


def test_the_other_content_takes_its_place_once(operator: Organisation):
    market, place = conflicting(operator)
    client, owner = key_of(operator, Scope.USAGE_WRITE)

    decided = send(client, "post", f"{place}/decision", WHY, once="a")

    assert decided.status_code == 200, decided.content
    assert (decided.json()["decision"], decided.json()["reason"]) == ("corrected", WHY["reason"])
    # the person who made the key answers, the log names the key
    assert ConflictResolution.objects.get().decided_by_id == owner.pk
    entry = AuditEntry.objects.get(action="metering.resolve_conflict")
    assert entry.actor_kind == "api_key"
    # signed records stand in the books: two card-hours back, four anew
    market.rate()
    assert sum(charge["quantity"] for charge in market.charges("guest")) == 4 * 3_600_000_000
    # the same request is answered alike, another one is refused
    assert send(client, "post", f"{place}/decision", WHY, once="a").json() == decided.json()
    again = send(client, "post", f"{place}/decision", {**WHY, "decision": "kept"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict_resolved_already")


def test_a_decision_says_why_and_under_which_key(operator: Organisation):
    _, place = conflicting(operator)
    client, _ = key_of(operator)

    silent = send(client, "post", f"{place}/decision", {"decision": "kept"})
    keyless = client.post(f"/api/v1/{place}/decision", WHY, content_type="application/json")

    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_missing")
    assert not ConflictResolution.objects.exists()


def test_a_key_that_nobody_answers_for_decides_nothing(operator: Organisation):
    _, place = conflicting(operator)

    answer = send(client_of(operator), "post", f"{place}/decision", WHY)

    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_answers")


def test_another_operators_conflict_is_absent(operator: Organisation):
    _, place = conflicting(operator)
    stranger, _ = key_of(make_organisation())
    source = place.partition("/conflicts/")[0]

    assert stranger.get(f"/api/v1/{place}").status_code == 404
    assert send(stranger, "post", f"{place}/decision", WHY).status_code == 404
    assert Client().get(f"/api/v1/{place}").status_code == 401
    assert key_of(operator)[0].get(f"/api/v1/{source}/conflicts/nonsense").status_code == 404

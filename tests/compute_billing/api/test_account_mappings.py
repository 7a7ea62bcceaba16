"""Accounts of a source by key: whose they are, said once, told in pages, ended at an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation, OrganisationKind
from accounts.permissions import Role, Scope
from compute_billing.contracts.operations import add_project
from compute_billing.metering.models import SourceAccountMapping
from kernel.models import AuditEntry
from tests.builders.accounts import make_member, make_organisation
from tests.builders.market import NOW, Market, make_market
from tests.builders.sandboxes import EVERYTHING, open_sandbox, sandbox_key
from tests.builders.sessions import signed_in
from tests.compute_billing.api.acting import key_of, send
from tests.compute_billing.api.reading import client_of, pages, read

pytestmark = pytest.mark.django_db

OCTOBER = "2026-10-01T00:00:00Z"
NOVEMBER = "2026-11-01T00:00:00Z"


@pytest.fixture
def market(db) -> Market:
    return make_market(operator=make_organisation(kind=OrganisationKind.OPERATOR))


def address(market: Market) -> str:
    return f"sources/{market.source.code}/account-mappings"


def map_to(market: Market, client: Client, tenant: Organisation, **more: Any) -> Any:
    body = {"account": "lab-7", "tenant": tenant.code}
    return send(client, "post", address(market), body | more)


def end(market: Market, client: Client, tenant: Organisation, *, at: str) -> Any:
    body = {"account": "lab-7", "tenant": tenant.code, "at": at}
    return send(client, "post", f"{address(market)}/end", body)


def test_use_of_a_mapped_account_is_the_tenants_and_no_reject(market: Market) -> None:
    # given use of an account that nobody has, and a tenant with a project
    tenant = make_organisation()
    add_project(tenant_id=tenant.pk, code="llm", name="llm")
    assert market.report({"account": "lab-7"}).rejected == 1
    client, _ = key_of(market.operator, Scope.USAGE_WRITE, Scope.USAGE_READ)
    # when the operator's key says whose it is, and has the rejects tried again
    made = map_to(market, client, tenant, project="llm", valid_from=OCTOBER)
    assert made.status_code == 201, made.content
    again = market.report({"account": "lab-7"})
    # then it is as it says, and the log of the tenant names the key
    assert made.json() == {
        "account": "lab-7",
        "tenant": tenant.code,
        "project": "llm",
        "valid_from": OCTOBER,
        "valid_until": None,
    }
    assert again.accepted == 1
    entry = AuditEntry.objects.get(action="metering.map_account")
    assert (entry.actor_kind, entry.organisation_id) == ("api_key", tenant.pk)
    assert read(client, address(market))["data"] == [made.json()]


def test_the_same_request_maps_once(market: Market) -> None:
    client, _ = key_of(market.operator)
    body = {"account": "lab-7", "tenant": make_organisation().code}

    answers = [send(client, "post", address(market), body, once="a") for _ in range(2)]
    other = send(client, "post", address(market), {**body, "account": "lab-8"}, once="a")
    without = client.post(f"/api/v1/{address(market)}", body, content_type="application/json")

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
    assert SourceAccountMapping.objects.count() == 1


def test_a_mapping_is_ended_and_another_tenant_follows(market: Market) -> None:
    # given an account of a first tenant, from October on
    first, second = make_organisation(), make_organisation()
    client, _ = key_of(market.operator)
    map_to(market, client, first, valid_from=OCTOBER)
    taken = map_to(market, client, second, valid_from=NOVEMBER)
    # when it ends with October
    ended = end(market, client, first, at=NOVEMBER)
    followed = map_to(market, client, second, valid_from=NOVEMBER)
    again = end(market, client, first, at=NOVEMBER)
    # then the second has it from then on, and an instant finds the right one
    assert (taken.status_code, taken.json()["code"]) == (409, "account_mapped_already")
    assert (ended.status_code, ended.json()["valid_until"]) == (200, NOVEMBER)
    assert followed.status_code == 201
    # who ends it once more ends nothing of the second
    assert (again.status_code, again.json()["code"]) == (409, "account_not_mapped")
    found = read(client, address(market), account="lab-7", at="2026-11-01T08:00:00+08:00")
    assert [mapping["tenant"] for mapping in found["data"]] == [second.code]
    entry = AuditEntry.objects.get(action="metering.end_mapping")
    assert (entry.actor_kind, entry.organisation_id) == ("api_key", first.pk)
    assert entry.detail["at"] == "2026-11-01T00:00:00+00:00"


def test_a_mapping_that_ends_where_it_begins_never_was(market: Market) -> None:
    client, _ = key_of(market.operator)
    tenant = make_organisation()
    map_to(market, client, tenant, valid_from=OCTOBER)

    ended = end(market, client, tenant, at=OCTOBER)
    again = end(market, client, tenant, at=OCTOBER)

    assert (ended.json()["valid_from"], ended.json()["valid_until"]) == (OCTOBER, OCTOBER)
    assert (again.status_code, again.json()["code"]) == (409, "account_not_mapped")
    assert read(client, address(market))["data"] == []


def test_pages_hold_every_mapping_once(market: Market) -> None:
    # given three accounts, of which one had two tenants one after the other
    first, second = make_organisation(), make_organisation()
    client, _ = key_of(market.operator)
    for account in ("b", "a", "c"):
        map_to(market, client, first, account=account, valid_until=NOVEMBER)
    map_to(market, client, second, account="b", valid_from=NOVEMBER)
    # when they are read one by one, and by tenant
    found = [one for shown in pages(client, address(market), limit=1) for one in shown]
    of_second = read(client, address(market), tenant=second.code)["data"]
    # then all are there, by account and beginning
    assert [(one["account"], one["tenant"]) for one in found] == [
        ("a", first.code),
        ("b", first.code),
        ("b", second.code),
        ("c", first.code),
    ]
    assert [one["account"] for one in of_second] == ["b"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"tenant": "nobody"}, "/tenant"),
        ({"project": "theirs"}, "/project"),
        ({"valid_from": NOVEMBER, "valid_until": OCTOBER}, "/valid_until"),
        ({"valid_from": "2026-10-01T00:00:00"}, "/valid_from"),
        ({"account": ""}, "/account"),
    ],
)
def test_a_malformed_mapping_names_what_is_wrong(market: Market, change, pointer) -> None:
    client, _ = key_of(market.operator)

    body = {"account": "lab-7", "tenant": make_organisation().code, **change}
    answer = send(client, "post", address(market), body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not SourceAccountMapping.objects.exists()


def test_who_hands_out_public_money_uses_no_cards(market: Market) -> None:
    client, _ = key_of(market.operator)

    answer = map_to(market, client, make_organisation(kind=OrganisationKind.GOVERNMENT))

    assert answer.json()["errors"][0]["pointer"] == "/tenant"


def test_somebody_elses_source_is_none(market: Market) -> None:
    stranger, _ = key_of(make_organisation(kind=OrganisationKind.OPERATOR))

    assert stranger.get(f"/api/v1/{address(market)}").status_code == 404
    assert map_to(market, stranger, make_organisation()).status_code == 404
    assert end(market, stranger, make_organisation(), at=OCTOBER).status_code == 404


def test_a_sandbox_maps_its_own_accounts_to_itself_alone() -> None:
    # given a sandbox, whose source is its own
    parent = make_organisation()
    sandbox = open_sandbox(parent, now=datetime(2026, 11, 1, tzinfo=UTC))
    key = sandbox_key(parent, scopes=EVERYTHING)
    client = Client(headers={"authorization": f"Bearer {key}"})
    place = f"sources/{sandbox.source}/account-mappings"
    # when it maps an account to itself, and to somebody real
    own = send(client, "post", place, {"account": "x", "tenant": sandbox.code})
    real = send(client, "post", place, {"account": "y", "tenant": parent.code})
    # then the worlds stay apart
    assert own.status_code == 201, own.content
    assert real.json()["errors"][0]["pointer"] == "/tenant"


def test_who_may_not_map_does_not(market: Market) -> None:
    tenant = make_organisation()
    reader, _ = key_of(market.operator, Scope.USAGE_READ)
    finance = signed_in(make_member(organisation=market.operator, role=Role.FINANCE))

    unanswered = map_to(market, client_of(market.operator), tenant)

    assert (unanswered.status_code, unanswered.json()["code"]) == (409, "nobody_answers")
    for client in (reader, finance):
        assert map_to(market, client, tenant).status_code == 403
        assert end(market, client, tenant, at=NOW.isoformat()).status_code == 403

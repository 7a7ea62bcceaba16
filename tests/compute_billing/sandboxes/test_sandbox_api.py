"""A developer tries everything in a sandbox over HTTP, and nothing real is any different."""

from __future__ import annotations

import pytest

from accounts.models import Organisation
from accounts.permissions import Scope
from compute_billing.audit import queries as audit
from compute_billing.invoices import operations as invoices
from compute_billing.invoices.models import Invoice
from compute_billing.rating import operations as rating
from compute_billing.settlement import operations as settlement
from compute_billing.settlement import queries as settlement_queries
from kernel.clock import utc_now
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.market import Market, make_market
from tests.builders.sandboxes import (
    client_with,
    open_sandbox,
    report,
    sandbox_key,
    top_up,
)
from tests.builders.world import OCTOBER

JSON = "application/json"


@pytest.fixture
def market(db) -> Market:
    return make_market()


def _client(organisation: Organisation, *scopes: Scope):
    return client_with(make_api_key(organisation=organisation, scopes=scopes).text)


def test_a_developer_goes_the_whole_way_with_two_keys(market) -> None:
    # given an organisation whose program manages keys
    tenant = market.add_tenant("qinglan", paid_yuan=50)
    manager = _client(tenant, Scope.KEYS_WRITE, Scope.KEYS_READ)
    assert manager.get("/api/v1/sandbox").json() == {"sandbox": None}
    # when it switches the sandbox on, twice
    first = manager.post("/api/v1/sandbox")
    again = manager.post("/api/v1/sandbox")
    # then there is one, with prices as the public list has them
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == manager.get("/api/v1/sandbox").json()
    sandbox = first.json()["sandbox"]
    assert sandbox["source"] == sandbox["cluster"] == sandbox["code"] == f"{tenant.code}-sandbox"
    # and it gives keys that say what they are
    body = {"name": "trial", "scopes": ["usage:write", "usage:read", "billing:read"]}
    made = manager.post("/api/v1/sandbox/keys", body, content_type=JSON).json()
    assert made["secret"].startswith("sk_test_")
    assert made["api_key"]["prefix"].startswith("test_")
    # and use that is sent with them is rated
    trial = client_with(made["secret"])
    sent = report(
        trial,
        open_sandbox(tenant),
        {"card_type": market.meter.code},
        {"account": sandbox["project_account"], "card_type": market.meter.code},
        {"account": "somebody", "card_type": market.meter.code},
    )
    assert [record["status"] for record in sent.json()["records"]] == [
        "accepted",
        "accepted",
        "rejected",
    ]
    list(rating.rate_all(now=utc_now()))
    charges = trial.get("/api/v1/charges").json()["data"]
    assert [charge["gross"]["amount"] for charge in charges] == ["19.440000", "19.440000"]
    balance = trial.get("/api/v1/balance").json()["holdings"]
    assert balance[0]["amount"] == {"amount": "99961.120000", "currency": "CNY"}
    # and the month is closed when it asks, with a bill that shows what it is
    closed = manager.post("/api/v1/sandbox/close", {"month": "2026-10"}, content_type=JSON)
    assert closed.json() == {"month": "2026-10", "bills": 1}
    bill = trial.get("/api/v1/invoices").json()["data"][0]
    assert bill["number"] == "TEST-2026-000001"
    # and the organisation's own books know nothing of it
    own = _client(tenant, *Scope)
    assert own.get("/api/v1/charges").json()["data"] == []
    assert own.get("/api/v1/usage/records").json()["data"] == []
    assert own.get("/api/v1/invoices").json()["data"] == []
    assert own.get("/api/v1/balance").json()["holdings"][0]["amount"]["amount"] == "50.000000"


def test_the_runs_of_the_month_pass_sandboxes_by(market) -> None:
    # given a real tenant and a sandbox with use in October
    tenant = market.add_tenant("qinglan", paid_yuan=50)
    sandbox = open_sandbox(tenant)
    trial = client_with(sandbox_key(tenant))
    assert report(trial, sandbox, {"card_type": market.meter.code}).json()["accepted"] == 1
    list(rating.rate_all(now=utc_now()))
    # when October is closed and settled for everybody
    closing = invoices.close_period(month=OCTOBER, now=utc_now())
    # then the sandbox is open, whatever was booked in it
    assert closing.closed == closing.parked == ()
    assert Invoice.objects.count() == 0
    # and its own closing is on no statement and leaves nothing to settle
    trial.post("/api/v1/sandbox/close", {"month": "2026-10"}, content_type=JSON)
    assert Invoice.objects.get().tenant_id == sandbox.organisation_id
    assert settlement_queries.months_to_settle() == []
    settlement.settle(month=OCTOBER, now=utc_now())
    assert settlement_queries.statements_of(month=OCTOBER) == []
    # and every law of the books holds
    assert [verdict.law.name for verdict in audit.verify_books() if not verdict.holds] == []


def test_a_reset_empties_the_sandbox_and_keeps_the_keys(market) -> None:
    # given a sandbox with use and play money
    tenant = market.add_tenant("qinglan")
    before = open_sandbox(tenant)
    trial = client_with(sandbox_key(tenant))
    report(trial, before, {"card_type": market.meter.code})
    top_up(tenant, yuan="5")
    # when its own key makes it anew
    after = trial.post("/api/v1/sandbox/reset").json()["sandbox"]
    # then the same key finds it empty, under the same names
    assert (after["code"], after["source"]) == (before.code, before.source)
    assert after["id"] != str(before.public_id)
    assert trial.get("/api/v1/usage/records").json()["data"] == []
    holdings = trial.get("/api/v1/balance").json()["holdings"]
    assert holdings[0]["amount"]["amount"] == "100000.000000"
    # and the same use may be sent again
    again = report(trial, open_sandbox(tenant), {"card_type": market.meter.code})
    assert again.json()["accepted"] == 1


def test_play_money_is_put_in_once_per_key(market) -> None:
    # given a sandbox
    tenant = market.add_tenant("qinglan")
    open_sandbox(tenant)
    trial = client_with(sandbox_key(tenant))
    # when the same request is sent twice
    answers = [
        trial.post(
            "/api/v1/sandbox/top-ups",
            {"amount": "250.50"},
            content_type=JSON,
            headers={"idempotency-key": "once"},
        )
        for _ in range(2)
    ]
    # then the money came once
    assert [answer.status_code for answer in answers] == [201, 201]
    holdings = trial.get("/api/v1/balance").json()["holdings"]
    assert holdings[0]["amount"]["amount"] == "100250.500000"


@pytest.mark.parametrize("amount", ["0", "1000000.01"])
def test_more_play_money_than_anybody_needs_is_refused(market, amount) -> None:
    # given a sandbox
    tenant = market.add_tenant("qinglan")
    open_sandbox(tenant)
    # when too much, or nothing, is asked for
    answer = client_with(sandbox_key(tenant)).post(
        "/api/v1/sandbox/top-ups",
        {"amount": amount},
        content_type=JSON,
        headers={"idempotency-key": amount},
    )
    # then it is refused by name
    assert (answer.status_code, answer.json()["code"]) == (422, "unable_to_top_up_sandbox")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("sandbox/keys", {"name": "trial", "scopes": ["usage:read"]}),
        ("sandbox/reset", {}),
        ("sandbox/top-ups", {"amount": "5"}),
        ("sandbox/close", {"month": "2026-10"}),
    ],
)
def test_without_a_sandbox_the_answer_says_what_to_do(market, address, body) -> None:
    # given an organisation without one
    client = _client(market.add_tenant("qinglan"), Scope.KEYS_WRITE)
    # when it asks for what only a sandbox has
    answer = client.post(
        f"/api/v1/{address}", body, content_type=JSON, headers={"idempotency-key": address}
    )
    # then it is told to switch one on
    assert (answer.status_code, answer.json()["code"]) == (409, "no_sandbox")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("invitations", {"email": "li.wei@example.com", "role": "developer"}),
        ("organisation", {"name": "Another"}),
    ],
)
def test_a_sandbox_has_no_people_and_no_name_of_its_own(market, address, body) -> None:
    # given a key of a sandbox, made with scopes that people alone can give
    tenant = market.add_tenant("qinglan")
    sandbox = open_sandbox(tenant)
    itself = Organisation.objects.get(pk=sandbox.organisation_id)
    text = make_api_key(organisation=itself, created_by_id=make_member().pk).text
    client = client_with(text)
    # when it would invite somebody, or take another name
    send = client.patch if address == "organisation" else client.post
    answer = send(f"/api/v1/{address}", body, content_type=JSON, headers={"if-match": "*"})
    # then it is refused, and told where to go
    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_a_sandbox")


def test_an_estimate_asks_the_prices_of_ones_own_world(market) -> None:
    # given a tenant and its sandbox
    tenant = market.add_tenant("qinglan")
    sandbox = open_sandbox(tenant)
    other = open_sandbox(make_organisation())
    trial, own = client_with(sandbox_key(tenant)), _client(tenant, Scope.CATALOGUE_READ)
    # when both read their prices
    seen = {row["price_list"] for row in trial.get("/api/v1/prices").json()["data"]}
    real = {row["price_list"] for row in own.get("/api/v1/prices").json()["data"]}
    # then neither sees the other's, nor another sandbox's
    assert seen == {sandbox.price_list}
    assert real == {market.prices.code}
    assert other.price_list not in seen | real

"""Budgets by key, and what a scheduler is told when one stops its job."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Scope
from compute_billing.budgets.models import Budget
from compute_billing.rating.models import ExhaustedHold
from kernel.clock import utc_now
from kernel.models import OutboxEvent
from kernel.periods import month_of, month_text
from tests.builders.accounts import make_api_key
from tests.builders.budgets import make_budget
from tests.builders.market import YUAN, Market, make_market

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
JSON = "application/json"


@pytest.fixture
def market() -> Market:
    market = make_market()
    market.add_tenant("acme", paid_yuan=1000)
    return market


def key(organisation: Any, *scopes: Scope) -> Client:
    text = make_api_key(organisation=organisation, scopes=list(scopes)).text
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture
def tenant(market: Market) -> Client:
    return key(market.tenants["acme"], Scope.BILLING_READ, Scope.BILLING_WRITE)


@pytest.fixture
def scheduler(market: Market) -> Client:
    return key(market.operator, Scope.USAGE_READ, Scope.USAGE_WRITE)


def this_month() -> Any:
    return month_of((utc_now() + timedelta(hours=8)).date())


def body(**changes: Any) -> dict[str, Any]:
    month = month_text(this_month())
    amount = {"amount": "5.00"}
    return {"name": "a", "kind": "monthly", "first_month": month, "amount": amount, **changes}


def make(client: Client, once: str = "1", **changes: Any) -> Any:
    return client.post(
        "/api/v1/budgets", body(**changes), content_type=JSON, headers={"idempotency-key": once}
    )


def hold(market: Market, scheduler: Client, name: str, *, cards: str = "1") -> Any:
    start = utc_now() - HOUR / 2
    asked = {
        "source": market.source.code,
        "account": "acme",
        "allocation": name,
        "reference": name,
        "cards": cards,
        "card_type": market.meter.code,
        "starts_at": start.isoformat(),
        "until": (start + HOUR).isoformat(),
    }
    return scheduler.post(
        "/api/v1/holds", asked, content_type=JSON, headers={"idempotency-key": name}
    )


def test_a_budget_is_made_once_and_read_with_its_figures(tenant: Client) -> None:
    made, again = make(tenant), make(tenant)

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json()["id"] == again.json()["id"]
    (told,) = tenant.get("/api/v1/budgets").json()["data"]
    assert told["now"]["left"]["amount"] == "5.000000"
    assert (told["actual_percents"], told["forecast_percents"]) == ([50, 80, 100], [100])
    assert Budget.objects.count() == 1


def test_a_change_needs_what_was_read(tenant: Client) -> None:
    address = f"/api/v1/budgets/{make(tenant).json()['id']}"
    tag = tenant.get(address)["ETag"]
    wanted = body(amount={"amount": "7.00"})

    without = tenant.put(address, wanted, content_type=JSON)
    done = tenant.put(address, wanted, content_type=JSON, headers={"if-match": tag})
    late = tenant.put(address, wanted, content_type=JSON, headers={"if-match": tag})

    assert [a.status_code for a in (without, done, late)] == [428, 200, 412]
    assert done["ETag"] != tag
    assert done.json()["amount"]["amount"] == "7.000000"


def test_what_is_out_of_bounds_names_its_field(tenant: Client) -> None:
    answer = make(tenant, kind="term")

    assert (answer.status_code, answer.json()["code"]) == (422, "unable_to_set_budget")
    assert answer.json()["details"] == {"field": "last_month"}


def test_a_stopped_job_is_refused_told_once_and_is_a_case_when_it_runs(
    market: Market, scheduler: Client
) -> None:
    make_budget(market.tenants["acme"], first_month=this_month(), stops=True, amount_micro=3 * YUAN)
    running = hold(market, scheduler, "runs").json()

    refused = [hold(market, scheduler, name) for name in ("b", "c")]
    later = {"until": (utc_now() + 2 * HOUR).isoformat()}
    extended = scheduler.post(
        f"/api/v1/holds/{running['id']}/extend",
        later,
        content_type=JSON,
        headers={"idempotency-key": "x"},
    )

    assert [a.status_code for a in (*refused, extended)] == [402, 402, 402]
    assert {a.json()["code"] for a in (*refused, extended)} == {"budget_exhausted"}
    assert refused[0].json()["details"]["shortfall"] == {"amount": "1.867202", "currency": "CNY"}
    assert OutboxEvent.objects.filter(kind="budget.stopped").count() == 1
    case = ExhaustedHold.objects.get()
    assert (case.cause, case.state) == ("budget", "open")
    (told,) = scheduler.get("/api/v1/enforcement").json()["data"]
    assert told["cause"] == "budget"


def test_an_ended_budget_stops_nobody(market: Market, tenant: Client, scheduler: Client) -> None:
    made = make(tenant, stops=True, amount={"amount": "0.01"}).json()
    assert hold(market, scheduler, "a").status_code == 402

    ended = tenant.post(
        f"/api/v1/budgets/{made['id']}/end",
        content_type=JSON,
        headers={"idempotency-key": "end"},
    )

    assert (ended.status_code, ended.json()["now"]) == (200, None)
    assert hold(market, scheduler, "b").status_code == 201

"""Budgets in the portal: how they stand, what is typed, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.permissions import Role
from compute_billing.budgets.models import Budget
from kernel.periods import month_of, month_text
from tests.builders.accounts import make_member, make_organisation
from tests.builders.budgets import make_budget
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "每月上限",
    "project": "",
    "amount": "500.00",
    "kind": "monthly",
    "first_month": "2026-10",
    "last_month": "",
    "actual_percents": "50，80，100",
    "forecast_percents": "100",
    "stops": "on",
}


@pytest.fixture
def market() -> Market:
    market = make_market()
    market.add_tenant("acme", paid_yuan=1000)
    return market


@pytest.fixture
def owner(market: Market) -> Any:
    return signed_in(make_member(organisation=market.tenants["acme"], role=Role.OWNER))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.budget_views.utc_now", lambda: NOW)


def this_month() -> Any:
    return month_of(NOW.date())


def use_now(market: Market) -> None:
    """Let two cards run for an hour that has just ended; at 2.43 a card-hour."""
    end = instant_ms(NOW) - 1000
    market.report(
        {
            "account": "acme",
            "milli_cards": 2_000,
            "allocation_key": "now",
            "started_ms": end - 3_600_000,
            "ended_ms": end,
        }
    )
    market.rate()


def test_an_owner_makes_a_budget_and_sees_how_it_stands(market: Market, owner: Any) -> None:
    typed = {**TYPED, "first_month": month_text(this_month()), "amount": "6.00"}

    answer = owner.post("/budgets/new", typed, follow=True)
    text = answer.content.decode()

    budget = Budget.objects.get()
    assert answer.redirect_chain[-1][0] == f"/budgets/{budget.public_id}"
    assert (budget.amount, budget.stops, budget.actual_percents) == (6 * YUAN, True, [50, 80, 100])
    assert 'data-figure="spent"' in text
    assert "每月上限" in owner.get("/budgets").content.decode()


def test_what_makes_no_sense_comes_back_as_it_was_typed(owner: Any) -> None:
    answer = owner.post("/budgets/new", {**TYPED, "kind": "term", "first_month": "2026-13"})

    assert answer.status_code == 422
    assert "每月上限" in answer.content.decode()
    answer = owner.post("/budgets/new", {**TYPED, "kind": "term"})
    assert answer.status_code == 422
    assert "last_month" in answer.context["form"].errors
    assert not Budget.objects.exists()


def test_who_edits_what_somebody_changed_meanwhile_is_told(market: Market, owner: Any) -> None:
    budget = make_budget(market.tenants["acme"], name="first")
    address = f"/budgets/{budget.public_id}/edit"
    assert 'name="version" value="1"' in owner.get(address).content.decode()

    first = owner.post(address, {**TYPED, "version": "1"})
    second = owner.post(address, {**TYPED, "version": "1", "amount": "9.00"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert 'value="9.00"' in second.content.decode()
    budget.refresh_from_db()
    assert (budget.amount, budget.version) == (500 * YUAN, 2)


def test_the_days_are_drawn_and_add_up(market: Market, owner: Any) -> None:
    budget = make_budget(market.tenants["acme"], first_month=this_month(), amount_micro=100 * YUAN)
    use_now(market)

    page = owner.get(f"/budgets/{budget.public_id}").context["page"]
    days = page.burn_down.days

    assert sum(day.spent for day in days) == 4_860_000
    assert days[-1].left == 100 * YUAN - 4_860_000
    assert page.spent.exact == "4.860000"
    assert page.burn_down.left_points.startswith("0,0 ")


def test_the_files_hold_what_is_shown(market: Market, owner: Any) -> None:
    budget = make_budget(market.tenants["acme"], first_month=this_month(), name="alpha")
    make_budget(market.tenants["acme"], first_month=this_month(), name="beta")

    every = b"".join(owner.get("/budgets", {"file": "csv"}).streaming_content).decode()
    found = b"".join(
        owner.get("/budgets", {"file": "csv", "text": "alp"}).streaming_content
    ).decode()
    days = b"".join(
        owner.get(f"/budgets/{budget.public_id}", {"file": "csv"}).streaming_content
    ).decode()

    assert ("beta" in every, "beta" in found, "alpha" in found) == (True, False, True)
    assert days.splitlines()[0].endswith("day,spent,left,even_pace")


def test_an_ended_budget_is_shown_and_not_changed(market: Market, owner: Any) -> None:
    budget = make_budget(market.tenants["acme"])

    assert owner.post(f"/budgets/{budget.public_id}/end").status_code == 302

    assert owner.get(f"/budgets/{budget.public_id}").status_code == 200
    assert owner.get(f"/budgets/{budget.public_id}/edit").status_code == 404


def test_a_viewer_reads_and_a_stranger_finds_nothing(market: Market) -> None:
    budget = make_budget(market.tenants["acme"])
    viewer = signed_in(make_member(organisation=market.tenants["acme"], role=Role.VIEWER))
    stranger = signed_in(make_member(organisation=make_organisation(), role=Role.OWNER))
    address = f"/budgets/{budget.public_id}"

    read = viewer.get(address)

    assert (read.status_code, f"{address}/edit" in read.content.decode()) == (200, False)
    assert viewer.post(f"{address}/end").status_code == 403
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/end").status_code == 404

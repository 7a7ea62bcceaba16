"""Budgets: what counts, what is told once, and what a budget that stops refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from compute_billing.budgets import alerting, operations, queries
from compute_billing.budgets.models import BudgetAlert, MonthSpend
from compute_billing.budgets.operations import BudgetChanged, BudgetExhausted, UnableToSetBudget
from compute_billing.contracts import operations as contracts
from compute_billing.ledger.models import Hold, HoldPart
from compute_billing.metering import operations as metering
from compute_billing.rating import holding
from compute_billing.tasks import budgets as tasks
from kernel.audit import Actor
from kernel.models import AuditEntry, OutboxEvent
from kernel.transactions import transaction
from tests.builders.budgets import budget_terms, make_budget
from tests.builders.market import NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)
HOUR = timedelta(hours=1)
START = NOW - 12 * HOUR
PRICE = 2_430_000
# A card for an hour: its price, and a micro-yuan for each second and each border.
WORST = PRICE + 3_600 + 1


@pytest.fixture
def market() -> Market:
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    return market


def hold(market: Market, name: str, *, hours: int = 1, **changes: Any) -> Hold:
    values: dict[str, Any] = {
        "tenant_id": market.tenants["acme"].pk,
        "reference": name,
        "project_id": None,
        "cluster_id": market.cluster.pk,
        "meter_id": market.meter.pk,
        "allocation_key": name,
        "milli_cards": 1_000,
        "starts_at": START,
    }
    job = holding.Job(**{**values, **changes})
    with transaction():
        return holding.open_hold(job=job, until=job.starts_at + hours * HOUR, now=NOW)


def use(market: Market, name: str = "free", *, hours: int = 1, **fields: Any) -> None:
    start = instant_ms(START)
    market.report(
        {
            "account": "acme",
            "milli_cards": 1_000,
            "allocation_key": name,
            "started_ms": start,
            "ended_ms": start + hours * 3_600_000,
            **fields,
        }
    )
    market.rate()


def look(market: Market, *, recent: int = 0, now: Any = NOW) -> int:
    tenant = market.tenants["acme"]
    return sum(
        alerting.look_at_budget(
            tenant_id=tenant.pk, budget_id=budget.pk, recent_micro=recent, now=now
        )
        for budget in alerting.watched()
        if budget.tenant_id == tenant.pk
    )


def told(kind: str = "budget.reached") -> list[dict[str, Any]]:
    return [e.payload for e in OutboxEvent.objects.filter(kind=kind).order_by("id")]


def period_of(market: Market) -> queries.BudgetPeriod:
    (period,) = queries.periods_at(tenant_id=market.tenants["acme"].pk, at=NOW)
    return period


def test_a_month_knows_what_was_spent_and_what_is_held(market: Market) -> None:
    make_budget(market.tenants["acme"])

    use(market)
    hold(market, "job-a")

    period = period_of(market)
    assert (period.spent, period.held, period.left) == (
        PRICE,
        WORST,
        5 * YUAN - PRICE - WORST,
    )
    assert (period.month, period.until_month) == (NOVEMBER, NOVEMBER)
    assert list(MonthSpend.objects.values_list("project_id", "month", "spent")) == [
        (0, NOVEMBER, PRICE)
    ]


def test_what_a_promotion_or_a_correction_takes_back_is_not_spent(market: Market) -> None:
    tenant = market.tenants["acme"]
    make_budget(tenant)
    use(market, external_id="use-1")
    market.report(
        {
            "account": "acme",
            "external_id": "fix-1",
            "corrects": "use-1",
            "milli_cards": 1_000,
            "allocation_key": "free",
            "started_ms": instant_ms(START),
            "ended_ms": instant_ms(START) + 1_800_000,
            "quantity": -1_800_000_000,
        }
    )
    market.rate()

    assert period_of(market).spent == PRICE // 2


def test_a_budget_that_stops_refuses_a_hold_and_names_what_is_missing(market: Market) -> None:
    budget = make_budget(market.tenants["acme"], stops=True)
    hold(market, "job-a")
    hold(market, "job-b")

    with pytest.raises(BudgetExhausted) as refusal:
        hold(market, "job-c")

    assert refusal.value.details == {
        "shortfall": {"amount": "2.300803", "currency": "CNY"},
        "budget": str(budget.public_id),
    }
    assert Hold.objects.count() == 2


def test_an_extension_is_refused_too_and_the_hold_stays(market: Market) -> None:
    make_budget(market.tenants["acme"], stops=True)
    placed = hold(market, "job-a", hours=2)

    with pytest.raises(BudgetExhausted), transaction():
        holding.extend_hold(
            tenant_id=placed.tenant_id, hold_id=placed.pk, until=START + 3 * HOUR, now=NOW
        )

    placed.refresh_from_db()
    assert placed.covered_until == START + 2 * HOUR


def test_use_without_a_hold_is_charged_in_full_and_shown_over_budget(market: Market) -> None:
    make_budget(market.tenants["acme"], stops=True)

    use(market, hours=3)

    assert period_of(market).left == 5 * YUAN - 3 * PRICE
    assert market.shares("acme") == {"paid": 3 * PRICE}
    with pytest.raises(BudgetExhausted):
        hold(market, "job-a")


def test_a_hold_that_pays_moves_from_held_to_spent_and_frees_the_rest(market: Market) -> None:
    make_budget(market.tenants["acme"], stops=True)
    placed = hold(market, "job-a", hours=2)

    use(market, "job-a", hours=2)
    with transaction():
        holding.release_hold(
            tenant_id=placed.tenant_id, hold_id=placed.pk, ended_at=START + 2 * HOUR, now=NOW
        )

    period = period_of(market)
    assert (period.spent, period.held) == (2 * PRICE, 0)
    assert HoldPart.objects.get().released > 0


def test_a_project_has_its_own_budget_and_counts_in_that_of_all(market: Market) -> None:
    tenant = market.tenants["acme"]
    project = contracts.add_project(tenant_id=tenant.pk, code="llm", name="大模型")
    metering.map_account(
        source_id=market.source.pk, account="acme-llm", tenant_id=tenant.pk, project_id=project.pk
    )
    make_budget(tenant, name="all", amount_micro=100 * YUAN)
    make_budget(tenant, name="llm", project="llm", stops=True, amount_micro=3 * YUAN)

    use(market, "a")
    use(market, "b", account="acme-llm")

    spent = {p.budget.name: p.spent for p in queries.periods_at(tenant_id=tenant.pk, at=NOW)}
    assert spent == {"all": 2 * PRICE, "llm": PRICE}
    with pytest.raises(BudgetExhausted):
        hold(market, "c", project_id=project.pk)
    assert hold(market, "d").pk


def test_a_hold_over_a_border_counts_in_full_in_both_months(market: Market) -> None:
    make_budget(market.tenants["acme"], stops=True, amount_micro=2 * WORST)
    border = queries.periods_at(tenant_id=market.tenants["acme"].pk, at=NOW)[0].ends_at
    hold(market, "job-a", starts_at=border - HOUR, hours=2)

    for starts_at in (border - 2 * HOUR, border + HOUR):
        with pytest.raises(BudgetExhausted):
            hold(market, f"job at {starts_at}", starts_at=starts_at)


def test_an_extension_into_the_next_month_takes_its_whole_hold_along(market: Market) -> None:
    tenant = market.tenants["acme"]
    make_budget(tenant, stops=True, amount_micro=3 * WORST)
    border = queries.periods_at(tenant_id=tenant.pk, at=NOW)[0].ends_at
    hold(market, "next", starts_at=border + HOUR, hours=2)
    placed = hold(market, "job-a", starts_at=border - HOUR, hours=1)

    # What November has left would pay the hour behind the border, but not the one before as well.
    with pytest.raises(BudgetExhausted), transaction():
        holding.extend_hold(tenant_id=tenant.pk, hold_id=placed.pk, until=border + HOUR, now=NOW)


def test_a_term_is_one_amount_for_all_of_its_months(market: Market) -> None:
    make_budget(market.tenants["acme"], is_term=True, last_month=date(2026, 12, 1), stops=True)
    later = START + timedelta(days=40)

    hold(market, "job-a", hours=2)

    with pytest.raises(BudgetExhausted):
        hold(market, "job-b", starts_at=later, hours=1)


def test_each_threshold_is_told_once_a_period_whatever_is_repeated(market: Market) -> None:
    make_budget(market.tenants["acme"])
    use(market, hours=2)

    assert [look(market), look(market), look(market)] == [2, 0, 0]

    assert [(e["measure"], e["percent"], e["spent"]["amount"]) for e in told()] == [
        ("actual", 50, "4.860000"),
        ("actual", 80, "4.860000"),
    ]
    use(market, "more")
    assert [look(market), look(market)] == [2, 0]
    assert [(e["measure"], e["percent"]) for e in told()[2:]] == [
        ("actual", 100),
        ("forecast", 100),
    ]


def test_a_budget_that_cannot_be_looked_at_hides_no_other(market: Market, monkeypatch) -> None:
    # Given two budgets that are half spent, of which the first meets a fault
    broken = make_budget(market.tenants["acme"], name="broken")
    make_budget(market.tenants["acme"], name="whole")
    use(market, hours=2)

    def look_at(*, budget_id: int, **asked: Any) -> int:
        if budget_id == broken.pk:
            message = "a fault"
            raise RuntimeError(message)
        return alerting.look_at_budget(budget_id=budget_id, **asked)

    monkeypatch.setattr(tasks, "look_at_budget", look_at)
    monkeypatch.setattr(tasks, "utc_now", lambda: NOW)

    # When the worker looks at all
    tasks.look_at_budgets()

    # Then the other one is told of
    assert {alert.budget.name for alert in BudgetAlert.objects.all()} == {"whole"}


def test_a_forecast_is_told_before_the_money_is_spent(market: Market) -> None:
    make_budget(market.tenants["acme"])
    use(market)
    period = period_of(market)
    left = (period.ends_at - NOW) // timedelta(milliseconds=1)
    need = (5 * YUAN - PRICE) * 604_800_000

    assert look(market, recent=need // left - 1) == 0
    assert look(market, recent=-(-need // left)) == 1

    (event,) = told()
    assert (event["measure"], event["percent"], event["month"]) == ("forecast", 100, "2026-11")


def test_the_next_month_is_told_anew(market: Market) -> None:
    make_budget(market.tenants["acme"], actual_percents=[50], forecast_percents=[])
    october = NOW - timedelta(days=30)
    use(
        market,
        "october",
        started_ms=instant_ms(october),
        ended_ms=instant_ms(october) + 7_200_000,
    )
    assert look(market, now=october + 3 * HOUR) == 1

    assert look(market) == 0
    use(market, hours=2)
    assert look(market) == 1

    assert [e["month"] for e in told()] == ["2026-10", "2026-11"]


def test_a_stop_is_told_once_a_period(market: Market) -> None:
    make_budget(market.tenants["acme"], stops=True)
    use(market, hours=3)

    for name in ("job-a", "job-b"):
        with pytest.raises(BudgetExhausted) as refusal:
            hold(market, name)
        operations.note_stop(refusal.value, now=NOW)

    (event,) = told("budget.stopped")
    assert event["spent"]["amount"] == "7.290000"
    assert BudgetAlert.objects.get(measure="stop").percent == 100


def test_who_edits_an_old_version_is_told_so(market: Market) -> None:
    tenant = market.tenants["acme"]
    budget = make_budget(tenant)
    edit: dict[str, Any] = {
        "tenant_id": tenant.pk,
        "budget_id": budget.pk,
        "expected": [1],
        "actor": Actor.system(),
        "now": NOW,
    }
    operations.change_budget(wanted=budget_terms(amount_micro=7 * YUAN), **edit)

    with pytest.raises(BudgetChanged):
        operations.change_budget(wanted=budget_terms(amount_micro=9 * YUAN), **edit)

    budget.refresh_from_db()
    assert (budget.amount, budget.version) == (7 * YUAN, 2)
    actions = AuditEntry.objects.filter(object_type="budget").values_list("action", flat=True)
    assert sorted(actions) == ["budgets.change", "budgets.create"]


def test_an_ended_budget_stops_and_tells_nothing(market: Market) -> None:
    tenant = market.tenants["acme"]
    budget = make_budget(tenant, stops=True, amount_micro=1)

    operations.end_budget(tenant_id=tenant.pk, budget_id=budget.pk, actor=Actor.system(), now=NOW)

    assert hold(market, "job-a").pk
    assert look(market) == 0
    assert make_budget(tenant).pk != budget.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_micro": 0}, "amount"),
        ({"name": " "}, "name"),
        ({"project": "absent"}, "project"),
        ({"is_term": True}, "last_month"),
        ({"last_month": date(2026, 9, 1)}, "last_month"),
        ({"actual_percents": [0]}, "actual_percents"),
        ({"forecast_percents": [1001]}, "forecast_percents"),
    ],
)
def test_what_makes_no_sense_is_refused(
    market: Market, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(UnableToSetBudget) as refusal:
        make_budget(market.tenants["acme"], **changes)

    assert refusal.value.details == {"field": field}


def test_two_running_budgets_have_two_names(market: Market) -> None:
    make_budget(market.tenants["acme"])

    with pytest.raises(UnableToSetBudget):
        make_budget(market.tenants["acme"])

"""How budgets stand: what is spent, held and forecast now, and what each day cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from compute_billing.audit.laws import ROOM
from compute_billing.audit.usage import spent
from compute_billing.budgets.forecast import BURN_TIME, forecast_at_end
from compute_billing.budgets.queries import Budget, BudgetAlert, BudgetPeriod, alerts_of, periods_at
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A period, what BURN_TIME before cost, and the spend that this pace comes to at its end."""

    period: BudgetPeriod
    recent: int
    forecast: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStanding:
    """A budget, its present period (None before its first and behind its last), what was told."""

    budget: Budget
    figures: Figures | None
    alerts: Sequence[BudgetAlert]


def standing_of(budget: Budget, *, now: datetime) -> BudgetStanding:
    """Return how a budget stands at an instant; one that has ended has no period."""
    return standings(tenant_id=budget.tenant_id, budgets=[budget], now=now)[0]


def standings(*, tenant_id: int, budgets: Sequence[Budget], now: datetime) -> list[BudgetStanding]:
    """Return how budgets of a tenant stand: three questions, and one for each project."""
    only = budgets[0].pk if len(budgets) == 1 else None
    periods = {
        period.budget.pk: period
        for period in periods_at(tenant_id=tenant_id, at=now, budget_id=only)
    }
    told = alerts_of(budget_ids=[budget.pk for budget in budgets])
    projects = {budget.project_id for budget in budgets if budget.pk in periods}
    recent = {project_id: _recent(tenant_id, project_id, now=now) for project_id in projects}
    return [
        BudgetStanding(
            budget=budget,
            figures=_figures(periods.get(budget.pk), recent=recent, now=now),
            alerts=[alert for alert in told if alert.budget_id == budget.pk],
        )
        for budget in budgets
    ]


def _recent(tenant_id: int, project_id: int | None, *, now: datetime) -> int:
    return spent(tenant_id=tenant_id, since=now - BURN_TIME, until=now, project_id=project_id)


def _figures(
    period: BudgetPeriod | None, *, recent: Mapping[int | None, int], now: datetime
) -> Figures | None:
    if period is None:
        return None
    pace = recent[period.budget.project_id]
    forecast = forecast_at_end(spent=period.spent, recent=pace, ends_at=period.ends_at, now=now)
    return Figures(period=period, recent=pace, forecast=forecast)


def days_of(period: BudgetPeriod) -> dict[date, int]:
    """Return what each local day of a period cost the tenant, in micro-yuan, if anything."""
    found = rows(
        statement(ROOM, "spend_days.sql"),
        tenant_id=period.budget.tenant_id,
        project_id=period.budget.project_id,
        first_month=period.month,
        last_month=period.until_month,
        starts_at=period.starts_at,
        time_zone=settings.BILLING_TIME_ZONE,
    )
    return {day["day"]: int(day["spent"]) for day in found}

"""Tell once per threshold and period that a budget was reached, or will be."""

from datetime import datetime

from accounts.events.operations import emit_all
from accounts.events.vocabulary import BudgetReached
from compute_billing.budgets.forecast import forecast_at_end, reached
from compute_billing.budgets.models import Budget, BudgetAlert
from compute_billing.budgets.periods import BudgetPeriod, periods_at
from compute_billing.ledger.locks import lock_wallet
from kernel.money import Money
from kernel.transactions import transaction

Measure = BudgetAlert.Measure


def watched() -> list[Budget]:
    """Return the budgets that are looked after: all that have not ended."""
    running = Budget.objects.filter(ended_at=None, tenant__retired_at=None)
    return list(running.order_by("tenant_id", "id"))


def look_at_budget(*, tenant_id: int, budget_id: int, recent_micro: int, now: datetime) -> int:
    """Tell which thresholds of a budget were reached since the last look; return how many.

    `recent_micro` is what BURN_TIME before `now` cost. Two workers at once tell each threshold
    once: what was told is a row that is unique by budget, period, measure and per cent.
    """
    with transaction():
        lock_wallet(tenant_id)
        told = [
            alert
            for period in periods_at(tenant_id=tenant_id, at=now, budget_id=budget_id)
            for alert in _alerts(period, recent_micro=recent_micro, now=now)
        ]
        known = set(
            BudgetAlert.objects.filter(budget_id=budget_id).values_list(
                "month", "measure", "percent"
            )
        )
        new = [a for a in told if (a.month, a.measure, a.percent) not in known]
        BudgetAlert.objects.bulk_create(new)
        emit_all(((tenant_id, _event(alert)) for alert in new), now=now)
    return len(new)


def _alerts(period: BudgetPeriod, *, recent_micro: int, now: datetime) -> list[BudgetAlert]:
    budget = period.budget
    forecast = forecast_at_end(
        spent=period.spent, recent=recent_micro, ends_at=period.ends_at, now=now
    )
    hit = [
        *((Measure.ACTUAL, p) for p in _reached(budget.actual_percents, period.spent, budget)),
        *((Measure.FORECAST, p) for p in _reached(budget.forecast_percents, forecast, budget)),
    ]
    return [
        BudgetAlert(
            budget=budget,
            month=period.month,
            measure=measure,
            percent=percent,
            amount=budget.amount,
            spent=period.spent,
            held=period.held,
            forecast=forecast,
            told_at=now,
        )
        for measure, percent in hit
    ]


def _reached(percents: list[int], part: int, budget: Budget) -> list[int]:
    return reached(percents, part=part, whole=budget.amount)


def _event(alert: BudgetAlert) -> BudgetReached:
    project = alert.budget.project
    return BudgetReached(
        budget=alert.budget.public_id,
        project="" if project is None else project.code,
        month=alert.month,
        measure=str(alert.measure),
        percent=alert.percent,
        amount=Money(alert.amount),
        spent=Money(alert.spent),
        forecast=Money(alert.forecast),
    )

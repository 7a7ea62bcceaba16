"""Periods of budgets with what was spent and is held of each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from compute_billing.budgets.locks import ROOM
from compute_billing.budgets.models import Budget
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPeriod:
    """A budget's month, or its term: what was spent and what is held of it, in micro-yuan."""

    budget: Budget
    month: date
    until_month: date
    starts_at: datetime
    ends_at: datetime
    spent: int
    held: int

    @property
    def left(self) -> int:
        """Return what is neither spent nor held; below zero it is overspent."""
        return self.budget.amount - self.spent - self.held


def periods_at(*, tenant_id: int, at: datetime, budget_id: int | None = None) -> list[BudgetPeriod]:
    """Return the periods of a tenant's budgets that an instant lies in."""
    return _periods(
        tenant_id=tenant_id,
        starts_at=at,
        ends_at=at + timedelta(milliseconds=1),
        budget_id=budget_id,
        stopping=False,
        project_id=0,
        hold_id=None,
    )


def stopping_periods(
    *,
    tenant_id: int,
    project_id: int | None,
    hold_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
) -> list[BudgetPeriod]:
    """Return the periods that limit use in a project over a stretch; the wallet is locked."""
    return _periods(
        tenant_id=tenant_id,
        starts_at=starts_at,
        ends_at=ends_at,
        budget_id=None,
        stopping=True,
        project_id=project_id or 0,
        hold_id=hold_id,
    )


def _periods(**asked: object) -> list[BudgetPeriod]:
    found = rows(statement(ROOM, "periods.sql"), **asked)
    budgets = Budget.objects.select_related("project", "tenant").in_bulk(
        {period["budget_id"] for period in found}
    )
    return [BudgetPeriod(budget=budgets[period.pop("budget_id")], **period) for period in found]

"""Every read of budgets."""

from collections.abc import Collection
from uuid import UUID

from compute_billing.budgets.models import Budget, BudgetAlert
from compute_billing.budgets.periods import BudgetPeriod, periods_at
from kernel.errors import DomainError

__all__ = [
    "Budget",
    "BudgetAlert",
    "BudgetPeriod",
    "UnknownBudget",
    "alerts_of",
    "budget_of",
    "budget_page",
    "periods_at",
]


class UnknownBudget(DomainError):
    """There is no such budget, or it is somebody else's."""

    code = "budget_not_found"


def budget_page(*, tenant_id: int, after: UUID | None, limit: int) -> list[Budget]:
    """Return a tenant's budgets, the newest first; those that have ended too."""
    budgets = Budget.objects.filter(tenant_id=tenant_id).select_related("project")
    if after is not None:
        budgets = budgets.filter(public_id__lt=after)
    return list(budgets.order_by("-public_id")[:limit])


def budget_of(*, tenant_ids: Collection[int] | None, public_id: UUID) -> Budget:
    """Return a budget of one of some tenants, or of anybody's for None.

    Raises:
        UnknownBudget: there is none.
    """
    budgets = Budget.objects.filter(public_id=public_id).select_related("project", "tenant")
    if tenant_ids is not None:
        budgets = budgets.filter(tenant_id__in=tenant_ids)
    found = budgets.first()
    if found is None:
        message = f"There is no budget {public_id}."
        raise UnknownBudget(message)
    return found


def alerts_of(*, budget_ids: Collection[int]) -> list[BudgetAlert]:
    """Return what was told of some budgets, the newest first."""
    told = BudgetAlert.objects.filter(budget_id__in=budget_ids)
    return list(told.order_by("-told_at", "-id"))

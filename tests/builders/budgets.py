"""Budgets of tenants, made by real operations."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from accounts.models import Organisation
from compute_billing.budgets import operations as budgets
from compute_billing.budgets.models import Budget
from compute_billing.budgets.operations import BudgetTerms
from kernel.audit import Actor
from tests.builders.market import NOW, YUAN

OCTOBER = date(2026, 10, 1)


def budget_terms(**changes: Any) -> BudgetTerms:
    """Return terms of five yuan a month from October on, but for what is named."""
    values: dict[str, Any] = {"name": "all", "first_month": OCTOBER, "amount_micro": 5 * YUAN}
    return BudgetTerms(**{**values, **changes})


def make_budget(tenant: Organisation, **changes: Any) -> Budget:
    """Make a budget of a tenant."""
    return budgets.create_budget(
        tenant_id=tenant.pk, wanted=budget_terms(**changes), actor=Actor.system(), now=NOW
    )


@cache
def own_budget(organisation: Organisation) -> UUID:
    """Return the id of a budget of the organisation."""
    return make_budget(organisation, name="own").public_id

"""Every write to budgets: made, changed, ended. What was told stays told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compute_billing.budgets.models import Budget
from compute_billing.budgets.stopping import BudgetExhausted, note_stop, refuse_over_budget
from compute_billing.contracts.models import Project
from compute_billing.contracts.queries import project_by_code
from compute_billing.ledger.locks import locked_wallet
from compute_billing.ledger.operations import ensure_wallet
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.money import Money
from kernel.transactions import transaction_if_not_already

__all__ = [
    "Budget",
    "BudgetChanged",
    "BudgetExhausted",
    "BudgetTerms",
    "UnableToSetBudget",
    "change_budget",
    "create_budget",
    "end_budget",
    "note_stop",
    "refuse_over_budget",
]

BUDGETS_MAX: Final = 50
PERCENT_MAX: Final = 1000
THRESHOLDS_MAX: Final = 10
AMOUNT_MAX: Final = Money.from_text("10000000000")
USUAL_ACTUAL: Final = (50, 80, 100)
USUAL_FORECAST: Final = (100,)


class UnableToSetBudget(DomainError):
    """An amount, a month or a threshold is out of bounds, a name is taken, or it has ended."""

    code = "unable_to_set_budget"


class BudgetChanged(DomainError):
    """Somebody changed the budget since it was read."""

    code = "budget_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetTerms:
    """What somebody wants: micro-yuan, first days of months, per cent.

    Without `is_term` the amount is for each month, up to the last one where there is one.
    """

    name: str
    project: str | None = None
    is_term: bool = False
    first_month: date
    last_month: date | None = None
    amount_micro: int
    actual_percents: Sequence[int] = USUAL_ACTUAL
    forecast_percents: Sequence[int] = USUAL_FORECAST
    stops: bool = False


def create_budget(*, tenant_id: int, wanted: BudgetTerms, actor: Actor, now: datetime) -> Budget:
    """Make a budget; what was spent already in its months counts from the first.

    Raises:
        UnableToSetBudget: out of bounds, no such project, a name that is taken, or too many.
    """
    with transaction_if_not_already():
        _lock(tenant_id)
        if Budget.objects.filter(tenant_id=tenant_id, ended_at=None).count() >= BUDGETS_MAX:
            message = f"A tenant has at most {BUDGETS_MAX} budgets: end one first."
            raise UnableToSetBudget(message)
        budget = Budget(tenant_id=tenant_id, created_at=now)
        return _save(budget, wanted, verb="create", actor=actor, now=now)


def change_budget(
    *,
    tenant_id: int,
    budget_id: int,
    wanted: BudgetTerms,
    expected: Collection[int],
    actor: Actor,
    now: datetime,
) -> Budget:
    """Set a budget anew; `expected` are the versions that somebody has seen, empty is any.

    Raises:
        BudgetChanged: it is another version by now.
        UnableToSetBudget: see `create_budget`; or it has ended.
    """
    with transaction_if_not_already():
        _lock(tenant_id)
        budget = _running(tenant_id=tenant_id, budget_id=budget_id)
        if expected and budget.version not in expected:
            message = "The budget was changed meanwhile: read it again, and decide again."
            raise BudgetChanged(message, details={"version": budget.version})
        budget.version += 1
        return _save(budget, wanted, verb="change", actor=actor, now=now)


def end_budget(*, tenant_id: int, budget_id: int, actor: Actor, now: datetime) -> Budget:
    """End a budget: it limits and tells nothing any more. One that has ended stays as it is."""
    with transaction_if_not_already():
        _lock(tenant_id)
        budget = Budget.objects.get(pk=budget_id, tenant_id=tenant_id)
        if budget.ended_at is None:
            budget.ended_at = budget.changed_at = now
            budget.version += 1
            budget.save()
            _record("end", budget, actor=actor, now=now)
        return budget


def _lock(tenant_id: int) -> None:
    """Let no hold be given meanwhile: it was judged by the budget as it was."""
    ensure_wallet(tenant_id=tenant_id)
    locked_wallet(tenant_id)


def _running(*, tenant_id: int, budget_id: int) -> Budget:
    budget = Budget.objects.get(pk=budget_id, tenant_id=tenant_id)
    if budget.ended_at is not None:
        message = "The budget has ended: make another one."
        raise UnableToSetBudget(message, details={"field": "name"})
    return budget


def _save(budget: Budget, wanted: BudgetTerms, *, verb: str, actor: Actor, now: datetime) -> Budget:
    _refuse_out_of_bounds(wanted)
    budget.project = _project(budget.tenant_id, wanted.project)
    budget.name = wanted.name
    budget.kind = Budget.Kind.TERM if wanted.is_term else Budget.Kind.MONTHLY
    budget.first_month, budget.last_month = wanted.first_month, wanted.last_month
    budget.amount = wanted.amount_micro
    budget.actual_percents = sorted(set(wanted.actual_percents))
    budget.forecast_percents = sorted(set(wanted.forecast_percents))
    budget.stops = wanted.stops
    budget.changed_at = now
    taken = UnableToSetBudget(
        f"There is a budget {wanted.name!r} already.", details={"field": "name"}
    )
    with constraint_errors({"budget_name_unique": taken}):
        budget.save()
    _record(verb, budget, actor=actor, now=now)
    return budget


def _project(tenant_id: int, code: str | None) -> Project | None:
    if not code:
        return None
    found = project_by_code(tenant_id=tenant_id, code=code)
    if found is None:
        message = f"There is no project {code!r}."
        raise UnableToSetBudget(message, details={"field": "project"})
    return found


def _refuse_out_of_bounds(wanted: BudgetTerms) -> None:
    if not wanted.name.strip():
        raise _out_of_bounds("name", "Give the budget a name.")
    if not 0 < wanted.amount_micro <= AMOUNT_MAX.amount_micro:
        raise _out_of_bounds("amount", f"A budget is more than nothing and at most {AMOUNT_MAX}.")
    if wanted.is_term and wanted.last_month is None:
        raise _out_of_bounds("last_month", "A term needs its last month.")
    if wanted.last_month is not None and wanted.last_month < wanted.first_month:
        raise _out_of_bounds("last_month", "The last month lies before the first.")
    for field, percents in (
        ("actual_percents", wanted.actual_percents),
        ("forecast_percents", wanted.forecast_percents),
    ):
        if len(percents) > THRESHOLDS_MAX or not all(0 < p <= PERCENT_MAX for p in percents):
            message = f"At most {THRESHOLDS_MAX} thresholds, each from 1 to {PERCENT_MAX} per cent."
            raise _out_of_bounds(field, message)


def _out_of_bounds(field: str, message: str) -> UnableToSetBudget:
    return UnableToSetBudget(message, details={"field": field})


def _record(verb: str, budget: Budget, *, actor: Actor, now: datetime) -> None:
    """Write down who decided what; a name is the tenant's own words and stays out of it."""
    audit.record(
        action=f"budgets.{verb}",
        object_type="budget",
        object_id=str(budget.public_id),
        organisation_id=budget.tenant_id,
        actor=actor,
        now=now,
        detail={
            "version": budget.version,
            "kind": str(budget.kind),
            "amount": Money(budget.amount).to_text(),
            "stops": budget.stops,
            "actual_percents": list(budget.actual_percents),
            "forecast_percents": list(budget.forecast_percents),
            "project_id": budget.project_id,
        },
    )

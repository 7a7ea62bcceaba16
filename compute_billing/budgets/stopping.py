"""Refuse what a budget that stops could not pay."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import BudgetStopped
from compute_billing.budgets.models import BudgetAlert
from compute_billing.budgets.periods import BudgetPeriod, periods_at, stopping_periods
from kernel.errors import DomainError
from kernel.money import Money
from kernel.transactions import transaction, transaction_required


class BudgetExhausted(DomainError):
    """A budget that stops has less left than the job may cost at most; `shortfall` says how much.

    What was spent and what is set aside for other jobs counts against it.
    """

    code = "budget_exhausted"

    def __init__(self, period: BudgetPeriod, *, shortfall_micro: int) -> None:
        """Name the budget, its period and what is missing."""
        self.shortfall_micro = shortfall_micro
        self.budget_id = period.budget.pk
        self.tenant_id = period.budget.tenant_id
        missing = Money(shortfall_micro)
        super().__init__(
            f"{missing} are missing in the budget {period.budget.public_id} of "
            f"{period.month:%Y-%m}: raise it, ask for less, or wait for what is held to be free.",
            details={
                "shortfall": {"amount": missing.to_text(), "currency": missing.currency},
                "budget": str(period.budget.public_id),
            },
        )


@transaction_required
def refuse_over_budget(
    *,
    tenant_id: int,
    project_id: int | None,
    hold_id: int | None,
    starts_at: datetime,
    ends_at: datetime,
    wanted_micro: int,
) -> None:
    """Let a hold of so much own money or credit pass only if every budget that stops can pay it.

    The caller holds the lock of the tenant's wallet: holds and charges of the tenant come one
    after the other, so no two can take the same rest. Money of promotions and subsidies is not the
    tenant's, and no budget counts it.

    Raises:
        BudgetExhausted: one has less left.
    """
    limiting = stopping_periods(
        tenant_id=tenant_id,
        project_id=project_id,
        hold_id=hold_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    tightest = min(limiting, key=lambda period: period.left, default=None)
    if tightest is not None and wanted_micro > 0 and tightest.left < wanted_micro:
        raise BudgetExhausted(tightest, shortfall_micro=wanted_micro - tightest.left)


def note_stop(refusal: BudgetExhausted, *, now: datetime) -> None:
    """Tell that a budget refused a hold, once a period: in a transaction behind the refusal."""
    with transaction():
        found = periods_at(tenant_id=refusal.tenant_id, at=now, budget_id=refusal.budget_id)
        for period in found:
            _, is_new = BudgetAlert.objects.get_or_create(
                budget=period.budget,
                month=period.month,
                measure=BudgetAlert.Measure.STOP,
                percent=100,
                defaults={
                    "amount": period.budget.amount,
                    "spent": period.spent,
                    "held": period.held,
                    "forecast": period.spent,
                    "told_at": now,
                },
            )
            if is_new:
                stopped = BudgetStopped(
                    budget=period.budget.public_id,
                    project=period.budget.project.code if period.budget.project else "",
                    month=period.month,
                    amount=Money(period.budget.amount),
                    spent=Money(period.spent),
                    held=Money(period.held),
                    shortfall=Money(refusal.shortfall_micro),
                )
                emit(stopped, organisation_id=refusal.tenant_id, now=now)

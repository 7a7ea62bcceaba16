"""Look at budgets, and tell what was reached."""

import logging
from datetime import datetime
from typing import Any

from celery import shared_task

from compute_billing.audit.usage import spent
from compute_billing.budgets.alerting import look_at_budget, watched
from compute_billing.budgets.forecast import BURN_TIME
from compute_billing.budgets.queries import Budget
from kernel.clock import utc_now

logger = logging.getLogger(__name__)


@shared_task(name="compute_billing.tasks.budgets.look_at_budgets")
def look_at_budgets(**_: Any) -> None:
    """Compare each budget with what was spent, and with what will be at the present pace."""
    now = utc_now()
    for budget in watched():
        try:
            _look(budget, now=now)
        except Exception:
            # One that cannot be looked at must not hide the others; the next look tries again.
            logger.exception("budget %s could not be looked at", budget.public_id)


def _look(budget: Budget, *, now: datetime) -> None:
    recent = spent(
        tenant_id=budget.tenant_id,
        since=now - BURN_TIME,
        until=now,
        project_id=budget.project_id,
    )
    look_at_budget(tenant_id=budget.tenant_id, budget_id=budget.pk, recent_micro=recent, now=now)

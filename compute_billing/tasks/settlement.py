"""Close months that are over, settle what is closed, and seal the log of decisions."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings

from compute_billing.invoices import operations as invoices
from compute_billing.invoices import queries as invoice_queries
from compute_billing.settlement import operations as settlement
from compute_billing.settlement import queries as settlement_queries
from compute_billing.settlement import reimbursing
from kernel import seals
from kernel.clock import utc_now


@shared_task(name="compute_billing.tasks.settlement.close_due_months")
def close_due_months(**_: Any) -> None:
    """Close, tenant by tenant, the months that are over; what is parked is tried again."""
    now = utc_now()
    over = now - timedelta(hours=settings.CLOSE_GRACE_HOURS)
    for month in invoice_queries.months_to_close(now=over):
        invoices.close_period(month=month, now=now)


@shared_task(name="compute_billing.tasks.settlement.settle_due")
def settle_due(**_: Any) -> None:
    """Settle every month with bills that stand on no statement yet, and claim what was paid."""
    for month in settlement_queries.months_to_settle():
        settlement.settle(month=month, now=utc_now())
        reimbursing.claim_reimbursements(month=month, now=utc_now())


@shared_task(name="compute_billing.tasks.settlement.seal_audit")
def seal_audit(**_: Any) -> None:
    """Seal the audit entries that no seal covers yet."""
    while seals.seal_entries(now=utc_now()) is not None:
        pass

"""Locks of closing: first the tenant's advisory lock, then the row of its month."""

from datetime import date

from compute_billing.invoices.models import TenantMonth
from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.sql import execute, statement
from kernel.transactions import transaction_required


@transaction_required
def lock_tenant_month(*, tenant_id: int, month: date) -> TenantMonth:
    """Lock a tenant's month alone, making its row when nothing was booked yet.

    The advisory lock lets one closing of the tenant run at a time, because two months closed
    at once would both carry on from the same earlier bill.
    """
    acquire_xact_lock(AdvisoryLock.TENANT_CLOSE, str(tenant_id))
    months = TenantMonth.objects.select_for_update().filter(tenant_id=tenant_id, month=month)
    if (found := months.first()) is not None:
        return found
    execute(statement(__package__, "open_month.sql"), tenant_id=tenant_id, month=month)
    return months.get()

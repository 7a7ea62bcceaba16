"""Locks of settlement: one settling of a month at a time, then claims by id."""

from datetime import date

from compute_billing.settlement.models import Claim
from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.periods import month_text
from kernel.transactions import transaction_required


@transaction_required
def lock_settlement(*, month: date) -> None:
    """Wait until nobody else settles this month, and keep others out until the end."""
    acquire_xact_lock(AdvisoryLock.SETTLEMENT, month_text(month))


@transaction_required
def lock_claim(*, claim_id: int) -> Claim | None:
    """Lock a claim, or return None when there is none."""
    return (
        Claim.objects.select_for_update(of=("self",))
        .select_related("fund")
        .filter(pk=claim_id)
        .first()
    )

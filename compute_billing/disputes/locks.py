"""Row locks of disputes. Order: the dispute, then what metering locks to correct its record."""

from uuid import UUID

from compute_billing.disputes.models import UsageDispute
from kernel.transactions import transaction_required


@transaction_required
def lock_dispute(public_id: UUID) -> UsageDispute | None:
    """Lock a dispute, with its source."""
    return (
        UsageDispute.objects.select_for_update(of=("self",))
        .select_related("source", "tenant", "operator")
        .filter(public_id=public_id)
        .first()
    )


@transaction_required
def lock_granted(*, limit: int, after: int = 0) -> list[UsageDispute]:
    """Lock disputes whose correction may be charged by now; what somebody holds is passed by."""
    found = UsageDispute.objects.select_for_update(skip_locked=True, of=("self",))
    return list(
        found.filter(state="granted", pk__gt=after).select_related("source").order_by("pk")[:limit]
    )

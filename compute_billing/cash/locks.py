"""Row locks of reconciliation. Order: cash accounts by id, then a proposal; then the ledger's."""

from collections.abc import Collection
from uuid import UUID

from compute_billing.cash.models import CashAccount, CashProposal
from kernel.transactions import transaction_required


@transaction_required
def lock_accounts(account_ids: Collection[int]) -> list[CashAccount]:
    """Lock accounts in the order of their ids: their days and differences change one at a time."""
    found = CashAccount.objects.select_for_update().filter(pk__in=account_ids)
    return list(found.order_by("pk"))


@transaction_required
def lock_proposal(public_id: UUID) -> CashProposal | None:
    """Lock an open proposal; the accounts of its differences are locked already."""
    return (
        CashProposal.objects.select_for_update(of=("self",))
        .select_related("difference", "other")
        .filter(public_id=public_id, closed_at__isnull=True)
        .first()
    )

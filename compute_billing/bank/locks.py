"""Row locks of the bank rail. Order: bank account, then the tenant's wallet, then balances."""

from uuid import UUID

from compute_billing.bank.models import BankAccount, BankProposal
from kernel.transactions import transaction_required


@transaction_required
def lock_account(account_id: int) -> BankAccount:
    """Lock an account: its statements and the fates of its lines come one after the other."""
    return BankAccount.objects.select_for_update().get(pk=account_id)


@transaction_required
def lock_proposal(public_id: UUID) -> BankProposal | None:
    """Lock an open proposal."""
    return (
        BankProposal.objects.select_for_update(of=["self"])
        .select_related("line")
        .filter(public_id=public_id, closed_at__isnull=True)
        .first()
    )

"""The account between a fund and whom it owes, or who owes it."""

from compute_billing.ledger.operations import account
from kernel.transactions import transaction_required


@transaction_required
def reimbursement_account(*, owner_kind: str, owner_id: int, fund_id: int) -> int:
    """Return the account of what a fund owes a tenant; below zero, what is owed back to it.

    A provider's holds what it had to give back of its earnings.
    """
    return account(
        owner_kind=owner_kind,
        owner_id=owner_id,
        kind="reimbursement",
        subject=f"fund:{fund_id}",
    )

"""Pay at once from a tenant's own money, and give back the way it came.

For what is bought before it is used. Vouchers, promotion and card time do not pay here: they are
spent on use.
"""

from datetime import datetime

from compute_billing.ledger.locks import ROOM, lock_wallet
from compute_billing.ledger.models import CNY
from compute_billing.ledger.posting import post
from compute_billing.ledger.transfers import Transfer
from kernel.errors import DomainError
from kernel.money import Money
from kernel.sql import rows, statement
from kernel.transactions import transaction_required


class UnableToPay(DomainError):
    """The tenant has no wallet, it is paused, or there is less in it than is to be paid."""

    code = "unable_to_pay_from_wallet"


class InsufficientBalance(UnableToPay):
    """The tenant's money and credit limit together are less than is to be paid."""

    code = "insufficient_balance"


@transaction_required
def pay(
    *,
    tenant_id: int,
    account_id: int,
    amount_micro: int,
    cluster_id: int,
    meter_id: int,
    kind: str,
    reference: str,
    now: datetime,
) -> int:
    """Move money from paid lots in burn order, then from the credit limit, into an account.

    Lots pay that may be spent on this meter of this cluster and are valid now. Return the
    transaction.

    Raises:
        UnableToPay: there is no wallet, or it is paused.
        InsufficientBalance: the error says how much is missing.
    """
    wallet = lock_wallet(tenant_id)
    if wallet is None or wallet.paused_reason:
        message = "The wallet is paused, or there is none: ask the operator."
        raise UnableToPay(message)
    sources = rows(
        statement(ROOM, "money_to_pay.sql"),
        tenant_id=tenant_id,
        cluster_id=cluster_id,
        meter_id=meter_id,
        now=now,
    )
    transfers, missing = [], amount_micro
    for source in sources:
        part = min(source["available"], missing)
        if part > 0:
            transfers.append(Transfer(source["account_id"], account_id, CNY, part))
            missing -= part
    if missing > 0:
        message = f"{Money(missing)} are missing in the wallet: top up first."
        raise InsufficientBalance(message, details={"missing": Money(missing).to_text()})
    return post(kind=kind, reference=reference, occurred_at=now, now=now, transfers=transfers)


@transaction_required
def give_back(
    *, account_id: int, amount_micro: int, kind: str, reference: str, now: datetime
) -> int:
    """Move money out of an account back to where it was paid from, what was paid last first.

    A lot that has expired meanwhile gets its part too: its own terms say what becomes of it.
    Return the transaction.

    Raises:
        UnableToPay: less than that was paid in, or is left.
    """
    transfers, missing = [], amount_micro
    for source in rows(statement(ROOM, "payers_of_account.sql"), account_id=account_id):
        part = min(source["amount"], missing)
        if part > 0:
            transfers.append(Transfer(account_id, source["account_id"], CNY, part))
            missing -= part
    if missing > 0:
        message = f"{Money(missing)} more would be given back than was paid."
        raise UnableToPay(message)
    return post(kind=kind, reference=reference, occurred_at=now, now=now, transfers=transfers)

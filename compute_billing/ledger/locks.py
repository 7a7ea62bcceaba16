"""Row locks of the books, in this order: wallet, then balances by account id."""

from collections.abc import Collection
from typing import Final

from compute_billing.ledger.models import Wallet
from kernel.errors import DomainError
from kernel.sql import execute, statement
from kernel.transactions import transaction_required

ROOM: Final = "compute_billing.ledger"


class WalletNotFound(DomainError):
    """The tenant has no wallet."""

    code = "wallet_not_found"


@transaction_required
def lock_wallet(tenant_id: int) -> Wallet | None:
    """Lock a tenant's wallet: everything that spends or tops it up comes one after the other."""
    return Wallet.objects.select_for_update().filter(tenant_id=tenant_id).first()


@transaction_required
def locked_wallet(tenant_id: int) -> Wallet:
    """Lock a tenant's wallet, which must be there.

    Raises:
        WalletNotFound: the tenant has none.
    """
    wallet = lock_wallet(tenant_id)
    if wallet is None:
        message = "The tenant has no wallet: open one first."
        raise WalletNotFound(message, details={"tenant_id": tenant_id})
    return wallet


@transaction_required
def lock_balances(account_ids: Collection[int]) -> list[tuple[int, str, int]]:
    """Lock the balances of those of the accounts that have a floor, in id order.

    Return each one's id, its unit and what it has above its floor and its holds.
    """
    locked = execute(statement(ROOM, "lock_balances.sql"), account_ids=list(account_ids))
    return list(locked.fetchall())

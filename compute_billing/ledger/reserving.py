"""Money of one lot set aside for what is under way elsewhere: it can be spent on nothing else.

A hold of a job ends by itself; this ends when the other side has answered, however late.
"""

from datetime import datetime

from django.db.models import F

from compute_billing.ledger.locks import lock_balances
from compute_billing.ledger.models import LedgerBalance
from compute_billing.ledger.posting import Overdraft
from compute_billing.ledger.reserve_models import LotReserve
from kernel.transactions import transaction_required


@transaction_required
def available_on(*, account_id: int) -> int:
    """Lock a floored account and return what may leave it, in micro-yuan."""
    ((_, _, available),) = lock_balances([account_id])
    return available


@transaction_required
def reserve(*, account_id: int, amount_micro: int, reference: str, now: datetime) -> None:
    """Set an amount on one lot aside until `release` is called with the same reference.

    Raises:
        Overdraft: the lot has less.
    """
    left = available_on(account_id=account_id)
    if left < amount_micro:
        message = f"Account {account_id} has {left} left, not {amount_micro}: ask for less."
        raise Overdraft(message, details={"account_id": account_id, "available": left})
    LotReserve.objects.create(
        account_id=account_id, reference=reference, amount=amount_micro, reserved_at=now
    )
    LedgerBalance.objects.filter(account_id=account_id).update(held=F("held") + amount_micro)


@transaction_required
def release(*, account_id: int, reference: str) -> None:
    """Let what was set aside be spent again, or be posted elsewhere by the caller at once.

    What was released already, or never reserved, is left alone.
    """
    available_on(account_id=account_id)
    found = LotReserve.objects.filter(account_id=account_id, reference=reference).first()
    if found is None:
        return
    LedgerBalance.objects.filter(account_id=account_id).update(held=F("held") - found.amount)
    found.delete()

"""Warn of a balance that runs low, once until it is well again."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import BalanceLow
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.models import Wallet
from kernel.money import Money
from kernel.transactions import transaction


def prepaid_tenants() -> list[int]:
    """Return whose wallet may run dry."""
    prepaid = Wallet.objects.filter(mode=Wallet.Mode.PREPAID, tenant__retired_at=None)
    return list(prepaid.order_by("tenant_id").values_list("tenant_id", flat=True))


def note_balance(
    *, tenant_id: int, balance_micro: int, days_left: int | None, threshold_days: int, now: datetime
) -> bool:
    """Tell that a balance lasts fewer days than the threshold; say whether it was told now.

    It is told once: again only after it lasted long enough in between. None for `days_left` means
    that nothing is spent.
    """
    is_low = days_left is not None and days_left < threshold_days
    with transaction():
        wallet = lock_wallet(tenant_id)
        if wallet is None or is_low is (wallet.low_since is not None):
            return False
        Wallet.objects.filter(pk=wallet.pk).update(low_since=now if is_low else None)
        if is_low:
            low = BalanceLow(
                balance=Money(balance_micro),
                days_left=days_left or 0,
                threshold_days=threshold_days,
            )
            emit(low, organisation_id=tenant_id, now=now)
    return is_low

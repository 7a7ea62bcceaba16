"""Warn of a balance that runs low, once until it is well again.

A tenant says below which amount it is low; one that says nothing is warned by the days it lasts.
"""

from datetime import datetime
from typing import Final

from accounts.events.operations import emit
from accounts.events.vocabulary import BalanceLow
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.models import Wallet
from compute_billing.ledger.operations import ensure_wallet
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.money import Money
from kernel.transactions import transaction

# Ten thousand million yuan, as budgets have it.
LOW_AMOUNT_MAX: Final = 10_000_000_000 * 1_000_000

# What lasts for a year or more is told as that.
DAYS_OF_A_YEAR: Final = 366


class UnableToSetLowAmount(DomainError):
    """The amount is not above zero, or beyond LOW_AMOUNT_MAX."""

    code = "unable_to_set_low_amount"


def prepaid_tenants(*, with_amount: bool | None = None) -> list[int]:
    """Return whose wallet may run dry: of all, or of those who chose an amount, or did not."""
    prepaid = Wallet.objects.filter(mode=Wallet.Mode.PREPAID, tenant__retired_at=None)
    if with_amount is not None:
        prepaid = prepaid.filter(low_amount__isnull=not with_amount)
    return list(prepaid.order_by("tenant_id").values_list("tenant_id", flat=True))


@transaction
def set_low_amount(
    *, tenant_id: int, amount_micro: int | None, actor: Actor, now: datetime
) -> None:
    """Let a tenant be warned when less than an amount is left; None: by days, as the house does.

    Another amount is another line to cross: who was warned is warned anew if it is below that one.

    Raises:
        UnableToSetLowAmount: nothing or less, or more than LOW_AMOUNT_MAX.
    """
    if amount_micro is not None and not 0 < amount_micro <= LOW_AMOUNT_MAX:
        message = f"Name more than nothing, and at most {Money(LOW_AMOUNT_MAX).to_text()}."
        raise UnableToSetLowAmount(message, details={"field": "amount"})
    ensure_wallet(tenant_id=tenant_id)
    wallet = lock_wallet(tenant_id)
    if wallet is None or wallet.low_amount == amount_micro:
        return
    Wallet.objects.filter(pk=tenant_id).update(low_amount=amount_micro, low_since=None)
    audit.record(
        action="ledger.set_low_amount",
        object_type="wallet",
        object_id=str(tenant_id),
        organisation_id=tenant_id,
        actor=actor,
        now=now,
        detail={"amount": amount_micro, "former_amount": wallet.low_amount},
    )


@transaction
def note_balance(
    *,
    tenant_id: int,
    balance_micro: int,
    days_left: int | None,
    threshold_days: int,
    now: datetime,
) -> bool:
    """Tell that a balance is below the tenant's amount, or lasts fewer days than the threshold.

    It is told once: again only after it was well in between. None for `days_left` means that
    nothing is spent, or that it lasts for long. Say whether it was told now.
    """
    wallet = lock_wallet(tenant_id)
    if wallet is None:
        return False
    if wallet.low_amount is not None:
        is_low = balance_micro < wallet.low_amount
    else:
        is_low = days_left is not None and days_left < threshold_days
    if is_low is (wallet.low_since is not None):
        return False
    Wallet.objects.filter(pk=wallet.pk).update(low_since=now if is_low else None)
    if is_low:
        low = BalanceLow(
            balance=Money(balance_micro),
            days_left=DAYS_OF_A_YEAR if days_left is None else days_left,
            threshold_days=threshold_days,
            threshold=Money(wallet.low_amount or 0),
        )
        emit(low, organisation_id=tenant_id, now=now)
    return is_low

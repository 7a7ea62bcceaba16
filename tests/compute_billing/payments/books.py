"""What the books say of a payer and his operator, in micro-yuan."""

from __future__ import annotations

from compute_billing.ledger import queries
from compute_billing.ledger.models import LedgerBalance
from tests.compute_billing.payments.conftest import Payer


def at_stripe(payer: Payer) -> int:
    """Return what the operator's money at Stripe comes to."""
    return -_balance("operator", payer.operator.pk, "cash", "stripe:main")


def fees(payer: Payer) -> int:
    """Return what the operator paid to Stripe."""
    return -_balance("operator", payer.operator.pk, "payment_fee", "stripe:main")


def paid_lots(payer: Payer) -> list[tuple[int, int]]:
    """Return what is left and what is held of each paid lot, by account."""
    found = LedgerBalance.objects.filter(
        account__owner_kind="tenant", account__owner_id=payer.tenant.pk, account__kind="paid"
    )
    return list(found.order_by("account_id").values_list("posted", "held"))


def owed(payer: Payer) -> dict[str, int]:
    """Return what the tenant owes by cause."""
    return queries.arrears_by_cause(tenant_id=payer.tenant.pk)


def _balance(owner_kind: str, owner_id: int, kind: str, subject: str) -> int:
    account_id = queries.find_account(
        owner_kind=owner_kind, owner_id=owner_id, kind=kind, subject=subject
    )
    return 0 if account_id is None else queries.balance(account_id=account_id).posted

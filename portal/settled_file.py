"""A settled month as a file: a row for each tenant, exact."""

from decimal import Decimal
from typing import Final

from compute_billing.settlement.overview import TenantLine
from kernel.money import Money
from kernel.quantities import card_seconds_text
from portal.exports import Cell

AMOUNTS: Final = ("gross", "discount", "programme", "tenant_paid", "arrears")
TENANT_COLUMNS: Final = ("tenant", "name", "quantity_card_seconds", *AMOUNTS, "balance")


def tenant_cells(line: TenantLine) -> list[Cell]:
    """Return a tenant's row."""
    return [
        line.code,
        line.name,
        Decimal(card_seconds_text(line.amounts.quantity)),
        *(_yuan(getattr(line.amounts, name)) for name in AMOUNTS),
        _yuan(line.balance),
    ]


def _yuan(micro: int) -> Decimal:
    return Decimal(Money(micro).to_text())

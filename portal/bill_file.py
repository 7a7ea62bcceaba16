"""Bills and their lines as files. Columns have the names of the API; amounts are exact."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from compute_billing.invoices.procurement import NAMES, procurement_on
from compute_billing.invoices.queries import invoice_page
from compute_billing.invoices.wording import PackageName, StatementLine
from kernel.money import MICRO_PER_FEN, Money
from kernel.periods import month_text
from kernel.quantities import card_hours_text
from portal.exports import Cell

BATCH: Final = 200
MONEY_UNIT: Final = "CNY"
HOUR_PLACES: Final = 6
AMOUNTS: Final = (*("gross", "discount", "net", "tax", "programme", "tenant_paid", "arrears"),)
BILL_COLUMNS: Final = (
    "number",
    "month",
    "issuer",
    "issued_at",
    "card_hours",
    *AMOUNTS,
    "total",
    *NAMES,
)
LINE_COLUMNS: Final = (
    *(
        "price_list",
        "card_type",
        "cluster",
        "band",
        "unit_price",
        "project",
        "usage_month",
        "payer",
    ),
    *("card_hours", "unit", "amount"),
    *("package", "contract", "cards", "starts_on", "last_on", "card_month_price"),
)


def bill_rows(*, tenant_id: int, month: date | None = None) -> Iterator[list[Cell]]:
    """Yield all bills of a tenant, or those of a month, the latest first."""
    after = None
    while bills := invoice_page(tenant_id=tenant_id, month=month, after=after, limit=BATCH):
        for bill in bills:
            yield _bill(bill)
            after = bill.public_id


def _bill(bill: Any) -> list[Cell]:
    said = procurement_on(bill)
    return [
        f"{bill.series}-{bill.number:06d}",
        month_text(bill.period),
        bill.issuer.code,
        bill.issued_at,
        hours(int(bill.quantity)),
        *(yuan(getattr(bill, name)) for name in AMOUNTS),
        yuan(bill.total_fen * MICRO_PER_FEN),
        *(None if said is None else getattr(said, name) or None for name in NAMES),
    ]


def line_rows(lines: Iterable[StatementLine]) -> Iterator[list[Cell]]:
    """Yield the lines of a bill; card time in kind has its amount in card-hours."""
    for line in lines:
        price, is_money = line.price.unit_price_micro, line.unit == MONEY_UNIT
        yield [
            *(line.price.price_list, line.price.meter, line.cluster, line.price.band),
            None if price is None else yuan(price),
            *(line.project, month_text(line.usage_month), line.payer_kind),
            hours(line.quantity),
            line.unit,
            yuan(line.amount) if is_money else hours(line.amount),
            *_package(line.package),
        ]


def _package(package: PackageName | None) -> list[Cell]:
    if package is None:
        return [None] * 6
    days = (package.starts_on, package.last_on)
    return [package.number, package.contract_no, package.cards, *days, yuan(package.price_micro)]


def yuan(micro: int) -> Decimal:
    """Return an amount in micro-yuan as exact yuan."""
    return Decimal(Money(micro).to_text())


def hours(quantity: int) -> Decimal:
    """Return milli-card-milliseconds as card-hours with six places."""
    return Decimal(card_hours_text(quantity, places=HOUR_PLACES))

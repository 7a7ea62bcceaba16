"""From the lines of bills to those of an e-invoice: who pays stands together, discounts apart.

Of a line's key all payers of money are one line: what a programme pays is payment by the state
and invoiced in full, what a promotion takes off never was a price (policy facts: 庆阳 2024 有关
算力券 against the vouchers of public clouds). Card time in kind is no money and stands on none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from compute_billing.einvoices.sharing import Weight
from kernel.errors import DomainError
from kernel.money import allocate
from kernel.tax import rate_ppm

CNY: Final = "CNY"
PROMOTION: Final = "promotion"
SPECIFICATION_LENGTH_MAX: Final = 200


class UnableToInvoiceCredit(DomainError):
    """What is taken back on the bills exceeds what they sell in a tax class."""

    code = "einvoice_below_zero"


@dataclass(slots=True, kw_only=True)
class Sold:
    """What one line sells: micro-yuan with tax, milli-card-milliseconds, and its bill lines."""

    tax_class: str
    specification: str
    net: int = 0
    quantity: int = 0
    parts: list[int] = field(default_factory=list)

    @property
    def weight(self) -> Weight:
        """Return what it weighs where fen are shared out."""
        return Weight(net=self.net, rate_ppm=rate_ppm(self.tax_class))


def sold_on(lines: Iterable[tuple[Any, Any]]) -> list[Sold]:
    """Return what bill lines (beside their words) sell, in their order.

    A key that only takes back is set off against the largest line of its tax class, or where none
    is large enough spread over all of them in proportion: an invoice has no lines below zero.

    Raises:
        UnableToInvoiceCredit: the lines of a class come to nothing together.
        UnableToTax: a tax class has no rate.
    """
    by_key: dict[tuple[Any, ...], Sold] = {}
    for line, words in lines:
        if line.unit != CNY:
            continue
        key = (
            *(line.usage_month, line.price_id, line.project_id, line.cluster_id),
            line.package_change_id,
        )
        sold = by_key.setdefault(key, Sold(tax_class="", specification=_specification(words)))
        sold.quantity += int(line.quantity)
        if line.payer_kind != PROMOTION:
            sold.tax_class = line.tax_class
            sold.net += line.amount
            sold.parts.append(line.pk)
    return _set_off([sold for sold in by_key.values() if sold.parts and sold.net])


def _specification(words: Any) -> str:
    """Return what a line sells, in words of the tax file; a package by contract and days."""
    what: tuple[str, ...] = (words.price.card_type, words.cluster_name)
    if (package := words.package) is not None:
        days = f"{package.starts_on.isoformat()}至{package.last_on.isoformat()}"
        what = (package.contract_no, what[0], f"{package.cards}卡", days, what[1])
    return " ".join(filter(None, what))[:SPECIFICATION_LENGTH_MAX]


def _set_off(every: Sequence[Sold]) -> list[Sold]:
    by_class: dict[str, list[Sold]] = defaultdict(list)
    for sold in every:
        if sold.net > 0:
            by_class[sold.tax_class].append(sold)
    for taken in (sold for sold in every if sold.net < 0):
        lines = [sold for sold in by_class[taken.tax_class] if sold.net > 0]
        if sum(sold.net for sold in lines) + taken.net <= 0:
            message = "More is taken back than sold: take a later bill along."
            raise UnableToInvoiceCredit(message)
        largest = max(lines, key=lambda sold: sold.net)
        _take_off(taken, [largest] if largest.net + taken.net > 0 else lines)
    return [sold for sold in every if sold.net > 0]


def _take_off(taken: Sold, lines: Sequence[Sold]) -> None:
    """Take what is taken back off lines, in proportion to what they sell, by largest remainder.

    Together they lose it to the micro-yuan, and no line more than it sells.
    """
    nets = [sold.net for sold in lines]
    money = allocate(total=-taken.net, weights=nets)
    time = allocate(total=abs(taken.quantity), weights=nets)
    for sold, net, quantity in zip(lines, money, time, strict=True):
        sold.net -= net
        sold.quantity += quantity if taken.quantity > 0 else -quantity
        sold.parts += taken.parts if net else []

"""Value added tax on net prices. Pure: no Django, no clock, no float.

中华人民共和国增值税法 art. 10 (13 %, 9 %, 6 %) and the simplified levy of small taxpayers (3 %,
reduced to 1 %). Compute sold as an information technology service is taxed with 6 %, rented
equipment with 13 %.
"""

from typing import Final

from kernel.errors import DomainError
from kernel.money import divide_half_up

PARTS_PER_MILLION: Final = 1_000_000
RATES_PPM: Final = {
    "vat_0": 0,
    "vat_1": 10_000,
    "vat_3": 30_000,
    "vat_6": 60_000,
    "vat_9": 90_000,
    "vat_13": 130_000,
}


class UnableToTax(DomainError):
    """No rate is known for a tax class."""

    code = "unknown_tax_class"


def rate_ppm(tax_class: str) -> int:
    """Return the rate of a tax class in parts per million.

    Raises:
        UnableToTax: the class is unknown.
    """
    rate = RATES_PPM.get(tax_class)
    if rate is None:
        message = (
            f"Tax class {tax_class!r} has no rate: publish the price with one of "
            f"{', '.join(RATES_PPM)}."
        )
        raise UnableToTax(message, details={"tax_class": tax_class})
    return rate


def tax_of(*, net_micro: int, tax_class: str, tax_included: bool) -> int:
    """Return the tax in micro-yuan that lies in `net_micro`, or comes on top of it.

    Raises:
        UnableToTax: the class is unknown.
    """
    rate = rate_ppm(tax_class)
    divisor = PARTS_PER_MILLION + rate if tax_included else PARTS_PER_MILLION
    return divide_half_up(net_micro * rate, divisor)


def further_tax(
    *, net_before_micro: int, net_micro: int, tax_class: str, tax_included: bool
) -> int:
    """Return the tax on `net_micro` after `net_before_micro` was taxed: a cumulative difference.

    So the tax on any sequence of bills, corrections included, is the tax on their sum.
    """
    before = tax_of(net_micro=net_before_micro, tax_class=tax_class, tax_included=tax_included)
    after = tax_of(
        net_micro=net_before_micro + net_micro, tax_class=tax_class, tax_included=tax_included
    )
    return after - before

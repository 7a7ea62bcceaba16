"""Classes of value added tax and their rates. Pure: no Django, no clock, no float.

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


def with_tax(*, before_tax_micro: int, tax_class: str) -> int:
    """Return an amount and its tax together, rounded half up to a micro-yuan.

    Raises:
        UnableToTax: the class is unknown.
    """
    rate = rate_ppm(tax_class)
    return divide_half_up(before_tax_micro * (PARTS_PER_MILLION + rate), PARTS_PER_MILLION)

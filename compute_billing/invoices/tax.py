"""The value added tax that lies within net prices. Pure: no Django, no clock, no float.

A price holds its tax: what a list states without tax is published with it (`kernel.tax`).
"""

from kernel.money import divide_half_up
from kernel.tax import PARTS_PER_MILLION, rate_ppm


def tax_of(*, net_micro: int, tax_class: str) -> int:
    """Return the tax in micro-yuan that lies in `net_micro`.

    Raises:
        UnableToTax: the class is unknown.
    """
    rate = rate_ppm(tax_class)
    return divide_half_up(net_micro * rate, PARTS_PER_MILLION + rate)


def further_tax(*, net_before_micro: int, net_micro: int, tax_class: str) -> int:
    """Return the tax on `net_micro` after `net_before_micro` was taxed: a cumulative difference.

    So the tax on any sequence of bills, corrections included, is the tax on their sum.
    """
    before = tax_of(net_micro=net_before_micro, tax_class=tax_class)
    return tax_of(net_micro=net_before_micro + net_micro, tax_class=tax_class) - before

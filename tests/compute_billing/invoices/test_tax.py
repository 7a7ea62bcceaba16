"""Value added tax by class, included in the price or on top of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.invoices.tax import RATES_PPM, UnableToTax, further_tax, tax_of

nets = st.integers(-(10**15), 10**15)
classes = st.sampled_from(sorted(RATES_PPM))


@pytest.mark.parametrize(
    ("net_micro", "tax_class", "tax_included", "tax"),
    [
        (106_000_000, "vat_6", True, 6_000_000),
        (100_000_000, "vat_6", False, 6_000_000),
        (113_000_000, "vat_13", True, 13_000_000),
        (24_300_000, "vat_6", True, 1_375_472),  # 24.30 / 1.06 x 0.06 = 1.3754716...
        (25, "vat_6", False, 2),  # 1.5 is rounded up
        (-25, "vat_6", False, -2),  # and back by as much
        (24_300_000, "vat_0", True, 0),
    ],
)
def test_known_amounts(net_micro: int, tax_class: str, *, tax_included: bool, tax: int) -> None:
    assert tax_of(net_micro=net_micro, tax_class=tax_class, tax_included=tax_included) == tax


def test_an_unknown_class_is_refused_and_named() -> None:
    with pytest.raises(UnableToTax, match="vat_7"):
        tax_of(net_micro=1, tax_class="vat_7", tax_included=True)


@given(bills=st.lists(nets, max_size=12), tax_class=classes, tax_included=st.booleans())
def test_taxes_of_bills_sum_to_the_tax_of_their_sum(
    bills: list[int], tax_class: str, *, tax_included: bool
) -> None:
    before = total = 0
    for net in bills:
        total += further_tax(
            net_before_micro=before,
            net_micro=net,
            tax_class=tax_class,
            tax_included=tax_included,
        )
        before += net
    assert total == tax_of(net_micro=sum(bills), tax_class=tax_class, tax_included=tax_included)


@given(net=nets, tax_class=classes, tax_included=st.booleans())
def test_a_reversed_bill_returns_its_whole_tax(
    net: int, tax_class: str, *, tax_included: bool
) -> None:
    how = {"tax_class": tax_class, "tax_included": tax_included}
    first = further_tax(net_before_micro=0, net_micro=net, **how)
    assert first + further_tax(net_before_micro=net, net_micro=-net, **how) == 0

"""Value added tax by class, within net prices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.invoices.tax import further_tax, tax_of
from kernel.tax import RATES_PPM, UnableToTax, with_tax

nets = st.integers(-(10**15), 10**15)
classes = st.sampled_from(sorted(RATES_PPM))


@pytest.mark.parametrize(
    ("net_micro", "tax_class", "tax"),
    [
        (106_000_000, "vat_6", 6_000_000),
        (113_000_000, "vat_13", 13_000_000),
        (24_300_000, "vat_6", 1_375_472),  # 24.30 / 1.06 x 0.06 = 1.3754716...
        (-24_300_000, "vat_6", -1_375_472),
        (24_300_000, "vat_0", 0),
    ],
)
def test_known_amounts(net_micro: int, tax_class: str, tax: int) -> None:
    assert tax_of(net_micro=net_micro, tax_class=tax_class) == tax


@pytest.mark.parametrize(
    ("before_tax_micro", "tax_class", "charged"),
    [
        (100_000_000, "vat_13", 113_000_000),
        (2_430_001, "vat_6", 2_575_801),  # 2,575,801.06
        (25, "vat_6", 27),  # 26.5 is rounded up
        (2_430_001, "vat_0", 2_430_001),
    ],
)
def test_prices_take_their_tax_in(before_tax_micro: int, tax_class: str, charged: int) -> None:
    assert with_tax(before_tax_micro=before_tax_micro, tax_class=tax_class) == charged


def test_an_unknown_class_is_refused_and_named() -> None:
    with pytest.raises(UnableToTax, match="vat_7"):
        tax_of(net_micro=1, tax_class="vat_7")


@given(bills=st.lists(nets, max_size=12), tax_class=classes)
def test_taxes_of_bills_sum_to_the_tax_of_their_sum(bills: list[int], tax_class: str) -> None:
    before = total = 0
    for net in bills:
        total += further_tax(net_before_micro=before, net_micro=net, tax_class=tax_class)
        before += net
    assert total == tax_of(net_micro=sum(bills), tax_class=tax_class)


@given(net=nets, tax_class=classes)
def test_a_reversed_bill_returns_its_whole_tax(net: int, tax_class: str) -> None:
    first = further_tax(net_before_micro=0, net_micro=net, tax_class=tax_class)
    assert first + further_tax(net_before_micro=net, net_micro=-net, tax_class=tax_class) == 0


@given(before=st.integers(0, 10**12), tax_class=classes)
def test_the_tax_within_a_price_is_the_tax_that_was_added(before: int, tax_class: str) -> None:
    charged = with_tax(before_tax_micro=before, tax_class=tax_class)
    assert abs(tax_of(net_micro=charged, tax_class=tax_class) - (charged - before)) <= 1

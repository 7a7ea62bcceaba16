"""What bills sell, as lines of an e-invoice: what is taken back is set off, to the micro-yuan."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.einvoices.composing import Sold, UnableToInvoiceCredit, sold_on


def sold_of(*amounts: int, tax_class: str = "vat_6") -> list[Sold]:
    """Compose lines of different prices; each amount is also its quantity."""
    return sold_on(
        [(a_line(place, amount, tax_class), WORDS) for place, amount in enumerate(amounts, start=1)]
    )


def a_line(place: int, amount: int, tax_class: str) -> SimpleNamespace:
    return SimpleNamespace(
        pk=place,
        unit="CNY",
        usage_month="2026-10-01",
        price_id=place,
        project_id=0,
        cluster_id=1,
        package_change_id=None,
        quantity=amount,
        payer_kind="paid",
        tax_class=tax_class,
        amount=amount,
    )


WORDS = SimpleNamespace(
    price=SimpleNamespace(card_type="910B2"), cluster_name="西山一号", package=None
)


def test_what_is_taken_back_comes_off_the_largest_line_where_it_is_large_enough() -> None:
    first, second = sold_of(300, 700, -600)
    assert (first.net, second.net) == (300, 100)
    assert (first.parts, second.parts) == ([1], [2, 3])


def test_what_no_line_can_bear_alone_is_spread_in_proportion() -> None:
    # Given 100, 300 and 600 sold, and 700 taken back
    lines = sold_of(100, 300, 600, -700)
    # Then each keeps three tenths of it, and of its card time
    assert [line.net for line in lines] == [30, 90, 180]
    assert [line.quantity for line in lines] == [30, 90, 180]
    assert [line.parts for line in lines] == [[1, 4], [2, 4], [3, 4]]


def test_no_more_is_taken_back_than_a_class_sells() -> None:
    with pytest.raises(UnableToInvoiceCredit):
        sold_of(100, 300, -400)


@given(
    sold=st.lists(st.integers(min_value=1, max_value=10**13), min_size=1, max_size=30),
    taken=st.lists(st.integers(min_value=1, max_value=10**13), max_size=10),
)
def test_lines_come_to_what_bills_say_and_none_goes_below_zero(sold, taken) -> None:
    if sum(taken) >= sum(sold):
        with pytest.raises(UnableToInvoiceCredit):
            sold_of(*sold, *(-amount for amount in taken))
        return
    lines = sold_of(*sold, *(-amount for amount in taken))
    assert sum(line.net for line in lines) == sum(sold) - sum(taken)
    assert all(0 < line.net <= sold[line.parts[0] - 1] for line in lines)

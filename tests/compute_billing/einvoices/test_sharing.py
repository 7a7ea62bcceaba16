"""Fen of lines: they sum, whatever is shared out, and red letters come back to exactly nothing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.einvoices.data_file import price_text, quantity_text, rate_text, yuan
from compute_billing.einvoices.numbering import MalformedEInvoiceNumber, check_number
from compute_billing.einvoices.sharing import Weight, reversed_of, shared, tax_within

RATES = (0, 10_000, 30_000, 60_000, 130_000)
WEIGHTS = st.lists(
    st.builds(
        Weight,
        net=st.integers(min_value=1, max_value=10**13),
        rate_ppm=st.sampled_from(RATES),
    ),
    min_size=1,
    max_size=100,
)
ISSUED_ON = date(2026, 11, 10)


@given(weights=WEIGHTS, carry=st.integers(min_value=-24, max_value=24))
def test_lines_classes_and_total_agree_to_the_fen(weights, carry) -> None:
    # given lines to the micro-yuan, and a total that differs by what bills carried
    whole = sum(weight.net for weight in weights)
    total = max(whole // 10_000 + carry, 1)
    # when it is shared out
    fen = shared(total_fen=total, weights=weights)
    # then lines sum to the total, and those of a rate to its base and tax
    assert sum(one.total_fen for one in fen) == total
    for rate in RATES:
        of_rate = [one for one, weight in zip(fen, weights, strict=True) if weight.rate_ppm == rate]
        with_tax = sum(one.total_fen for one in of_rate)
        tax = sum(one.tax_fen for one in of_rate)
        assert tax == tax_within(with_tax, rate_ppm=rate)
        assert abs(Fraction(with_tax * rate, 10**6 + rate) - tax) <= Fraction(1, 2)
    # and each line lies within a fen of its part
    for one, weight in zip(fen, weights, strict=True):
        assert abs(one.total_fen - Fraction(total * weight.net, whole)) < 1
        assert one.amount_fen >= 0
        assert one.tax_fen >= 0


@given(
    whole_fen=st.integers(min_value=0, max_value=10**9),
    parts=st.lists(st.integers(min_value=1, max_value=10**10), min_size=1, max_size=20),
)
def test_red_letters_come_to_the_line_however_it_is_parted(whole_fen, parts) -> None:
    whole_net, taken_net, taken = sum(parts), 0, 0
    for part in parts:
        taken_net += part
        more = reversed_of(
            whole_fen=whole_fen, whole_net=whole_net, net=taken_net, before_fen=taken
        )
        assert more >= 0
        taken += more
        assert taken <= whole_fen
    assert taken == whole_fen


@given(
    amount_fen=st.integers(min_value=1, max_value=10**10),
    quantity=st.integers(min_value=36, max_value=10**16),
)
def test_price_times_quantity_is_the_amount_to_the_fen(amount_fen, quantity) -> None:
    shown = quantity_text(quantity)
    if shown:
        price = price_text(amount_fen=amount_fen, quantity=quantity)
        difference = Fraction(price) * Fraction(shown) * 100 - amount_fen
        assert abs(difference) < 1


@pytest.mark.parametrize(
    ("quantity", "text"),
    [(0, ""), (3_600_000_000, "1"), (5_400_000_000, "1.5"), (1, ""), (18, "0.00000001")],
)
def test_quantities_are_card_hours(quantity, text) -> None:
    assert quantity_text(quantity) == text


def test_figures_are_written_as_the_bureau_reads_them() -> None:
    assert [yuan(fen) for fen in (0, 5, -5, 123_456)] == ["0.00", "0.05", "-0.05", "1234.56"]
    assert [rate_text(rate) for rate in RATES] == ["0.00", "0.01", "0.03", "0.06", "0.13"]
    assert price_text(amount_fen=229, quantity=3_600_000_000) == "2.29"


def test_a_number_has_twenty_digits_of_its_year_and_a_province() -> None:
    assert check_number("2611 2000 0000 0012 3456", issued_on=ISSUED_ON) == "26112000000000123456"
    for wrong in ("2611200000000012345", "2511200000000012345" + "6", "26992000000000123456"):
        with pytest.raises(MalformedEInvoiceNumber):
            check_number(wrong, issued_on=ISSUED_ON)

"""Documents ask for whole fen, and nothing below a fen is lost between them."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.invoices.carry import DocumentTotal, document_total

amounts = st.integers(-(10**12), 10**12)


def half_away_from_zero(micro: int) -> int:
    """Round to whole fen with fractions alone, as the contract says it."""
    fen = floor(Fraction(abs(micro), 10_000) + Fraction(1, 2))
    return fen if micro >= 0 else -fen


def bill(amounts_micro: list[int]) -> list[DocumentTotal]:
    """Put the amounts on one document after the other."""
    totals: list[DocumentTotal] = []
    for position, amount in enumerate(amounts_micro):
        totals.append(
            document_total(
                billed_before_micro=sum(amounts_micro[:position]),
                billed_before_fen=sum(total.total_fen for total in totals),
                amount_micro=amount,
            )
        )
    return totals


def test_a_remainder_waits_until_it_is_half_a_fen() -> None:
    # 0.33 fen each month: asked for when the sum passes half a fen
    assert bill([3_333] * 5) == [
        DocumentTotal(total_fen=0, carried_micro=3_333),
        DocumentTotal(total_fen=1, carried_micro=-3_334),
        DocumentTotal(total_fen=0, carried_micro=-1),
        DocumentTotal(total_fen=0, carried_micro=3_332),
        DocumentTotal(total_fen=1, carried_micro=-3_335),
    ]


def test_a_correction_takes_back_what_was_asked_for() -> None:
    assert [total.total_fen for total in bill([15_000, -15_000])] == [2, -2]
    assert bill([10_000, -15_000])[1] == DocumentTotal(total_fen=-2, carried_micro=5_000)


@given(st.lists(amounts, max_size=24))
def test_totals_sum_to_the_rounded_sum(amounts_micro: list[int]) -> None:
    totals = bill(amounts_micro)
    assert sum(total.total_fen for total in totals) == half_away_from_zero(sum(amounts_micro))
    assert all(abs(total.carried_micro) <= 5_000 for total in totals)


@given(amounts=st.lists(amounts, min_size=1, max_size=30), data=st.data())
def test_any_partition_into_months_asks_for_the_same(
    amounts: list[int], data: st.DataObject
) -> None:
    # given charges in an order, cut into months at any places
    count = len(amounts) - 1
    cuts = sorted(data.draw(st.sets(st.integers(1, max(count, 1)), max_size=count)))
    months = [
        sum(amounts[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(amounts)], strict=True)
    ]
    # then the bills ask for what one bill of everything would
    assert sum(total.total_fen for total in bill(months)) == half_away_from_zero(sum(amounts))

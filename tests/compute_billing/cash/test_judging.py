"""Where the sides of a movement part, and whether they meet again."""

from __future__ import annotations

from datetime import date

import pytest

from compute_billing.cash.judging import Movement, gaps

KEY = "charge:ch_1"


def at(day: int, side: str, fen: int) -> Movement:
    return Movement(day=date(2026, 10, day), side=side, amount_fen=fen, reference=f"{side}-{day}")


def judged(*movements: Movement, up_to: int = 9, key: str = KEY) -> list[tuple]:
    return [
        (gap.kind, gap.amount_fen, gap.first_day.day, gap.last_day and gap.last_day.day)
        for gap in gaps(key=key, movements=movements, up_to=date(2026, 10, up_to))
    ]


@pytest.mark.parametrize(
    ("movements", "found"),
    [
        ([at(8, "told", 100), at(8, "booked", 100)], []),
        ([at(8, "told", 100)], [("missing_here", 100, 8, None)]),
        ([at(8, "booked", -100)], [("missing_there", 100, 8, None)]),
        ([at(8, "told", 100), at(8, "booked", 90)], [("amount_differs", 10, 8, None)]),
        ([at(8, "told", 100), at(9, "booked", 100)], [("late", 100, 8, 9)]),
        # The other half came today, which is not compared yet.
        ([at(9, "told", 100), at(10, "booked", 100)], [("late", 100, 9, 10)]),
        # Today alone is not compared at all.
        ([at(10, "told", 100)], []),
        # A refund that failed came back: nothing was ever booked of it.
        ([at(7, "told", -50), at(9, "told", 50)], [("late", -50, 7, 9)]),
        # They met, and parted again.
        (
            [at(6, "told", 5), at(7, "booked", 5), at(8, "booked", 5)],
            [("late", 5, 6, 7), ("amount_differs", -5, 8, None)],
        ),
    ],
)
def test_the_times_in_which_two_sides_differ(movements, found) -> None:
    assert judged(*movements) == found


def test_a_fee_that_nobody_booked_is_called_so() -> None:
    assert judged(at(8, "told", -5), key="fee:txn_1") == [("fee_not_booked", -5, 8, None)]


def test_a_gap_names_both_sides() -> None:
    (gap,) = gaps(
        key=KEY, movements=[at(8, "told", 7), at(8, "booked", 5)], up_to=date(2026, 10, 9)
    )
    assert (gap.told_reference, gap.booked_reference) == ("told-8", "booked-8")

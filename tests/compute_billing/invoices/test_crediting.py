"""Corrections are tied to what billed them, in full and never beyond, or stay on a bill."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.invoices.crediting import BilledKey, BilledLine, Tie, billed_key, split
from compute_billing.invoices.lines import Booked, LineKey, bill_lines

OCTOBER = date(2026, 10, 1)
NOVEMBER = date(2026, 11, 1)
PAYERS = ("promotion", "award", "paid", "arrears")


def make_group(price_id: int, shares: dict[str, int], *, usage_month: date = OCTOBER) -> Booked:
    """Return the sums of a price whose shares are these; the quantity follows their sign."""
    discount, programme = shares.get("promotion", 0), shares.get("award", 0)
    tenant = shares.get("paid", 0) + shares.get("arrears", 0)
    gross = discount + programme + tenant
    return Booked(
        key=LineKey(
            issuer_id=1,
            usage_month=usage_month,
            price_id=price_id,
            project_id=None,
            cluster_id=7,
            tax_class="vat_6",
            card_time_unit="CT:910B2",
        ),
        charge_count=1,
        quantity=gross,
        quantity_in_kind=0,
        gross=gross,
        discount=discount,
        programme=programme,
        tenant=tenant,
        recorded_from=usage_month,
        recorded_to=usage_month,
        shares=shares,
    )


def paid_before(price_id: int, *amounts: int) -> dict[BilledKey, list[BilledLine]]:
    key = billed_key(make_group(price_id, {"paid": 1}).key, "paid")
    lines = [BilledLine(line_id=100 + number, left=each) for number, each in enumerate(amounts)]
    return {key: lines}


def test_a_correction_takes_back_from_the_oldest_line_first() -> None:
    group = make_group(1, {"paid": -8})
    parts = split([group], month=NOVEMBER, earlier=paid_before(1, 5, 9))
    assert (parts.billed, parts.credited) == ([], [group])
    assert parts.ties == [
        Tie(position=1, line_id=100, amount=5),
        Tie(position=1, line_id=101, amount=3),
    ]


def test_what_earlier_lines_do_not_cover_stays_on_the_bill() -> None:
    group = make_group(1, {"paid": -15})
    parts = split([group], month=NOVEMBER, earlier=paid_before(1, 5, 9))
    assert (parts.billed, parts.credited, parts.ties) == ([group], [], [])


def test_sums_that_give_one_payer_back_and_ask_another_stay_on_the_bill() -> None:
    group = make_group(1, {"paid": -5, "arrears": 2})
    parts = split([group], month=NOVEMBER, earlier=paid_before(1, 5))
    assert parts.billed == [group]


def test_what_is_taken_back_in_its_own_month_was_never_billed() -> None:
    group = make_group(1, {"paid": -5}, usage_month=NOVEMBER)
    parts = split([group], month=NOVEMBER, earlier=paid_before(1, 5))
    assert parts.billed == [group]


def test_use_without_a_price_has_nothing_to_credit() -> None:
    group = make_group(1, {})
    assert split([group], month=NOVEMBER, earlier={}).billed == [group]


shares = st.dictionaries(st.sampled_from(PAYERS), st.integers(-50, 20), max_size=4)
groups = st.lists(shares, max_size=6).map(
    lambda each: [make_group(price_id, payers) for price_id, payers in enumerate(each)]
)
left = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(PAYERS), st.integers(1, 40)), max_size=20
)


@given(groups=groups, left=left)
def test_credits_are_whole_tied_and_within_what_is_left(
    groups: list[Booked], left: list[tuple[int, str, int]]
) -> None:
    # given sums of a month, and what is left of earlier lines
    numbers = count(1)
    earlier: dict[BilledKey, list[BilledLine]] = defaultdict(list)
    for price_id, payer, amount in left:
        key = billed_key(make_group(price_id, {}).key, payer)
        earlier[key].append(BilledLine(line_id=next(numbers), left=amount))
    # when they are parted
    parts = split(groups, month=NOVEMBER, earlier=earlier)
    # then nothing is lost
    assert sorted([*parts.billed, *parts.credited], key=lambda each: each.key.price_id) == groups
    # and each credited line is the sum of its ties
    tied: dict[int, int] = defaultdict(int)
    taken: dict[int, int] = defaultdict(int)
    for tie in parts.ties:
        assert tie.amount > 0
        tied[tie.position] += tie.amount
        taken[tie.line_id] += tie.amount
    lines = [line for group in parts.credited for line in bill_lines(group)]
    assert [-line.amount for line in lines] == [
        tied[position] for position in range(1, len(lines) + 1)
    ]
    # and no line gives more than is left of it
    assert all(taken[line.line_id] <= line.left for lines in earlier.values() for line in lines)

"""However a cost comes, falls, is paid late or taken back: the lines sum to the rule on the net."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.settlement.lines import Counted, differences, lines
from compute_billing.subsidies.terms import PPM, Formula, RoundingMode, parts

MONTH = date(2026, 10, 1)

formulas = st.builds(
    Formula,
    rate_ppm=st.integers(1, PPM),
    cap=st.integers(1, 10**13),
    days_counted=st.integers(1, 366),
    days_whole=st.integers(366, 1_100),
    rounding_unit_micro=st.sampled_from([1, 10_000, 1_000_000]),
    rounding_mode=st.sampled_from(list(RoundingMode)),
)
# What counts of five charges at each of some moments: it grows, falls, and grows again.
stories = st.lists(st.lists(st.integers(0, 10**12), min_size=5, max_size=5), min_size=1, max_size=6)
shares = st.lists(st.integers(1, PPM - 1), max_size=3, unique=True).map(
    lambda borders: [*sorted(borders), PPM]
)


def exactly(formula: Formula, basis: int) -> int:
    """Reckon the rule in fractions."""
    units = (
        Fraction(formula.rate_ppm * formula.days_counted, PPM * formula.days_whole)
        * basis
        / formula.rounding_unit_micro
    )
    is_down = formula.rounding_mode == RoundingMode.DOWN
    whole = (units if is_down else units + Fraction(1, 2)).__floor__()
    return min(formula.cap, whole * formula.rounding_unit_micro)


@given(formula=formulas, story=stories, upto=shares)
def test_lines_sum_to_the_rule_on_the_net(
    formula: Formula, story: list[list[int]], upto: list[int]
) -> None:
    claimed: dict[int, int] = {}
    by_fund = [0] * len(upto)
    for moment in story:
        counted = [
            Counted(charge_id=number, recorded_month=MONTH, basis=basis)
            for number, basis in enumerate(moment)
        ]
        changed = differences(counted, claimed=claimed, may_grow=True)
        for line in lines(changed, formula=formula, basis=sum(claimed.values()), upto_ppm=upto):
            claimed[line.charge_id] = claimed.get(line.charge_id, 0) + line.basis
            by_fund = [sum(pair) for pair in zip(by_fund, line.amounts, strict=True)]
            # never above the cap, and never below nothing, at any moment
            assert 0 <= sum(by_fund) <= formula.cap
        # then all lines together are the rule on the net, and each fund has its part of it
        assert sum(claimed.values()) == sum(moment)
        assert sum(by_fund) == exactly(formula, sum(moment))
        assert by_fund == parts(exactly(formula, sum(moment)), upto)
        # and asking again gives no line
        assert differences(counted, claimed=claimed, may_grow=True) == []


@given(story=stories)
def test_behind_the_deadline_nothing_grows(story: list[list[int]]) -> None:
    claimed = dict(enumerate(story[0]))
    for moment in story[1:]:
        counted = [
            Counted(charge_id=number, recorded_month=MONTH, basis=basis)
            for number, basis in enumerate(moment)
        ]
        for each in differences(counted, claimed=claimed, may_grow=False):
            assert each.basis < 0
            claimed[each.charge_id] += each.basis
        assert all(claimed[number] <= story[0][number] for number in claimed)

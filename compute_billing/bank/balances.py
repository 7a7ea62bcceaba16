"""What a statement says the account held before and after it, and whether that adds up. Pure.

An export that leaves movements out, or was edited, does not add up; one that is missing between
two others leaves a gap between the closing balance of the one and the opening of the next.
"""

from collections.abc import Sequence
from itertools import pairwise

from compute_billing.bank.lines import Balances, StatementLine


def signed(line: StatementLine) -> int:
    """Return a movement as the account sees it: what goes out is below zero."""
    return line.amount_fen if line.is_incoming else -line.amount_fen


def of_running(lines: Sequence[StatementLine]) -> Balances | None:
    """Return the balances of a table whose lines tell what was left; None where they do not.

    Banks list the newest line first or last: the order in which the lines add up is taken, and
    that of the days where neither does.
    """
    told = [line for line in lines if line.balance_fen is not None]
    if not told or len(told) != len(lines):
        return None
    upwards = list(lines)
    downwards = upwards[::-1]
    by_day = upwards if upwards[0].booked_on <= upwards[-1].booked_on else downwards
    ordered = next((order for order in (by_day, upwards, downwards) if _adds_up(order)), by_day)
    opening = _left(ordered[0]) - signed(ordered[0])
    closing = _left(ordered[-1])
    return Balances(
        opening_on=ordered[0].booked_on,
        opening_fen=opening,
        closing_on=ordered[-1].booked_on,
        closing_fen=closing,
        difference_fen=closing - opening - sum(signed(line) for line in ordered),
    )


def _adds_up(lines: Sequence[StatementLine]) -> bool:
    return all(_left(line) == _left(before) + signed(line) for before, line in pairwise(lines))


def _left(line: StatementLine) -> int:
    return line.balance_fen or 0


def gap_before(one: Balances, others: Sequence[Balances]) -> int | None:
    """Return what the opening is above the last closing before it; None where nothing is before.

    A statement that overlaps tells nothing of a gap: its lines are known already.
    """
    if any(other.opening_on < one.opening_on < other.closing_on for other in others):
        return None
    before = [other for other in others if other.closing_on <= one.opening_on]
    if not before:
        return None
    last_day = max(other.closing_on for other in before)
    closings = {other.closing_fen for other in before if other.closing_on == last_day}
    return 0 if one.opening_fen in closings else one.opening_fen - max(closings)

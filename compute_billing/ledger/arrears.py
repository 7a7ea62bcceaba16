"""Which paid lot clears which debt: oldest debt first, lots in burn order. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from compute_billing.ledger.transfers import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """An account and how much of it is to be paid, or may be spent."""

    account_id: int
    amount: int


def clearing(*, debts: Sequence[Portion], lots: Sequence[Portion], unit: str) -> list[Transfer]:
    """Return the transfers that pay debts from lots, both in their order, until one is used up.

    There is one transfer for each lot and arrears account that meet.
    """
    moved: dict[tuple[int, int], int] = {}
    owed = [debt.amount for debt in debts]
    debt_no = 0
    for lot in lots:
        left = lot.amount
        while left > 0 and debt_no < len(debts):
            paid = min(left, owed[debt_no])
            pair = (lot.account_id, debts[debt_no].account_id)
            moved[pair] = moved.get(pair, 0) + paid
            left -= paid
            owed[debt_no] -= paid
            debt_no += owed[debt_no] == 0
    return [
        Transfer(source, destination, unit, amount)
        for (source, destination), amount in moved.items()
    ]

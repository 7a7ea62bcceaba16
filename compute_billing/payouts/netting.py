"""How what a payee earned is spread, and how what he must give back is taken. Pure."""

from dataclasses import dataclass
from typing import Final

from kernel.money import divide_half_up

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """By how much each of a payee's accounts changes, in micro-yuan; `debt` is what he owes."""

    payable: int = 0
    reserve: int = 0
    transit: int = 0
    debt: int = 0


def spread(net_micro: int, *, payable: int, debt: int, reserve_ppm: int = 0) -> Moves:
    """Spread what is a payee's, or take back what is not.

    What he owes is settled first; a part of the rest is kept back. What is taken back comes out
    of what is payable, and is owed as far as that does not reach.
    """
    if net_micro < 0:
        taken = min(payable, -net_micro)
        return Moves(payable=-taken, debt=-net_micro - taken)
    settled = min(debt, net_micro)
    rest = net_micro - settled
    kept = rest * reserve_ppm // PPM
    return Moves(payable=rest - kept, reserve=kept, debt=-settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was taken of a base so far, in micro-yuan."""

    base: int = 0
    commission: int = 0
    commission_tax: int = 0

    def with_more(self, amount: int, *, rate_ppm: int, tax_ppm: int) -> "Counted":
        """Return the counter after another amount: rounded sums, so parts cannot change them."""
        base = self.base + amount
        commission = divide_half_up(base * rate_ppm, PPM)
        return Counted(
            base=base,
            commission=commission,
            commission_tax=divide_half_up(commission * tax_ppm, PPM),
        )

"""Where a text says how figures are rounded. Pure."""

from fractions import Fraction
from typing import Final, Literal

from compute_billing.subsidies.rules.facts import Known
from compute_billing.subsidies.rules.settable import Open, settled
from kernel.money import divide_half_up

MICRO_PER: Final = {"micro_yuan": 1, "fen": 10_000, "yuan": 1_000_000}


class Rounding(Known, frozen=True, kw_only=True):
    """The unit that an amount is told in, and how the rest is treated.

    `steps`: intermediate amounts are rounded too, as a text that prints them does. 南宁 prints
    four decimals of 万元, "不四舍五入": whole yuan, down, at each step.
    """

    clause: str = ""
    unit: Literal["micro_yuan", "fen", "yuan"] = "micro_yuan"
    mode: Literal["down", "half_up"] | Open = "half_up"
    steps: bool = False

    def apply(self, amount: Fraction) -> int:
        """Return the amount in micro-yuan, rounded to the unit."""
        quantum = MICRO_PER[self.unit]
        if settled(self.mode) == "down":
            return amount.numerator // (amount.denominator * quantum) * quantum
        return divide_half_up(amount.numerator, amount.denominator * quantum) * quantum

    def apply_to_step(self, amount: Fraction) -> Fraction:
        """Return an intermediate amount, rounded where the text rounds those too."""
        return Fraction(self.apply(amount)) if self.steps else amount

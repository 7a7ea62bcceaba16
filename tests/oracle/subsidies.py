"""What programmes owe on what was paid, reckoned again from the use. Imports nothing of ours.

A tenant's cost is a list of families: what one segment cost him, less what was taken back of it.
Whatever an award has given at any time is its rule applied to the sum of what counts by then; a
claim is what that grew by since the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise

from tests.oracle.terms import half_up


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rate on the counted part of what was paid, in whole units, up to a cap (micro-yuan)."""

    rate: Fraction
    cap_micro: int
    counted: Fraction = Fraction(1)
    unit_micro: int = 1
    rounds_down: bool = False

    def given(self, paid_micro: int) -> int:
        """Return what it has given once this much counts."""
        units = self.rate * self.counted * paid_micro / self.unit_micro
        whole = units.__floor__() if self.rounds_down else half_up(units)
        return min(self.cap_micro, whole * self.unit_micro)


@dataclass(frozen=True, kw_only=True)
class Family:
    """What a segment costs its tenant, and what is not paid of it, from the booked month on."""

    key: str
    starts: datetime
    booked: date
    cost: int
    unpaid: int = 0

    @property
    def counts(self) -> int:
        """Return what was really paid."""
        return max(0, self.cost - self.unpaid)


@dataclass(kw_only=True)
class Account:
    """One tenant under one rule: what it costs him now, what was claimed, what was taken back."""

    rule: Rule
    families: dict[str, Family] = field(default_factory=dict)
    claimed: dict[str, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    owed_back: int = 0

    @property
    def basis(self) -> int:
        """Return what was claimed on and not taken back."""
        return sum(self.claimed.values())

    def add(self, families: Iterable[Family]) -> None:
        """Add what was used."""
        self.families.update((family.key, family) for family in families)

    def cheapen(self, key: str, by: int) -> None:
        """Take a part of a family's cost away: it was corrected."""
        family = self.families[key]
        self.families[key] = replace(family, cost=family.cost - by)

    def pay(self, amount: int) -> None:
        """Pay what is owed, the oldest first."""
        for key, family in self.families.items():
            part = min(amount, family.unpaid)
            self.families[key] = replace(family, unpaid=family.unpaid - part)
            amount -= part

    def claim(self, month: date) -> tuple[int, int]:
        """Claim what counts of months up to this; return the amount and what is kept back of it."""
        before = self.rule.given(self.basis)
        for key, family in self.families.items():
            if family.booked <= month and key not in self.withdrawn:
                self.claimed[key] = family.counts
        amount = self.rule.given(self.basis) - before
        kept = max(0, min(amount, self.owed_back))
        self.owed_back -= kept
        return amount, kept

    def claw_back(self, since: datetime) -> int:
        """Take back all that was claimed for use from this instant on; return what is owed."""
        before = self.rule.given(self.basis)
        taken = [key for key in self.claimed if self.families[key].starts >= since]
        for key in taken:
            del self.claimed[key]
        self.withdrawn.update(taken)
        owed = before - self.rule.given(self.basis)
        self.owed_back += owed
        return owed


def split(given: int, parts: Sequence[Fraction]) -> list[int]:
    """Return each fund's part of all that was given: by its place in the whole, rounded down."""
    reached = Fraction(0)
    borders = [0]
    for part in parts:
        reached += part
        borders.append((given * reached).__floor__())
    return [later - earlier for earlier, later in pairwise(borders)]

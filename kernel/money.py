"""Money as whole micro-yuan. Pure: no Django, no clock, no float.

1 yuan = 1,000,000 micro-yuan; 1 fen = 10,000 micro-yuan. Fen appear only at the edges
(Stripe, bank, document totals).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.errors import DomainError

MICRO_PER_YUAN: Final = 1_000_000
MICRO_PER_FEN: Final = 10_000
DECIMAL_PLACES: Final = 6
DEFAULT_CURRENCY: Final = "CNY"

_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,12})(?:\.(?P<part>[0-9]{1,6}))?")


class UnableToMixCurrencies(DomainError):
    """Two amounts of different currencies were added, subtracted or compared."""

    code = "currency_mismatch"


class UnableToReadMoney(DomainError):
    """A text is not a decimal amount with at most six places."""

    code = "malformed_money"


class UnableToAllocate(DomainError):
    """An amount cannot be shared out over these weights."""

    code = "unable_to_allocate"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero, as PostgreSQL's `round(numeric)` does.

    For amounts that are not negative this is round half up; being symmetric, a full
    reversal returns exactly zero.
    """
    if denominator <= 0:
        message = "the denominator must be positive"
        raise ValueError(message)
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def allocate(*, total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` out in proportion to `weights`; the parts sum to `total` exactly.

    Largest remainder; equal remainders go to the earlier position.

    Raises:
        UnableToAllocate: a weight is negative, or no weight is positive.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        message = f"Cannot share {total} over weights {list(weights)}: one must be positive."
        raise UnableToAllocate(message, details={"total": total})
    magnitude = abs(total)
    parts = [magnitude * weight // weight_sum for weight in weights]
    by_remainder = sorted(
        range(len(weights)),
        key=lambda position: (-(magnitude * weights[position] % weight_sum), position),
    )
    for position in by_remainder[: magnitude - sum(parts)]:
        parts[position] += 1
    return parts if total >= 0 else [-part for part in parts]


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, in micro-yuan (10^-6 of the currency's unit)."""

    amount_micro: int
    currency: str = DEFAULT_CURRENCY

    @classmethod
    def zero(cls, currency: str = DEFAULT_CURRENCY) -> "Money":
        """Return nothing, of one currency."""
        return cls(0, currency)

    @classmethod
    def from_fen(cls, fen: int, currency: str = DEFAULT_CURRENCY) -> "Money":
        """Return the amount of whole fen."""
        return cls(fen * MICRO_PER_FEN, currency)

    @classmethod
    def from_text(cls, text: str, currency: str = DEFAULT_CURRENCY) -> "Money":
        """Read "12.34" exactly.

        Raises:
            UnableToReadMoney: not a plain decimal, more than six places, or too large.
        """
        match = _AMOUNT.fullmatch(text)
        if match is None:
            message = f"{text!r} is not an amount: write digits with at most six decimal places."
            raise UnableToReadMoney(message, details={"text": text[:40]})
        part = (match["part"] or "").ljust(DECIMAL_PLACES, "0")
        magnitude = int(match["whole"]) * MICRO_PER_YUAN + int(part)
        return cls(-magnitude if match["sign"] else magnitude, currency)

    def to_text(self) -> str:
        """Return the amount with all six places: "12.340000"."""
        whole, part = divmod(abs(self.amount_micro), MICRO_PER_YUAN)
        sign = "-" if self.amount_micro < 0 else ""
        return f"{sign}{whole}.{part:06d}"

    def to_fen(self) -> int:
        """Return whole fen, rounded half up (half away from zero)."""
        return divide_half_up(self.amount_micro, MICRO_PER_FEN)

    def fen_text(self) -> str:
        """Return the amount as printed on a document: "12.34"."""
        yuan, fen = divmod(abs(self.to_fen()), 100)
        sign = "-" if self.to_fen() < 0 else ""
        return f"{sign}{yuan}.{fen:02d}"

    def allocate(self, weights: Sequence[int]) -> "list[Money]":
        """Share this amount out by largest remainder; see `allocate`."""
        parts = allocate(total=self.amount_micro, weights=weights)
        return [Money(part, self.currency) for part in parts]

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency."""
        self._require_same_currency(other)
        return Money(self.amount_micro + other.amount_micro, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract an amount of the same currency."""
        self._require_same_currency(other)
        return Money(self.amount_micro - other.amount_micro, self.currency)

    def __neg__(self) -> "Money":
        """Turn the sign."""
        return Money(-self.amount_micro, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare with an amount of the same currency."""
        self._require_same_currency(other)
        return self.amount_micro < other.amount_micro

    def __le__(self, other: "Money") -> bool:
        """Compare with an amount of the same currency."""
        self._require_same_currency(other)
        return self.amount_micro <= other.amount_micro

    def __str__(self) -> str:
        """Return the exact text with the currency: "CNY 12.340000"."""
        return f"{self.currency} {self.to_text()}"

    def _require_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            message = f"Cannot combine {self} with {other}: convert one of them first."
            raise UnableToMixCurrencies(message)

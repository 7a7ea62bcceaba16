"""Whole fen of an e-invoice's lines. Pure: no Django, no clock, no float.

The total is what the bills ask for; it is shared out over the lines in proportion to what they
say to the micro-yuan, by largest remainder. The tax of a rate is that of its lines' sum, half up
to a fen, and is shared out in the same way. So lines, classes and totals add up to the fen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kernel.money import allocate, divide_half_up
from kernel.tax import PARTS_PER_MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a line says: micro-yuan with tax, and its rate in parts per million."""

    net: int
    rate_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fen:
    """A line in whole fen: with tax, and the tax in it."""

    total_fen: int
    tax_fen: int

    @property
    def amount_fen(self) -> int:
        """Return it without tax."""
        return self.total_fen - self.tax_fen


def shared(*, total_fen: int, weights: Sequence[Weight]) -> list[Fen]:
    """Share a total with tax out over lines, and the tax of each rate over its lines.

    Raises:
        UnableToAllocate: a line is below zero, or there is none above.
    """
    totals = allocate(total=total_fen, weights=[weight.net for weight in weights])
    taxes = [0] * len(weights)
    by_rate: dict[int, list[int]] = defaultdict(list)
    for place, weight in enumerate(weights):
        by_rate[weight.rate_ppm].append(place)
    for rate_ppm, places in by_rate.items():
        within = [totals[place] for place in places]
        tax = tax_within(sum(within), rate_ppm=rate_ppm)
        if tax:
            for place, part in zip(places, allocate(total=tax, weights=within), strict=True):
                taxes[place] = part
    return [Fen(total_fen=total, tax_fen=tax) for total, tax in zip(totals, taxes, strict=True)]


def tax_within(total_fen: int, *, rate_ppm: int) -> int:
    """Return the tax that lies in an amount with tax, half up to a fen: gross / (1 + r) * r."""
    return divide_half_up(total_fen * rate_ppm, PARTS_PER_MILLION + rate_ppm)


def reversed_of(*, whole_fen: int, whole_net: int, net: int, before_fen: int) -> int:
    """Return how many fen more are taken back when `net` of `whole_net` micro-yuan are.

    A cumulative difference: however many red letters take a line back, together they come to the
    fen of the line, and never beyond.
    """
    return max(divide_half_up(whole_fen * net, whole_net) - before_fen, 0)

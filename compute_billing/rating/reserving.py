"""What has to be set aside so that a job can never be short of money, whatever others do. Pure.

Worst case, not expectation: card time that nobody's lot pays costs the highest price that may apply
to it, awards are counted as nothing (their caps are shared, and may be used up meanwhile), and each
second may round up once. Only lots that hold for all of the time are asked, so that any order in
which usage arrives can be paid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from compute_billing.ledger.holds import Part

MILLI_CARD_MS_PER_CARD_HOUR: Final = 3_600_000_000
MONEY_STAGES: Final = ("promotion", "paid", "credit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Cards of one meter of one cluster for a time."""

    project_id: int | None
    cluster_id: int
    meter_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """How much of the use may cost how much per card-hour at most, in micro-yuan."""

    quantity: int
    highest_price_micro: int
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What is set aside on which accounts, and what is missing, in micro-yuan."""

    parts: Sequence[Part]
    shortfall: int


def worst_cost(priced: Sequence[Priced], *, quantity: int, use: Use) -> int:
    """Return what `quantity` of the use costs at most: its dearest part, each rounded up.

    A charge is a difference of rounded totals, so it exceeds its exact price by less than a
    micro-yuan. One is added for each second and for each border: slices are not shorter.
    """
    left, exact = quantity, 0
    for part in sorted(priced, key=lambda part: -part.highest_price_micro):
        taken = min(left, part.quantity)
        exact += taken * part.highest_price_micro
        left -= taken
    seconds = -((use.starts_at - use.ends_at) // timedelta(seconds=1))
    roundings = seconds + sum(part.segments for part in priced)
    return -(-exact // MILLI_CARD_MS_PER_CARD_HOUR) + roundings if quantity else 0


def reserve(
    payers: Sequence[Mapping[str, Any]], *, priced: Sequence[Priced], use: Use
) -> Reservation:
    """Set aside card time first, then promotions, own money and credit, in their burn order."""
    fit = [payer for payer in payers if payer["available"] > 0 and _holds_for(payer, use)]
    whole = sum(part.quantity for part in priced)
    card_time, left = _take(whole, [payer for payer in fit if payer["kind"] == "in_kind"])
    money, shortfall = _take(
        worst_cost(priced, quantity=left, use=use),
        [payer for stage in MONEY_STAGES for payer in fit if payer["kind"] == stage],
    )
    return Reservation(parts=[*card_time, *money], shortfall=shortfall)


def _take(need: int, payers: Sequence[Mapping[str, Any]]) -> tuple[list[Part], int]:
    """Return what each of the payers gives, in their order, and what is still missing."""
    parts = []
    for payer in payers:
        amount = min(need, payer["available"])
        if amount > 0:
            parts.append(Part(account_id=payer["account_id"], amount=amount))
            need -= amount
    return parts, need


def _holds_for(payer: Mapping[str, Any], use: Use) -> bool:
    """Say whether a payer may pay any instant of the use."""
    scoped = all(
        payer[name] is None or payer[name] == getattr(use, name)
        for name in ("project_id", "cluster_id", "meter_id")
    )
    begun = payer["starts_at"] is None or payer["starts_at"] <= use.starts_at
    return scoped and begun and (payer["expires_at"] is None or use.ends_at <= payer["expires_at"])

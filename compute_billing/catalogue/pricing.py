"""What an amount of a price may look like: one amount, or rising tiers. Pure."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from kernel.errors import DomainError

ALL_DAY: Final = "all"
TAX_CLASS: Final = "vat_6"
TIERS_MAX: Final = 50

Tier: TypeAlias = tuple[int, int]
"""(from this quantity of the month on, in milli-card-ms; micro-yuan per card-hour)"""


class UnableToPublishPrice(DomainError):
    """The price is malformed: its period, its amount or tiers, or its band."""

    code = "unable_to_publish_price"


def refuse_malformed_amount(*, unit_price_micro: int | None, tiers: Sequence[Tier] | None) -> None:
    if (unit_price_micro is None) == (tiers is None):
        message = "A price has either one amount or tiers."
        raise UnableToPublishPrice(message)
    if unit_price_micro is not None and unit_price_micro < 0:
        message = f"A price cannot be negative: {unit_price_micro} micro-yuan per card-hour."
        raise UnableToPublishPrice(message)
    if tiers is None:
        return
    starts = [from_quantity for from_quantity, _ in tiers]
    if not 0 < len(tiers) <= TIERS_MAX or starts[0] != 0 or starts != sorted(set(starts)):
        message = f"Tiers start at 0, rise, and are at most {TIERS_MAX}: these start at {starts}."
        raise UnableToPublishPrice(message)
    if any(tier_price < 0 for _, tier_price in tiers):
        message = "A tier's price cannot be negative."
        raise UnableToPublishPrice(message)

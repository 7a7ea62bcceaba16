"""How an award reaches whom: its mode, and the arithmetic by which a claim follows from a cost.

A *share* pays part of a charge when it is made; a *claim line* is what the programme owes later on
what was paid. Both follow S(b) = min(cap, R(rate x counted days / all days x b)) of the award's
counter, so that slices, batches and adjustments cannot change a total. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from kernel.money import divide_half_up

PPM: Final = 1_000_000


class AwardMode(StrEnum):
    """How the money reaches whom; the words of the programmes' documents."""

    CLAIM_THEN_REDEEM = "claim_then_redeem"
    VOUCHER = "voucher"
    REIMBURSEMENT = "reimbursement"
    PLATFORM_METERED = "platform_metered"
    IN_KIND = "in_kind"


class Payee(StrEnum):
    """Who is paid: the tenant, the provider of the compute, or nobody (capacity)."""

    TENANT = "tenant"
    PROVIDER = "provider"
    NOBODY = "nobody"


class BasisKind(StrEnum):
    """What the rate is applied to; the words of the programmes' documents."""

    CONTRACT_AMOUNT = "contract_amount"
    SETTLED_AMOUNT = "settled_amount"
    METERED_AMOUNT = "metered_amount"
    SETTLED_DAYS_SHARE = "settled_days_share"
    CARD_TIME = "card_time"


class TaxBasis(StrEnum):
    """With the tax that lies within every price here, or without it."""

    WITH_TAX = "with_tax"
    WITHOUT_TAX = "without_tax"


class ClaimCycle(StrEnum):
    """When something may be claimed: after each month, each quarter, or whenever the window is."""

    MONTH = "month"
    QUARTER = "quarter"
    WINDOW = "window"


class RoundingMode(StrEnum):
    """How what is less than the unit is treated."""

    HALF_UP = "half_up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardTerms:
    """How an award is paid; as it stands, a voucher on the net price.

    `days_counted` of `days_whole` is the part of the cost that counts by days (南宁: 305/729).
    `rounding_unit_micro` and `rounding_mode` are how the programme tells figures. Claims may be
    made from `claim_from` on and before `redeem_by`; `exclusivity_group` names what a charge is
    claimed for at most once.
    """

    mode: AwardMode = AwardMode.VOUCHER
    payee: Payee = Payee.PROVIDER
    basis_kind: BasisKind = BasisKind.METERED_AMOUNT
    tax_basis: TaxBasis = TaxBasis.WITH_TAX
    exclusivity_group: str = "compute"
    claim_cycle: ClaimCycle = ClaimCycle.MONTH
    claim_from: datetime | None = None
    redeem_by: datetime | None = None
    days_counted: int = 1
    days_whole: int = 1
    rounding_unit_micro: int = 1
    rounding_mode: RoundingMode = RoundingMode.HALF_UP

    @property
    def is_share(self) -> bool:
        """Say whether the award pays when a charge is made, so that the buyer pays the rest."""
        return self.mode == AwardMode.VOUCHER or (
            self.mode == AwardMode.PLATFORM_METERED and self.payee == Payee.PROVIDER
        )


VOUCHER: Final = AwardTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """S(b) of an award: what it gives on a basis of `b` micro-yuan altogether."""

    rate_ppm: int
    cap: int
    days_counted: int = 1
    days_whole: int = 1
    rounding_unit_micro: int = 1
    rounding_mode: str = RoundingMode.HALF_UP

    def given(self, basis: int) -> int:
        """Return the micro-yuan that the award gives on `basis` micro-yuan, never above its cap."""
        above = basis * self.rate_ppm * self.days_counted
        below = PPM * self.days_whole * self.rounding_unit_micro
        is_down = self.rounding_mode == RoundingMode.DOWN
        units = above // below if is_down else divide_half_up(above, below)
        return min(self.cap, units * self.rounding_unit_micro)


def parts(amount: int, upto_ppm: Sequence[int]) -> list[int]:
    """Split what was given so far among funds by cumulative shares; the parts sum to it exactly.

    `upto_ppm` are the cumulative shares of the funds in millionths, the last of them 1,000,000.
    """
    reached = [0, *(amount * upto // PPM for upto in upto_ppm)]
    return [after - before for before, after in pairwise(reached)]

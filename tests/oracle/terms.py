"""What use costs and who pays: prices, lots and awards, in plain terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

MICRO = 1_000_000
EVER = datetime(9999, 1, 1, tzinfo=UTC)
SECONDS_PER_HOUR = 3600


def half_up(value: Fraction) -> int:
    """Return the nearest whole number; a half goes up. Only for what is not negative."""
    return (value + Fraction(1, 2)).__floor__()


@dataclass(frozen=True, kw_only=True)
class Price:
    """Yuan per card-hour for a period, for everybody unless it names card type or tenant.

    `steps` makes it graduated: (from this many card-hours of the month, yuan per card-hour).
    `band` is a daily window in minutes of the local day. Where several hold, the lowest `rank`
    counts, then one with a band, then the newest correction. `operator` is who sells.
    """

    code: str
    starts: datetime
    ends: datetime = EVER
    yuan: Fraction = Fraction(0)
    steps: tuple[tuple[Fraction, Fraction], ...] = ()
    card_type: str | None = None
    tenant: str | None = None
    band: tuple[int, int] | None = None
    rank: int = 0
    correction: int = 0
    operator: str = ""

    def is_offered(self, tenant: str, card_type: str) -> bool:
        """Say whether the price is meant for this tenant's use of this card type."""
        return self.tenant in (None, tenant) and self.card_type in (None, card_type)

    def total_micro(self, card_seconds: Fraction) -> int:
        """Return what a month's quantity costs, rounded half up to a micro-yuan."""
        hours = card_seconds / SECONDS_PER_HOUR
        steps = self.steps or ((Fraction(0), self.yuan),)
        borders = [start for start, _ in steps[1:]] + [max(hours, steps[-1][0])]
        yuan = sum(
            (
                price * max(Fraction(0), min(hours, until) - start)
                for (start, price), until in zip(steps, borders, strict=True)
            ),
            Fraction(0),
        )
        return half_up(yuan * MICRO)


@dataclass(frozen=True, kw_only=True)
class Lot:
    """What was granted to a tenant at once.

    `kind` is in_kind (amount in milli-card-milliseconds), promotion, paid or credit (amount in
    micro-yuan). A paid lot and a credit limit pay for use from before they were there as well.
    A lot that names its operator pays for nobody else's compute.
    """

    code: str
    tenant: str
    kind: str
    amount: int
    starts: datetime | None = None
    expires: datetime | None = None
    card_type: str | None = None
    specificity: int = 0
    operator: str | None = None

    def may_pay(self, card_type: str, operator: str, moment: datetime) -> bool:
        """Say whether use of this card type at this instant is in its scope and time."""
        return (
            self.card_type in (None, card_type)
            and self.operator in (None, operator)
            and (self.starts is None or self.starts <= moment)
            and (self.expires is None or moment < self.expires)
        )


@dataclass(frozen=True, kw_only=True)
class Award:
    """A programme pays `rate` of what is left of the net price, until `cap_micro` is used."""

    code: str
    tenant: str
    rate: Fraction
    cap_micro: int
    starts: datetime
    ends: datetime
    order: int = 1
    card_type: str | None = None

    def granted_micro(self, basis_micro: int) -> int:
        """Return what it has given once it was asked to share in `basis_micro`."""
        return min(self.cap_micro, half_up(self.rate * basis_micro))

    def may_pay(self, card_type: str, moment: datetime) -> bool:
        """Say whether use of this card type at this instant is in its scope and time."""
        return self.card_type in (None, card_type) and self.starts <= moment < self.ends

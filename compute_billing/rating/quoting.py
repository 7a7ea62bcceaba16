"""Say what use would cost, and who would pay it, by rating it for trial and undoing that.

The statements are those of a real run, so a quote and the charge of the same use differ only by
what happens in between. Nothing of the trial stays: its transaction is rolled back.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from compute_billing.catalogue.queries import Tier
from compute_billing.ledger import operations as ledger
from compute_billing.rating import charging
from compute_billing.rating.waterfall import ROOM, run
from kernel.errors import DomainError
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required

ARREARS: Final = "arrears"
DURATION_MAX: Final = timedelta(days=366)
MILLI_CARDS_MAX: Final = 10**9


class UnableToQuote(DomainError):
    """The use is out of bounds, or no price covers all of it."""

    code = "unable_to_quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedShare:
    """What a payer would pay: micro-yuan, or milli-card-milliseconds in kind."""

    payer_kind: str
    payer: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedSegment:
    """A stretch of one price: milli-card-milliseconds, micro-yuan; no unit price with tiers.

    `counter_before` is what the tenant has used of the price in that month before; with tiers, it
    ends in `tier`.
    """

    starts_at: datetime
    ends_at: datetime
    month: date
    price_list: str
    list_kind: str
    customer_class: str
    issuer: str
    band: str
    band_starts_minute: int | None
    band_ends_minute: int | None
    unit_price_micro: int | None
    counter_before: int
    tier: Tier | None
    quantity: int
    quantity_in_kind: int
    gross: int
    discount: int
    programme: int
    shares: Sequence[QuotedShare]

    @property
    def tenant(self) -> int:
        """Return what the tenant pays of it himself."""
        return self.gross - self.discount - self.programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What use would cost now; gross = discount + programme + tenant.

    `shares` are those of its segments, added up by payer in the order of payment.
    """

    segments: Sequence[QuotedSegment]
    shares: Sequence[QuotedShare]

    @property
    def quantity(self) -> int:
        """Return the card time in milli-card-milliseconds."""
        return sum(segment.quantity for segment in self.segments)

    @property
    def gross(self) -> int:
        """Return the price before anything, in micro-yuan."""
        return sum(segment.gross for segment in self.segments)

    @property
    def discount(self) -> int:
        """Return what promotions take off."""
        return sum(segment.discount for segment in self.segments)

    @property
    def programme(self) -> int:
        """Return what subsidy programmes pay."""
        return sum(segment.programme for segment in self.segments)

    @property
    def tenant(self) -> int:
        """Return what the tenant pays himself."""
        return self.gross - self.discount - self.programme

    @property
    def shortfall(self) -> int:
        """Return what neither his money nor his credit covers."""
        return sum(share.amount for share in self.shares if share.payer_kind == ARREARS)


class _Undone(Exception):
    """The trial is over."""


def quote(
    *,
    tenant_id: int,
    project_id: int | None,
    cluster_id: int,
    meter_id: int,
    milli_cards: int,
    started_at: datetime,
    ended_at: datetime,
    now: datetime,
) -> Quote:
    """Return what `milli_cards` in use from `started_at` up to `ended_at` would cost.

    Raises:
        UnableToQuote: no card, no time or too much of it, or a time without a price.
    """
    if not 0 < milli_cards <= MILLI_CARDS_MAX:
        message = f"A quote is for more than 0 and at most {MILLI_CARDS_MAX // 1000} cards."
        raise UnableToQuote(message, details={"field": "cards"})
    if not timedelta(0) < ended_at - started_at <= DURATION_MAX:
        message = f"A quote is for more than no time and at most {DURATION_MAX.days} days."
        raise UnableToQuote(message, details={"field": "hours"})
    with suppress(_Undone), transaction():
        ledger.ensure_wallet(tenant_id=tenant_id)
        run("lock_wallet.sql", tenant_id=tenant_id)
        run("work_tables.sql")
        run(
            "quote_usage.sql",
            project_id=project_id,
            cluster_id=cluster_id,
            meter_id=meter_id,
            milli_cards=milli_cards,
            started_at=started_at,
            ended_at=ended_at,
            at=now,
        )
        quoted = _rated(tenant_id=tenant_id, now=now)
        raise _Undone
    return quoted


@transaction_required
def _rated(*, tenant_id: int, now: datetime) -> Quote:
    charging.find_spans(tenant_id=tenant_id)
    profile = rows(statement(ROOM, "profile.sql"))[0]
    if profile["has_gaps"]:
        message = "No price covers all of that time: ask the operator for one."
        raise UnableToQuote(message, details={"field": "starts_at"})
    run_id = charging.start_run(tenant_id=tenant_id, kind="usage", count=1, queue="", now=now)
    charging.pay_usage(tenant_id=tenant_id, run_id=run_id, profile=profile, now=now)
    return _quoted(tenant_id=tenant_id)


@transaction_required
def _quoted(*, tenant_id: int) -> Quote:
    """Read the answer out of the work tables."""
    by_segment: dict[int, list[QuotedShare]] = defaultdict(list)
    by_payer: dict[tuple[str, str, str], int] = defaultdict(int)
    for found in rows(statement(ROOM, "quote_shares.sql"), tenant_id=tenant_id):
        charge_id = found.pop("charge_id")
        share = QuotedShare(**found)
        by_segment[charge_id].append(share)
        by_payer[share.payer_kind, share.payer, share.unit] += share.amount
    return Quote(
        segments=[
            _segment(found, shares=by_segment[found.pop("charge_id")])
            for found in rows(statement(ROOM, "quote_segments.sql"))
        ],
        shares=[
            QuotedShare(payer_kind=payer_kind, payer=payer, unit=unit, amount=amount)
            for (payer_kind, payer, unit), amount in by_payer.items()
        ],
    )


def _segment(found: dict[str, Any], *, shares: Sequence[QuotedShare]) -> QuotedSegment:
    tier_from, tier_price = found.pop("tier_from"), found.pop("tier_price_micro")
    tier = None if tier_from is None else Tier(from_quantity=tier_from, unit_price_micro=tier_price)
    return QuotedSegment(**found, tier=tier, shares=shares)

"""What a wallet should do, in lists and integers: nothing of the product is imported here.

The order of payers is that of the house: card time, then promotions, then own money, then credit,
and the rest is owed. Inside a stage: most specific scope, earliest end, smallest grant, oldest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

CARD_HOUR = 3_600_000_000
MICRO_PER_FEN = 10_000
# Of Beijing's months, in UTC.
NOVEMBER_BEGINS = datetime(2026, 10, 31, 16, tzinfo=UTC)
DECEMBER_BEGINS = datetime(2026, 11, 30, 16, tzinfo=UTC)
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
USAGE_GRACE = timedelta(hours=24)
MONEY = ("promotion", "paid", "credit")


@dataclass(eq=False)
class Lot:
    """Something to pay with; the credit limit is one that buys everything and comes last."""

    number: int
    stage: str
    granted: int
    places: frozenset[str]
    specificity: int = 0
    starts: datetime | None = None
    ends: datetime | None = None
    left: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        return self.left - self.held

    @property
    def burn_key(self) -> tuple[int, datetime, int, int]:
        return -self.specificity, self.ends or END_OF_TIME, self.granted, self.number

    def pays_at(self, place: str, start: datetime) -> bool:
        """Money that was paid in also pays for what came before it."""
        begun = self.stage == "paid" or self.starts is None or self.starts <= start
        return place in self.places and begun and (self.ends is None or start < self.ends)

    def pays_through(self, place: str, start: datetime, end: datetime) -> bool:
        return self.pays_at(place, start) and (self.ends is None or end <= self.ends)


@dataclass
class Part:
    lot: Lot
    amount: int
    captured: int = 0
    released: int = 0

    @property
    def rest(self) -> int:
        return self.amount - self.captured - self.released


@dataclass(eq=False)
class Hold:
    number: int
    place: str
    key: str
    milli_cards: int
    starts: datetime
    until: datetime
    expires: datetime
    ended: datetime | None = None
    state: str = "open"
    parts: list[Part] = field(default_factory=list)


@dataclass(eq=False)
class Use:
    place: str
    key: str
    milli_cards: int
    start: datetime
    end: datetime
    need: int = 0

    @property
    def quantity(self) -> int:
        return self.milli_cards * ((self.end - self.start) // timedelta(milliseconds=1))


@dataclass(eq=False)
class Payment:
    number: int
    lot: Lot
    fen: int


@dataclass(eq=False)
class Refund:
    number: int
    payment: Payment
    fen: int
    state: str = "pending"


def rounded_price(quantity: int, price: int) -> int:
    """Round half up, in whole numbers."""
    return (2 * quantity * price + CARD_HOUR) // (2 * CARD_HOUR)


class WalletModel:
    """One wallet with one seller and one price, in one month of use."""

    def __init__(self, *, price: int, places: Iterable[str], limit: int | None) -> None:
        self.price = price
        self.places = frozenset(places)
        self.lots: list[Lot] = []
        self.credit = None if limit is None else self._credit(limit)
        self.holds: list[Hold] = []
        self.waiting: list[Use] = []
        self.metered: dict[tuple[str, str], datetime] = {}
        self.rated = 0
        self.is_open = False
        self.is_closed = False
        self.debts: list[int] = []
        self.owed_by_cause: Counter[str] = Counter()
        self.payments: list[Payment] = []
        self.refunds: list[Refund] = []

    def _credit(self, limit: int) -> Lot:
        return Lot(0, "credit", limit, self.places, left=limit)

    # --- What comes in ---------------------------------------------------------------------

    def grant(self, stage: str, granted: int, **terms) -> Lot:
        lot = Lot(
            len(self.lots) + 1,
            stage,
            granted,
            **{"places": self.places, **terms},
            left=granted,
        )
        self.lots.append(lot)
        return lot

    def clear_debts(self, *, now: datetime) -> None:
        """Pay the oldest debt first, then what was used on credit, from money for everything."""
        for lot in self._stage("paid"):
            if lot.specificity or (lot.ends is not None and lot.ends <= now):
                continue
            for number, owed in enumerate(self.debts):
                paid = min(owed, lot.free)
                lot.left -= paid
                self.debts[number] -= paid
            self.debts = [owed for owed in self.debts if owed]
            if self.credit is not None:
                repaid = min(self.credit.granted - self.credit.left, lot.free)
                lot.left -= repaid
                self.credit.left += repaid

    # --- What is set aside -----------------------------------------------------------------

    def reserve(
        self, place: str, milli_cards: int, start: datetime, end: datetime
    ) -> tuple[list[tuple[Lot, int]], int]:
        """Return what lots give for the dearest course of a job, and what is missing of it."""
        use = Use(place, "", milli_cards, start, end)
        card_time, quantity = self._take(("in_kind",), use.quantity, place, start, end)
        # Each second may round up once, and so may each piece that the time is cut into.
        roundings = -((start - end) // timedelta(seconds=1)) + len(self._cut(use))
        dearest = -(-quantity * self.price // CARD_HOUR) + roundings if quantity else 0
        money, missing = self._take(MONEY, dearest, place, start, end)
        return card_time + money, missing

    def _take(
        self, stages: Iterable[str], need: int, place: str, start: datetime, end: datetime
    ) -> tuple[list[tuple[Lot, int]], int]:
        given = []
        for stage in stages:
            for lot in self._stage(stage):
                amount = min(need, lot.free)
                if amount > 0 and lot.pays_through(place, start, end):
                    given.append((lot, amount))
                    need -= amount
        return given, need

    def set_aside(self, hold: Hold, given: list[tuple[Lot, int]]) -> None:
        for lot, amount in given:
            lot.held += amount
            known = next((part for part in hold.parts if part.lot is lot), None)
            if known is None:
                hold.parts.append(Part(lot, amount))
            else:
                known.amount += amount

    def open_hold(self, place: str, key: str) -> Hold | None:
        own = [h for h in self.holds if h.state == "open" and (h.place, h.key) == (place, key)]
        return own[0] if own else None

    def release(self, hold: Hold, ended: datetime | None) -> None:
        """Close a hold; one of a job that ran is kept until its last use is rated."""
        if ended is not None and ended > hold.starts:
            hold.ended = ended
            hold.until = min(hold.until, ended)
            hold.expires = max(hold.until, ended) + USAGE_GRACE
            if not self._is_over(hold):
                return
        self.close(hold, "closed")

    def close(self, hold: Hold, state: str) -> None:
        hold.state = state
        for part in hold.parts:
            part.lot.held -= part.rest
            part.released += part.rest

    def expire(self, *, now: datetime) -> int:
        due = [hold for hold in self.holds if hold.state == "open" and hold.expires <= now]
        for hold in due:
            self.close(hold, "expired")
        return len(due)

    def _is_over(self, hold: Hold) -> bool:
        job = (hold.place, hold.key)
        return (
            hold.ended is not None
            and job in self.metered
            and self.metered[job] >= hold.ended
            and all((use.place, use.key) != job for use in self.waiting)
        )

    # --- What is used ----------------------------------------------------------------------

    def use(self, use: Use) -> None:
        self.metered[use.place, use.key] = use.end
        self.waiting.append(use)

    def _cut(self, use: Use) -> list[Use]:
        """Cut a use where some lot begins or ends; money that is paid in has no beginning."""
        begins = {lot.starts for lot in self.lots if lot.starts is not None}
        ends = {lot.ends for lot in self.lots if lot.ends is not None}
        inside = sorted(border for border in begins | ends if use.start < border < use.end)
        return [
            replace(use, start=start, end=end)
            for start, end in pairwise([use.start, *inside, use.end])
        ]

    def rate(self) -> None:
        """Let everybody pay in his order; what is left at the end is owed."""
        uses = [piece for use in self.waiting for piece in self._cut(use)]
        self.waiting = []
        if not uses:
            return
        # Late use of a closed November stands in December, which is open from then on.
        self.is_open = True
        for use in uses:
            use.need = use.quantity
        self._pay(uses, ["in_kind"])
        for use in uses:
            before, self.rated = self.rated, self.rated + use.need
            use.need = rounded_price(self.rated, self.price) - rounded_price(before, self.price)
        self._pay(uses, ["promotion"])
        self._pay(uses, ["paid", "credit"])
        self._owe(uses)
        for hold in filter(None, map(self._hold_of, uses)):
            if hold.state == "open" and self._is_over(hold):
                self.close(hold, "closed")

    def _pay(self, uses: list[Use], stages: list[str]) -> None:
        """Take what is set aside for a job before all that is free."""
        for use in uses:
            hold = self._hold_of(use)
            for part in hold.parts if hold is not None else []:
                if part.lot.stage in stages:
                    captured = min(use.need, part.rest)
                    part.captured += captured
                    part.lot.held -= captured
                    self._burn(part.lot, use, captured)
        for lot in [lot for stage in stages for lot in self._stage(stage)]:
            for use in uses:
                if lot.pays_at(use.place, use.start):
                    self._burn(lot, use, min(use.need, lot.free))

    def _burn(self, lot: Lot, use: Use, amount: int) -> None:
        lot.left -= amount
        use.need -= amount

    def _owe(self, uses: list[Use]) -> None:
        for use in uses:
            is_held = self._hold_of(use) is not None
            cause = "late_usage" if self.is_closed else "no_hold"
            self.owed_by_cause["enforcement_lag" if is_held else cause] += use.need
        owed = sum(use.need for use in uses)
        self.debts += [owed] if owed else []

    def _hold_of(self, use: Use) -> Hold | None:
        """Return the open hold of the job, else the newest of those that are over."""
        own = [hold for hold in self.holds if (hold.place, hold.key) == (use.place, use.key)]
        return max(own, key=lambda hold: (hold.state == "open", hold.number), default=None)

    # --- What goes back, or is over --------------------------------------------------------

    def refundable(self) -> list[tuple[Payment, int]]:
        """Return what may go back, in whole fen: what would be spent last first."""
        found = []
        for payment in sorted(self.payments, key=lambda one: one.lot.burn_key, reverse=True):
            gone = sum(
                refund.fen
                for refund in self.refunds
                if refund.payment is payment and refund.state != "failed"
            )
            found.append((payment, min(payment.lot.free // MICRO_PER_FEN, payment.fen - gone)))
        return found

    def settle(self, refund: Refund, state: str) -> None:
        """Move a refund from pending to succeeded, or from either to failed."""
        lot, amount = refund.payment.lot, refund.fen * MICRO_PER_FEN
        if (refund.state, state) == ("pending", "succeeded"):
            lot.held -= amount
            lot.left -= amount
        elif (refund.state, state) == ("pending", "failed"):
            lot.held -= amount
        elif (refund.state, state) == ("succeeded", "failed"):
            lot.left += amount
        else:
            return
        refund.state = state

    def _open_since(self) -> datetime:
        """Return where the open month begins by Beijing's clock."""
        return DECEMBER_BEGINS if self.is_closed else NOVEMBER_BEGINS

    def break_lots(self, *, expired_by: datetime) -> int:
        """Empty old lots but for what is held, once no use of theirs may come."""
        due = [
            lot
            for lot in self.lots
            if lot.ends is not None
            and lot.ends <= expired_by
            and lot.free > 0
            and not (self.is_open and lot.ends > self._open_since())
            and all(use.start >= lot.ends for use in self.waiting)
        ]
        for lot in due:
            lot.left = lot.held
        return len(due)

    # --- What is told ----------------------------------------------------------------------

    def valid(self, *, at: datetime) -> dict[str, tuple[int, int]]:
        """Return by stage what lots that are valid have, and what of it is set aside."""
        found: dict[str, tuple[int, int]] = {}
        for lot in self.lots:
            begun = lot.starts is None or lot.starts <= at
            if begun and (lot.ends is None or at < lot.ends):
                left, held = found.get(lot.stage, (0, 0))
                found[lot.stage] = (left + lot.left, held + lot.held)
        return found

    def _stage(self, stage: str) -> list[Lot]:
        if stage == "credit":
            return [self.credit] if self.credit is not None else []
        return sorted((lot for lot in self.lots if lot.stage == stage), key=_in_burn_order)


def _in_burn_order(lot: Lot) -> tuple[int, datetime, int, int]:
    return lot.burn_key

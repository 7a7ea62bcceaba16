"""What an order, a resize, a renewal or an early end comes to, before and when it is done. Pure.

A preview and the act are the same plan, so that nobody signs other figures than he has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from compute_billing.packages.proration import (
    FACTOR_SCALE,
    PARTS_PER_MONTH,
    Piece,
    Term,
    factor,
    fee_of,
    left_of,
    pieces,
    worth,
)
from kernel.money import divide_half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """What is to become of one term: cards from a day on, and what is paid, or given back below 0.

    `gross_micro` is what the cards are worth for the rest of the term; of what is given back the
    fee is kept.
    """

    term_no: int
    term: Term
    kind: str
    starts_on: date
    ends_on: date
    price_micro: int
    tax_class: str
    cards_before: int
    cards_after: int
    factor: int
    gross_micro: int
    fee_micro: int
    amount_micro: int

    @property
    def cards(self) -> int:
        """Return how many cards more, or fewer below zero."""
        return self.cards_after - self.cards_before

    @property
    def pieces(self) -> list[Piece]:
        """Return the natural months of it."""
        return list(pieces(self.starts_on, self.ends_on))

    @property
    def used_pieces(self) -> list[Piece]:
        """Return the natural months of the term before it, which bound what is left."""
        return list(pieces(self.term.starts_on, self.starts_on))

    @property
    def is_bounded(self) -> bool:
        """Say whether less is left than the shares of the months, because more was used."""
        left = sum(piece.parts for piece in self.pieces)
        return divide_half_up(left * FACTOR_SCALE, PARTS_PER_MONTH) != self.factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The changes of one act, term by term, and what they come to."""

    changes: tuple[PlannedChange, ...]

    @property
    def amount_micro(self) -> int:
        """Return what is paid in all; below zero it is given back."""
        return sum(change.amount_micro for change in self.changes)

    @property
    def fee_micro(self) -> int:
        """Return what is kept of what would be given back."""
        return sum(change.fee_micro for change in self.changes)

    @property
    def starts_on(self) -> date:
        """Return the first day on which anything is different."""
        return min(change.starts_on for change in self.changes)

    @property
    def ends_on(self) -> date:
        """Return the day after the last of it."""
        return max(change.ends_on for change in self.changes)

    @property
    def cards(self) -> int:
        """Return how many cards more, or fewer below zero."""
        return self.changes[0].cards


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTerm:
    """A term that an order has, and on which conditions it was bought."""

    term_no: int
    term: Term
    tax_class: str
    fee_ppm: int


def plan_term(held: HeldTerm, *, kind: str, cards: int) -> Plan:
    """Plan a whole new term: the first of an order, or a renewal."""
    term = held.term
    months = term.months * FACTOR_SCALE
    amount = worth(price_micro=term.price_micro, cards=cards, factor=months)
    return Plan(
        changes=(
            PlannedChange(
                term_no=held.term_no,
                term=term,
                kind=kind,
                starts_on=term.starts_on,
                ends_on=term.ends_on,
                price_micro=term.price_micro,
                tax_class=held.tax_class,
                cards_before=0,
                cards_after=cards,
                factor=months,
                gross_micro=amount,
                fee_micro=0,
                amount_micro=amount,
            ),
        )
    )


def plan_change(
    terms: Sequence[HeldTerm], *, kind: str, before: int, after: int, day: date, deferred: int
) -> Plan:
    """Plan other cards from a day on, in every term that is not over, at the price of each.

    More than is still `deferred`, in micro-yuan, is never given back: amounts that were cut to fen
    when they were paid may be short of what the same cards are worth together by a fen.
    """
    left = deferred
    changes = []
    for held in terms:
        if held.term.ends_on > day:
            change = _change_of(held, kind=kind, before=before, after=after, day=day)
            if change.gross_micro > left and after < before:
                change = _kept_from(replace(change, gross_micro=left), fee_ppm=held.fee_ppm)
            left -= change.gross_micro
            changes.append(change)
    return Plan(changes=tuple(changes))


def _change_of(held: HeldTerm, *, kind: str, before: int, after: int, day: date) -> PlannedChange:
    gross = left_of(held.term, cards=abs(after - before), day=day)
    change = PlannedChange(
        term_no=held.term_no,
        term=held.term,
        kind=kind,
        starts_on=max(day, held.term.starts_on),
        ends_on=held.term.ends_on,
        price_micro=held.term.price_micro,
        tax_class=held.tax_class,
        cards_before=before,
        cards_after=after,
        factor=factor(held.term, day),
        gross_micro=gross,
        fee_micro=0,
        amount_micro=gross,
    )
    return change if after > before else _kept_from(change, fee_ppm=held.fee_ppm)


def _kept_from(change: PlannedChange, *, fee_ppm: int) -> PlannedChange:
    fee = fee_of(change.gross_micro, fee_ppm=fee_ppm)
    return replace(change, fee_micro=fee, amount_micro=fee - change.gross_micro)

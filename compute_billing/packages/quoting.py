"""What is asked for, checked and planned: the same for a preview and for the act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from compute_billing.ledger.models import LedgerBalance
from compute_billing.packages.days import next_day
from compute_billing.packages.models import PackageChange, PackageOffer, PackageOrder, PackageTerm
from compute_billing.packages.planning import HeldTerm, Plan, plan_change, plan_term
from compute_billing.packages.proration import Term, months_after
from kernel.errors import DomainError
from kernel.periods import MONTHS_PER_YEAR

MONTHS_OF: Final = {"month": 1, "year": MONTHS_PER_YEAR}
# A contract on compute that a subsidy is keyed on runs for a year at most; three years is the
# longest that anybody may bind the cards, renewals included.
MONTHS_MAX: Final = 36
CARDS_MAX: Final = 100_000
DAYS_AHEAD_MAX: Final = 366


class UnknownPackageOffer(DomainError):
    """No offer of this id holds now."""

    code = "unknown_package_offer"


class UnknownPackage(DomainError):
    """The tenant has no package of this id."""

    code = "unknown_package"


class UnableToOrderPackage(DomainError):
    """Too few cards, or days or terms out of bounds."""

    code = "unable_to_order_package"


class UnableToChangePackage(DomainError):
    """The package is over, nothing would change, or there is no offer to renew it by."""

    code = "unable_to_change_package"


class PackageQuoteChanged(DomainError):
    """It comes to another amount than was seen before."""

    code = "package_quote_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTerm:
    """A term to be, and what it comes to."""

    held: HeldTerm
    plan: Plan


def offer_now(offer_id: UUID, *, now: datetime) -> PackageOffer:
    """Return an offer that holds.

    Raises:
        UnknownPackageOffer: there is none of this id, or it does not hold now.
    """
    offers = PackageOffer.objects.select_related("cluster__centre", "meter")
    offer = offers.filter(public_id=offer_id, valid__contains=now).first()
    if offer is None:
        message = f"There is no offer {offer_id} now: list the offers again."
        raise UnknownPackageOffer(message)
    return offer


def first_term(
    offer: PackageOffer, *, cards: int, terms: int, starts_on: date, now: datetime
) -> PlannedTerm:
    """Plan the first term of an order.

    Raises:
        UnableToOrderPackage: fewer cards than the offer asks for, days or terms out of bounds.
    """
    if not offer.cards_min <= cards <= CARDS_MAX:
        message = f"This offer is of {offer.cards_min} cards or more."
        raise UnableToOrderPackage(message, details={"field": "cards", "least": offer.cards_min})
    earliest = next_day(now)
    if not 0 <= (starts_on - earliest).days <= DAYS_AHEAD_MAX:
        message = f"A package begins with a day: {earliest} at the earliest, within a year."
        raise UnableToOrderPackage(
            message, details={"field": "starts_on", "earliest": earliest.isoformat()}
        )
    months = terms * MONTHS_OF[offer.term_kind]
    if not 0 < months <= MONTHS_MAX:
        message = f"A package is of one term at least, and of {MONTHS_MAX} months at most."
        raise UnableToOrderPackage(message, details={"field": "terms"})
    held = _held(offer, term_no=1, starts_on=starts_on, anchor=starts_on, before=0, months=months)
    return PlannedTerm(
        held=held, plan=plan_term(held, kind=PackageChange.Kind.PURCHASE, cards=cards)
    )


def next_term(
    order: PackageOrder, *, terms: int, now: datetime
) -> tuple[PackageOffer, PlannedTerm]:
    """Plan a renewal by the offer of the same cluster, card type and kind that holds now.

    Raises:
        UnableToChangePackage: it is over, too long in all, or nothing of its kind is offered.
    """
    _refuse_over(order, now=now)
    last = PackageTerm.objects.filter(order=order).select_related("offer").order_by("-term_no")[0]
    offer = (
        PackageOffer.objects.filter(
            cluster_id=order.cluster_id,
            meter_id=order.meter_id,
            term_kind=last.offer.term_kind,
            valid__contains=now,
        )
        .select_related("cluster__centre", "meter")
        .first()
    )
    if offer is None or offer.cards_min > order.cards:
        message = "Nothing of this kind is offered for so many cards now: ask the operator."
        raise UnableToChangePackage(message, details={"field": "terms"})
    bought = sum(PackageTerm.objects.filter(order=order).values_list("months", flat=True))
    months = terms * MONTHS_OF[offer.term_kind]
    if not months > 0 or bought + months > MONTHS_MAX:
        message = f"A package is of {MONTHS_MAX} months at most, renewals included."
        raise UnableToChangePackage(message, details={"field": "terms"})
    held = _held(
        offer,
        term_no=last.term_no + 1,
        starts_on=order.ends_on,
        anchor=order.starts_on,
        before=bought,
        months=months,
    )
    plan = plan_term(held, kind=PackageChange.Kind.RENEWAL, cards=order.cards)
    return offer, PlannedTerm(held=held, plan=plan)


def change_planned(order: PackageOrder, *, kind: str, cards: int, now: datetime) -> Plan:
    """Plan other cards from the next day on; none at all is an early end.

    Raises:
        UnableToChangePackage: it is over, the cards are the same, or fewer than the offer's least.
    """
    _refuse_over(order, now=now)
    terms = list(
        PackageTerm.objects.filter(order=order).select_related("offer").order_by("term_no")
    )
    least = max(term.offer.cards_min for term in terms)
    if cards == order.cards or cards > CARDS_MAX:
        message = f"The package has {order.cards} cards: say how many there are to be instead."
        raise UnableToChangePackage(message, details={"field": "cards"})
    if kind != PackageChange.Kind.END and cards < least:
        message = f"This package is of {least} cards or more: end it, or keep {least}."
        raise UnableToChangePackage(message, details={"field": "cards", "least": least})
    return plan_change(
        [held_term(term) for term in terms],
        kind=kind,
        before=order.cards,
        after=cards,
        day=next_day(now),
        deferred=LedgerBalance.objects.get(account_id=order.account_id).posted,
    )


def held_term(term: PackageTerm) -> HeldTerm:
    """Return a stored term as it is reckoned with."""
    return HeldTerm(
        term_no=term.term_no,
        term=Term(
            starts_on=term.starts_on,
            ends_on=term.ends_on,
            months=term.months,
            price_micro=term.price_micro,
        ),
        tax_class=term.tax_class,
        fee_ppm=term.fee_ppm,
    )


def _held(
    offer: PackageOffer, *, term_no: int, starts_on: date, anchor: date, before: int, months: int
) -> HeldTerm:
    return HeldTerm(
        term_no=term_no,
        term=Term(
            starts_on=starts_on,
            ends_on=months_after(anchor, before + months),
            months=months,
            price_micro=offer.price_micro,
        ),
        tax_class=offer.tax_class,
        fee_ppm=offer.fee_ppm,
    )


def _refuse_over(order: PackageOrder, *, now: datetime) -> None:
    if order.ended_early or order.ends_on <= next_day(now):
        message = f"The package ends on {order.ends_on}: order another one."
        raise UnableToChangePackage(message)

"""Packages, from what the room says to what their pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.packages.queries import (
    CapacityMonth,
    MonthUse,
    PackageChange,
    PackageOffer,
    PackageOfferDraft,
    PackageOrder,
    PackageTerm,
    Plan,
    PlannedChange,
)
from kernel.periods import month_text
from portal import figures
from portal.figures import MoneyFigure
from portal.tables import Table, TableCell, TableRow, amount, count, named, words
from portal.wording import Text, worded

TERM_KINDS: Final[Mapping[str, Text]] = {
    "month": gettext_lazy("by the month"),
    "year": gettext_lazy("by the year"),
}
CHANGES: Final[Mapping[str, Text]] = {
    "purchase": gettext_lazy("ordered"),
    "resize": gettext_lazy("resized"),
    "renewal": gettext_lazy("renewed"),
    "end": gettext_lazy("ended early"),
}
DECISIONS: Final[Mapping[str, Text]] = {
    "": gettext_lazy("waits for somebody else"),
    "approved": gettext_lazy("approved"),
    "refused": gettext_lazy("refused"),
}
FACTOR_PLACES: Final = 4
SHARES_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """What an act comes to, with every figure that it is reckoned from.

    `expected` is sent along with the act, so that what was seen is what is signed.
    """

    table: Table
    amount: MoneyFigure
    fee: MoneyFigure
    starts_on: date
    ends_on: date
    expected: str
    is_given_back: bool
    free: str


def state_of(order: PackageOrder, *, today: date) -> Text:
    """Return what a package is doing on a day, in words."""
    if order.ended_early and order.ends_on <= today:
        return _("ended early")
    if order.ends_on <= today:
        return _("over")
    return _("to begin") if today < order.starts_on else _("running")


def offers_table(offers: Sequence[PackageOffer], *, tenant: str, may_order: bool) -> Table:
    """Return what can be bought now."""
    return Table(
        name=_("Offers"),
        columns=[
            _("Cards"),
            _("Term"),
            _("Yuan per card and month"),
            _("Least cards"),
            _("Fee"),
        ],
        rows=[_offer_row(offer, tenant=tenant, may_order=may_order) for offer in offers],
    )


def _offer_row(offer: PackageOffer, *, tenant: str, may_order: bool) -> TableRow:
    url = f"{reverse('package-order')}?tenant={tenant}&offer={offer.public_id}"
    return TableRow(
        key=str(offer.public_id),
        cells=[
            TableCell(text=offer.meter.code, url=url if may_order else "", note=offer.cluster.name),
            words(worded(TERM_KINDS, offer.term_kind)),
            amount(figures.money(offer.price_micro), name="price"),
            count(offer.cards_min),
            TableCell(text=_fee(offer.fee_ppm)),
        ],
    )


def _fee(ppm: int) -> str:
    return figures.percent(ppm, 1_000_000) if ppm else "–"


def orders_table(orders: Sequence[PackageOrder], *, today: date, of_everybody: bool) -> Table:
    """Return packages; the operator's list names whose they are and leads nowhere."""
    return Table(
        name=_("Packages"),
        columns=[
            _("Package"),
            *([_("Tenant")] if of_everybody else []),
            _("Card type"),
            _("Cards"),
            _("First day"),
            _("Last day"),
            _("State"),
        ],
        rows=[_order_row(order, today=today, of_everybody=of_everybody) for order in orders],
    )


def _order_row(order: PackageOrder, *, today: date, of_everybody: bool) -> TableRow:
    return TableRow(
        key=order.number,
        cells=[
            TableCell(
                text=order.number,
                url=reverse("package", args=[order.public_id]),
                note=order.cluster.name,
            ),
            *([words(order.tenant.name)] if of_everybody else []),
            words(order.meter.code),
            count(order.cards, figure="cards"),
            TableCell(text=order.starts_on.isoformat()),
            TableCell(text=last_day(order.ends_on)),
            words(state_of(order, today=today)),
        ],
    )


def last_day(ends_on: date) -> str:
    """Return the last day of what ends with the border before a day."""
    return date.fromordinal(ends_on.toordinal() - 1).isoformat()


def plan_page(plan: Plan, *, free: int | None = None) -> PlanPage:
    """Return a plan, term by term and month by month."""
    return PlanPage(
        table=_plan_table(plan),
        amount=figures.money(abs(plan.amount_micro)),
        fee=figures.money(plan.fee_micro),
        starts_on=plan.starts_on,
        ends_on=date.fromordinal(plan.ends_on.toordinal() - 1),
        expected=str(plan.amount_micro),
        is_given_back=plan.amount_micro < 0 or plan.cards < 0,
        free="" if free is None else f"{free:,}",
    )


def _plan_table(plan: Plan) -> Table:
    return Table(
        name=_("How it is reckoned"),
        columns=[
            _("Days"),
            _("Cards"),
            _("Yuan per card and month"),
            _("Months left"),
            _("Worth"),
            _("Fee"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=str(change.term_no),
                cells=[
                    TableCell(
                        text=f"{change.starts_on} – {last_day(change.ends_on)}",
                        note=_shares(change),
                    ),
                    TableCell(text=f"{change.cards_before:,} → {change.cards_after:,}"),
                    amount(figures.money(change.price_micro)),
                    TableCell(text=_factor(change.factor), figure="factor"),
                    amount(figures.money(change.gross_micro)),
                    amount(figures.money(change.fee_micro)),
                    amount(figures.money(change.amount_micro), name="amount"),
                ],
            )
            for change in plan.changes
        ],
    )


def _shares(change: PlannedChange) -> str:
    """Return how the months that are left are reckoned, where that is short enough to be read.

    They are the shares of the natural months, or the term's months less what was used of them.
    """
    if not change.used_pieces:
        return ""
    months = change.used_pieces if change.is_bounded else change.pieces
    shares = [f"{piece.days}/{piece.month_days}" for piece in months]
    if len(shares) > SHARES_MAX:
        return ""
    if change.is_bounded:
        return " − ".join([str(change.term.months), *shares])
    return " + ".join(shares)


def _factor(factor: int) -> str:
    whole, part = divmod(factor, 10**FACTOR_PLACES)
    return f"{whole}.{part:0{FACTOR_PLACES}d}"


def months_table(months: Sequence[MonthUse]) -> Table:
    """Return a package's card time by month, and what of it was used."""
    return Table(
        name=_("Card-hours by month"),
        columns=[_("Month"), _("In the package"), _("Used"), _("Left"), _("Used of it")],
        rows=[
            TableRow(
                key=month_text(month.month),
                cells=[
                    TableCell(text=month_text(month.month)),
                    TableCell(text=figures.card_hours(month.granted), figure="granted"),
                    TableCell(text=figures.card_hours(month.used), figure="used"),
                    TableCell(text=figures.card_hours(month.left), figure="left"),
                    TableCell(text=figures.percent(month.used, month.granted)),
                ],
            )
            for month in months
        ],
    )


def terms_table(terms: Sequence[PackageTerm]) -> Table:
    """Return a package's terms with their contracts."""
    return Table(
        name=_("Contracts"),
        columns=[
            _("Contract"),
            _("Signed on"),
            _("First day"),
            _("Last day"),
            _("Yuan per card and month"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=term.contract.contract_no,
                cells=[
                    TableCell(text=term.contract.contract_no),
                    TableCell(text=term.contract.signed_on.isoformat()),
                    TableCell(text=term.starts_on.isoformat()),
                    TableCell(text=last_day(term.ends_on)),
                    amount(figures.money(term.price_micro)),
                    amount(figures.money(term.contract.amount_micro)),
                ],
            )
            for term in terms
        ],
    )


def changes_table(changes: Sequence[PackageChange]) -> Table:
    """Return what became of a package."""
    return Table(
        name=_("Changes"),
        columns=[
            _("Change"),
            _("From"),
            _("Cards"),
            _("Months left"),
            _("Fee"),
            _("Amount"),
        ],
        rows=[
            TableRow(
                key=f"{change.act_no}.{change.term.term_no}",
                cells=[
                    TableCell(text=worded(CHANGES, change.kind)),
                    TableCell(text=change.starts_on.isoformat()),
                    TableCell(text=f"{change.cards_before:,} → {change.cards_after:,}"),
                    TableCell(text=_factor(change.factor)),
                    amount(figures.money(change.fee_micro)),
                    amount(figures.money(change.amount_micro), name="amount"),
                ],
            )
            for change in changes
        ],
    )


def capacity_table(months: Sequence[CapacityMonth]) -> Table:
    """Return the capacity of clusters by month; the fewest of a month, so that it can be sold."""
    return Table(
        name=_("Capacity"),
        columns=[
            _("Cluster"),
            _("Card type"),
            _("Month"),
            _("Sellable cards"),
            _("Sold at most"),
            _("Free at least"),
        ],
        rows=[
            TableRow(
                key=f"{line.cluster} {line.card_type} {month_text(line.month)}",
                cells=[
                    named(line.cluster_name, code=line.cluster),
                    words(line.card_type),
                    TableCell(text=month_text(line.month)),
                    count(line.sellable),
                    count(line.sold, figure="sold"),
                    count(line.free, figure="free"),
                ],
            )
            for line in months
        ],
    )


def drafts_table(drafts: Sequence[PackageOfferDraft]) -> Table:
    """Return proposed offers; each leads to its page."""
    return Table(
        name=_("Proposed offers"),
        columns=[
            _("Offer"),
            _("Term"),
            _("Yuan per card and month"),
            _("Least cards"),
            _("Fee"),
            _("Valid from"),
            _("State"),
        ],
        rows=[
            TableRow(
                key=str(draft.public_id),
                cells=[
                    TableCell(
                        text=draft.meter.code,
                        url=reverse("operator-package-offer", args=[draft.public_id]),
                        note=draft.cluster.name,
                    ),
                    words(worded(TERM_KINDS, draft.term_kind)),
                    amount(figures.money(draft.price_micro)),
                    count(draft.cards_min),
                    TableCell(text=_fee(draft.fee_ppm)),
                    TableCell(at=draft.valid_from),
                    words(worded(DECISIONS, decision_of(draft))),
                ],
            )
            for draft in drafts
        ],
    )


def decision_of(draft: PackageOfferDraft) -> str:
    """Return what was decided, or nothing."""
    decided = getattr(draft, "decision", None)
    return "" if decided is None else str(decided.decision)

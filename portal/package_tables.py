"""The tables of the pages of packages, each with its file."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from compute_billing.audit.usage import UsageTenant
from compute_billing.packages import queries
from compute_billing.packages.queries import (
    CapacityMonth,
    MonthUse,
    PackageChange,
    PackageOffer,
    PackageOfferDraft,
    PackageOrder,
    PackageTerm,
)
from kernel.periods import month_of, month_text, months_later
from kernel.quantities import card_seconds_text
from portal.bill_file import yuan
from portal.exports import Cell
from portal.package_pages import (
    FACTOR_PLACES,
    capacity_table,
    changes_table,
    decision_of,
    drafts_table,
    last_day,
    months_table,
    offers_table,
    orders_table,
    terms_table,
)
from portal.page_tables import PageTable, Tables
from portal.tables import Table

PAGE_ROWS: Final = 200
MONTHS_SHOWN: Final = 12
PPM: Final = Decimal(1_000_000)
ORDER_COLUMNS: Final = (
    *("number", "tenant", "cluster", "card_type", "cards", "first_day", "last_day"),
    "ended_early",
)
OFFER_COLUMNS: Final = (
    *("offer", "cluster", "card_type", "term", "price", "cards_min", "fee", "tax_class"),
    "valid_from",
)
DRAFT_COLUMNS: Final = (*OFFER_COLUMNS, "decision")
MONTH_COLUMNS: Final = ("month", "granted_card_seconds", "used_card_seconds", "left_card_seconds")
TERM_COLUMNS: Final = ("contract", "signed_on", "first_day", "last_day", "price", "amount")
CHANGE_COLUMNS: Final = (
    *("change", "from", "cards_before", "cards_after", "months", "fee", "amount"),
)
CAPACITY_COLUMNS: Final = ("cluster", "card_type", "month", "sellable", "sold", "free")


def tenant_tables(tenant: UsageTenant, *, may_order: bool, today: date, now: datetime) -> Tables:
    """Return a tenant's packages, and what is offered to it."""

    def drawn(orders: Sequence[PackageOrder]) -> Table:
        return orders_table(orders, today=today, of_everybody=False)

    return {
        "packages": PageTable(
            read=lambda: queries.order_page(
                tenant_id=tenant.tenant_id, after=None, limit=PAGE_ROWS
            ),
            draw=drawn,
            columns=ORDER_COLUMNS,
            cells=order_cells,
        ),
        "offers": PageTable(
            read=lambda: queries.offers(now=now),
            draw=lambda offers: offers_table(offers, tenant=tenant.code, may_order=may_order),
            columns=OFFER_COLUMNS,
            cells=offer_cells,
        ),
    }


def package_tables(*, order_id: int) -> Tables:
    """Return the use of a package by month, its contracts, and what became of it."""
    return {
        "months": PageTable(
            read=lambda: queries.months_of(order_id=order_id),
            draw=months_table,
            columns=MONTH_COLUMNS,
            cells=month_cells,
        ),
        "terms": PageTable(
            read=lambda: queries.terms_of(order_id=order_id),
            draw=terms_table,
            columns=TERM_COLUMNS,
            cells=term_cells,
        ),
        "changes": PageTable(
            read=lambda: queries.changes_of(order_id=order_id),
            draw=changes_table,
            columns=CHANGE_COLUMNS,
            cells=change_cells,
        ),
    }


def sales_tables(*, today: date, now: datetime) -> Tables:
    """Return the operator's packages, its capacity, and its offers that wait or are decided."""
    drafts: list[PackageOfferDraft] = []

    def drafted(*, is_decided: bool) -> list[PackageOfferDraft]:
        if not drafts:
            drafts.extend(queries.offer_drafts())
        return [draft for draft in drafts if bool(decision_of(draft)) is is_decided]

    return {
        "orders": PageTable(
            read=lambda: queries.orders_of_everybody(now=now),
            draw=lambda orders: orders_table(orders, today=today, of_everybody=True),
            columns=ORDER_COLUMNS,
            cells=order_cells,
        ),
        "capacity": PageTable(
            read=lambda: queries.capacity_by_month(
                starts_on=today, ends_on=months_later(month_of(today), MONTHS_SHOWN)
            ),
            draw=capacity_table,
            columns=CAPACITY_COLUMNS,
            cells=capacity_cells,
        ),
        **{
            name: PageTable(
                read=partial(drafted, is_decided=is_decided),
                draw=drafts_table,
                columns=DRAFT_COLUMNS,
                cells=draft_cells,
            )
            for name, is_decided in (("waiting", False), ("decided", True))
        },
    }


def order_cells(order: PackageOrder) -> list[Cell]:
    """Return a package as a row of a file."""
    return [
        *(order.number, order.tenant.code, order.cluster.code, order.meter.code, order.cards),
        *(order.starts_on.isoformat(), last_day(order.ends_on), str(order.ended_early).lower()),
    ]


def offer_cells(offer: PackageOffer) -> list[Cell]:
    """Return an offer as a row of a file; the fee is a share of one."""
    return [*_terms(offer), offer.valid.lower]


def draft_cells(draft: PackageOfferDraft) -> list[Cell]:
    """Return a proposed offer, with what was decided of it, as a row of a file."""
    return [*_terms(draft), draft.valid_from, decision_of(draft)]


def _terms(offer: PackageOffer | PackageOfferDraft) -> list[Cell]:
    return [
        *(str(offer.public_id), offer.cluster.code, offer.meter.code, offer.term_kind),
        *(yuan(offer.price_micro), offer.cards_min, offer.fee_ppm / PPM, offer.tax_class),
    ]


def month_cells(month: MonthUse) -> list[Cell]:
    """Return a month of a package as a row of a file."""
    use = (card_seconds_text(n) for n in (month.granted, month.used, month.left))
    return [month_text(month.month), *use]


def term_cells(term: PackageTerm) -> list[Cell]:
    """Return a term of a package with its contract as a row of a file."""
    contract = term.contract
    return [
        *(contract.contract_no, contract.signed_on, term.starts_on.isoformat()),
        *(last_day(term.ends_on), yuan(term.price_micro), yuan(contract.amount_micro)),
    ]


def change_cells(change: PackageChange) -> list[Cell]:
    """Return what became of a package as a row of a file."""
    return [
        *(change.kind, change.starts_on, change.cards_before, change.cards_after),
        Decimal(change.factor).scaleb(-FACTOR_PLACES),
        *(yuan(change.fee_micro), yuan(change.amount_micro)),
    ]


def capacity_cells(line: CapacityMonth) -> list[Cell]:
    """Return a month of capacity as a row of a file."""
    return [
        *(line.cluster, line.card_type, month_text(line.month)),
        *(line.sellable, line.sold, line.free),
    ]

"""Bills, from what the room of invoices says to what templates show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy

from compute_billing.invoices.procurement import procurement_on
from compute_billing.invoices.queries import CreditedLine
from compute_billing.invoices.wording import PackageName, StatementLine
from kernel.money import MICRO_PER_FEN
from portal import figures
from portal.einvoice_pages import OnBill, on_bill
from portal.figures import MoneyFigure
from portal.wording import ACCOUNTS, TAX_CLASSES, Text, band_name, price_list_name, worded

MONEY_UNIT: Final = "CNY"
PROCUREMENT: Final = {
    "purchase_order": gettext_lazy("Purchase order number"),
    "contract": gettext_lazy("Purchase contract number"),
    "fund": gettext_lazy("Fund number"),
    "project": gettext_lazy("Research project number"),
    "cost_centre": gettext_lazy("Cost centre"),
    "contact": gettext_lazy("Purchasing office"),
    "acceptance": gettext_lazy("Acceptance note"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """A bill in the list, and the head of its own page; `total` is in whole fen."""

    public_id: UUID
    is_credit_note: bool
    number: str
    month: date
    issuer: str
    issued_at: datetime
    due_on: date | None
    card_hours: str
    gross: MoneyFigure
    discount: MoneyFigure
    net: MoneyFigure
    tax: MoneyFigure
    subsidy: MoneyFigure
    paid: MoneyFigure
    arrears: MoneyFigure
    total: MoneyFigure
    carried: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """The tax of one class."""

    tax_class: Text
    net: MoneyFigure
    tax: MoneyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """What a line says of a package; `cards` are below zero where they were given back."""

    public_id: UUID
    contract: str
    cards: int
    starts_on: date
    last_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line: charges of one price, project and payer. Card time has no amount of money."""

    position: int
    card_type: str
    cluster: str
    price_list: Text
    band: Text
    unit_price: str
    project: str
    usage_month: date
    is_late: bool
    payer: Text
    card_hours: str
    amount: MoneyFigure | None
    card_time: str
    package: PackageRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """All of a bill."""

    bill: BillRow
    tenant: str
    tenant_code: str
    lines: Sequence[LineRow]
    has_projects: bool
    taxes: Sequence[TaxRow]
    corrects: Sequence[tuple[UUID, str]]
    einvoices: Sequence[OnBill] = ()
    may_ask: bool = False
    is_red_due: bool = False
    procurement: Sequence[tuple[Text, str]] = ()


def bill_row(bill: Any) -> BillRow:
    """Return a bill of the room."""
    return BillRow(
        public_id=bill.public_id,
        is_credit_note=bill.kind == "credit_note",
        number=f"{bill.series}-{bill.number:06d}",
        month=bill.period,
        issuer=bill.issuer.name,
        issued_at=bill.issued_at,
        due_on=bill.due_on,
        card_hours=figures.card_hours(int(bill.quantity)),
        gross=figures.money(bill.gross),
        discount=figures.money(bill.discount),
        net=figures.money(bill.net),
        tax=figures.money(bill.tax),
        subsidy=figures.money(bill.programme),
        paid=figures.money(bill.tenant_paid),
        arrears=figures.money(bill.arrears),
        total=figures.money(bill.total_fen * MICRO_PER_FEN),
        carried=figures.money(bill.carried_micro),
    )


def bill_page(
    bill: Any,
    lines: Iterable[StatementLine],
    taken_back: Iterable[CreditedLine],
    *,
    einvoices: Iterable[Any] = (),
    may_ask: bool = False,
    is_red_due: bool = False,
) -> BillPage:
    """Put a bill's page together."""
    shown = [_line(line, at=at, month=bill.period) for at, line in enumerate(lines, start=1)]
    return BillPage(
        bill=bill_row(bill),
        tenant=bill.tenant.name,
        tenant_code=bill.tenant.code,
        lines=shown,
        has_projects=any(line.project for line in shown),
        taxes=[
            TaxRow(
                tax_class=worded(TAX_CLASSES, tax.tax_class),
                net=figures.money(tax.net),
                tax=figures.money(tax.tax),
            )
            for tax in bill.taxes.all()
        ],
        corrects=sorted({(credit.bill, credit.bill_number) for credit in taken_back}),
        einvoices=on_bill(einvoices),
        may_ask=may_ask,
        is_red_due=is_red_due,
        procurement=_procurement(bill),
    )


def _procurement(bill: Any) -> list[tuple[Text, str]]:
    said = procurement_on(bill)
    return [] if said is None else [(PROCUREMENT[name], text) for name, text in said.said]


def _line(line: StatementLine, *, at: int, month: date) -> LineRow:
    price, is_money = line.price.unit_price_micro, line.unit == MONEY_UNIT
    if line.package is not None:
        price = line.package.price_micro
    return LineRow(
        position=at,
        card_type=line.price.card_type,
        cluster=line.cluster_name,
        price_list=price_list_name(
            line.price.price_list,
            kind=line.price.list_kind,
            customer_class=line.price.customer_class,
        ),
        band=band_name(line.price.band, window=line.price.window),
        unit_price="" if price is None else figures.money(price).short,
        project=line.project_name,
        usage_month=line.usage_month,
        is_late=line.usage_month != month,
        payer=worded(ACCOUNTS, line.payer_kind),
        card_hours=figures.card_hours(line.quantity) if line.quantity else "",
        amount=figures.money(line.amount) if is_money else None,
        card_time="" if is_money else figures.card_hours(line.amount),
        package=None if line.package is None else _package(line.package),
    )


def _package(package: PackageName) -> PackageRow:
    return PackageRow(
        public_id=package.package,
        contract=package.contract_no,
        cards=package.cards,
        starts_on=package.starts_on,
        last_on=package.last_on,
    )

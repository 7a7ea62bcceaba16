"""An issuer's bill of a tenant's month: reckoned first, then inserted whole in one statement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.events.operations import emit
from accounts.events.vocabulary import InvoiceIssued
from compute_billing.invoices.carry import DocumentTotal, document_total
from compute_billing.invoices.chain import BilledBefore, billed_before, creditable_lines
from compute_billing.invoices.crediting import Tie, may_be_credited, split
from compute_billing.invoices.lines import (
    CNY,
    DISCOUNT_KINDS,
    BillLine,
    Booked,
    bill_lines,
    check_shares,
)
from compute_billing.invoices.models import Invoice
from compute_billing.invoices.tax import further_tax
from compute_billing.ledger.queries import wallet_state
from kernel import seals
from kernel.identifiers import uuid7
from kernel.money import Money
from kernel.sql import execute, statement
from kernel.transactions import transaction_required
from kernel.working_days import expected_working_day

SEQUENCES: Final = {Invoice.Kind.BILL: 1, Invoice.Kind.CREDIT_NOTE: 2}
# Credit notes have numbers of their own: 2026-C-000001.
SERIES: Final = {Invoice.Kind.BILL: "{}", Invoice.Kind.CREDIT_NOTE: "{}-C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """The tax of one class within a bill's net, in micro-yuan."""

    tax_class: str
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An issuer's bill or credit note of a month, reckoned and not yet numbered."""

    kind: Invoice.Kind
    issuer_id: int
    booked: Sequence[Booked]
    taxes: Sequence[Tax]
    total: DocumentTotal
    ties: Sequence[Tie] = ()


def reckon(*, tenant_id: int, month: date, booked: Sequence[Booked]) -> list[Bill]:
    """Return the bills and credit notes of a month, by issuer. What can be refused is refused here.

    Raises:
        ChargesAndSharesDiffer: the books disagree.
        UnableToTax: a price has a tax class without a rate.
    """
    by_issuer: dict[int, list[Booked]] = defaultdict(list)
    for group in booked:
        check_shares(group)
        by_issuer[group.key.issuer_id].append(group)
    return [
        bill
        for issuer_id, groups in sorted(by_issuer.items())
        for bill in _reckon_issuer(tenant_id, issuer_id, groups, month=month)
    ]


def _reckon_issuer(
    tenant_id: int, issuer_id: int, groups: Sequence[Booked], *, month: date
) -> list[Bill]:
    """Return an issuer's bill, and its credit note, which carries on from the bill."""
    before = billed_before(tenant_id=tenant_id, issuer_id=issuer_id)
    taking_back = [group.key for group in groups if may_be_credited(group, month=month)]
    parts = split(
        groups,
        month=month,
        earlier=creditable_lines(tenant_id=tenant_id, issuer_id=issuer_id, keys=taking_back),
    )
    bills = []
    for kind, part, ties in (
        (Invoice.Kind.BILL, parts.billed, ()),
        (Invoice.Kind.CREDIT_NOTE, parts.credited, parts.ties),
    ):
        if part:
            bill = _reckon_bill(kind, issuer_id, part, before=before, ties=ties)
            before = before.with_bill(
                amount_micro=sum(group.net for group in part),
                total_fen=bill.total.total_fen,
                taxed={tax.tax_class: tax.net for tax in bill.taxes},
            )
            bills.append(bill)
    return bills


def _reckon_bill(
    kind: Invoice.Kind,
    issuer_id: int,
    groups: Sequence[Booked],
    *,
    before: BilledBefore,
    ties: Sequence[Tie],
) -> Bill:
    total = document_total(
        billed_before_micro=before.amount_micro,
        billed_before_fen=before.total_fen,
        amount_micro=sum(group.net for group in groups),
    )
    return Bill(
        kind=kind,
        issuer_id=issuer_id,
        booked=groups,
        taxes=_taxes(groups, before),
        total=total,
        ties=ties,
    )


def _taxes(groups: Sequence[Booked], before: BilledBefore) -> list[Tax]:
    net_by_class: dict[str, int] = defaultdict(int)
    for group in groups:
        net_by_class[group.key.tax_class] += group.net
    return [
        Tax(
            tax_class=tax_class,
            net=net,
            tax=further_tax(
                net_before_micro=before.taxed.get(tax_class, 0),
                net_micro=net,
                tax_class=tax_class,
            ),
        )
        for tax_class, net in sorted(net_by_class.items())
    ]


@transaction_required
def issue(bill: Bill, *, tenant_id: int, month: date, series: str, now: datetime) -> int:
    """Insert a bill under the next number, with taxes, lines and ties; return its id."""
    public_id = uuid7()
    head = seals.head()
    series = SERIES[bill.kind].format(series)
    issued = execute(
        statement(__package__, "issue.sql"),
        public_id=public_id,
        kind=bill.kind,
        issuer_id=bill.issuer_id,
        tenant_id=tenant_id,
        period=month,
        sequence=SEQUENCES[bill.kind],
        series=series,
        issued_at=now,
        due_on=_due_on(bill, tenant_id=tenant_id, now=now),
        seal_head="" if head is None else head.to_text(),
        total_fen=bill.total.total_fen,
        carried_micro=bill.total.carried_micro,
        **_head(bill),
        **_tax_columns(bill.taxes),
        **_line_columns([line for group in bill.booked for line in bill_lines(group)]),
        **_tie_columns(bill.ties),
    )
    invoice_id, number = issued.fetchone()
    event = InvoiceIssued(
        invoice=public_id,
        number=f"{series}-{number:06d}",
        month=month,
        total=Money.from_fen(bill.total.total_fen),
    )
    emit(event, organisation_id=tenant_id, now=now, is_one_of_many=True)
    return int(invoice_id)


def _due_on(bill: Bill, *, tenant_id: int, now: datetime) -> date | None:
    """Return when what was used on credit is to be paid, by the tenant's terms of this moment."""
    if sum(group.sum_of({"credit"}) for group in bill.booked) <= 0:
        return None
    net_days = wallet_state(tenant_id=tenant_id).net_days
    issued_on = now.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
    return expected_working_day(day=issued_on + timedelta(days=net_days))


def _head(bill: Bill) -> dict[str, int]:
    return {
        "quantity": sum(group.quantity for group in bill.booked),
        "gross": sum(group.gross for group in bill.booked),
        "discount": sum(group.discount for group in bill.booked),
        "net": sum(group.net for group in bill.booked),
        "tax": sum(tax.tax for tax in bill.taxes),
        "programme": sum(group.programme for group in bill.booked),
        "tenant_paid": sum(group.sum_of({"paid", "credit"}) for group in bill.booked),
        "arrears": sum(group.sum_of({"arrears"}) for group in bill.booked),
    }


def _tax_columns(taxes: Sequence[Tax]) -> dict[str, list[Any]]:
    return {
        "tax_classes": [tax.tax_class for tax in taxes],
        "tax_nets": [tax.net for tax in taxes],
        "taxes": [tax.tax for tax in taxes],
    }


def _line_columns(lines: Sequence[BillLine]) -> dict[str, list[Any]]:
    return {
        "usage_months": [line.key.usage_month for line in lines],
        "price_ids": [line.key.price_id for line in lines],
        "project_ids": [line.key.project_id for line in lines],
        "cluster_ids": [line.key.cluster_id for line in lines],
        "payer_kinds": [line.payer_kind for line in lines],
        "package_change_ids": [
            None if line.key.package is None else line.key.package.change_id for line in lines
        ],
        "units": [line.unit for line in lines],
        "quantities": [line.quantity for line in lines],
        "amounts": [line.amount for line in lines],
        "line_tax_classes": [_tax_class(line) for line in lines],
    }


def _tie_columns(ties: Sequence[Tie]) -> dict[str, list[Any]]:
    return {
        "tie_positions": [tie.position for tie in ties],
        "tie_lines": [tie.line_id for tie in ties],
        "tie_amounts": [tie.amount for tie in ties],
    }


def _tax_class(line: BillLine) -> str:
    """Return how a line is taxed; card time in kind and discounts are not."""
    taxed = line.unit == CNY and line.payer_kind not in DISCOUNT_KINDS
    return line.key.tax_class if taxed else ""

"""Print a tenant's month: what was used, what it cost, who paid, what is left."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser

from accounts.queries import organisation_by_code
from compute_billing.invoices import queries
from compute_billing.invoices.queries import Statement
from compute_billing.invoices.wording import StatementLine
from compute_billing.ledger import queries as ledger
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import card_hours, yuan
from kernel.money import Money
from kernel.periods import month_text, parse_month
from kernel.quantities import card_seconds_text

if TYPE_CHECKING:
    from compute_billing.invoices.models import Invoice

CNY = "CNY"


class Command(ReportingCommand):
    """Billed lines of a closed month, and of an open one what is booked so far."""

    help = "Print a tenant's month: what was used, what it cost, who paid, what is left."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the tenant and the month."""
        parser.add_argument("tenant", help="code of the organisation")
        parser.add_argument("month", help="YYYY-MM")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Read the month as it stands, and the balance as it is now."""
        month = parse_month(options["month"])
        tenant = organisation_by_code(code=options["tenant"])
        found = queries.statement_of(tenant_id=tenant.pk, month=month)
        row = found.tenant_month
        return {
            "tenant": tenant.code,
            "name": tenant.name,
            "month": month_text(month),
            "state": "closed" if found.is_closed else "open",
            "parked_reason": row.parked_reason if row else "",
            "closed_at": row.closed_at.isoformat() if row and row.closed_at else None,
            **_totals(found),
            "bills": [_bill(bill) for bill in found.bills],
            "lines": [_line(line) for line in found.lines],
            "balance": _balance(tenant.pk, now=now),
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write totals, lines and bills."""
        figures = ("card_hours", "gross", "discount", "subsidy", "paid", "credit", "arrears")
        self.stdout.write(f"{document['tenant']}  {document['month']}  {document['state']}")
        self.table(("total", "amount"), [(name, document[name]) for name in figures])
        self.stdout.write("")
        columns = ("usage_month", "meter", "project", "payer", "card_hours", "amount")
        self.table(columns, [[line[name] for name in columns] for line in document["lines"]])
        self.stdout.write("")
        bills = ("issuer", "number", "tax", "total", "carried")
        self.table(bills, [[bill[name] for name in bills] for bill in document["bills"]])
        self.stdout.write("")
        self.table(("balance", "amount"), list(document["balance"].items()))


def _totals(found: Statement) -> dict[str, Any]:
    shares = found.shares
    net = shares["award"] + shares["paid"] + shares["credit"] + shares["arrears"]
    return {
        "card_hours": card_hours(found.quantity),
        "card_seconds": card_seconds_text(found.quantity),
        "in_kind_card_hours": card_hours(shares["in_kind"]),
        "gross": yuan(net + shares["promotion"]),
        "discount": yuan(shares["promotion"]),
        "net": yuan(net),
        "subsidy": yuan(shares["award"]),
        "paid": yuan(shares["paid"]),
        "credit": yuan(shares["credit"]),
        "arrears": yuan(shares["arrears"]),
    }


def _bill(bill: Invoice) -> dict[str, Any]:
    return {
        "issuer": bill.issuer.code,
        "number": f"{bill.series}-{bill.number:06d}",
        "issued_at": bill.issued_at.isoformat(),
        "net": yuan(bill.net),
        "tax": yuan(bill.tax),
        "total": Money.from_fen(bill.total_fen).fen_text(),
        "carried": yuan(bill.carried_micro),
        "taxes": [
            {
                "class": tax.tax_class,
                "net": yuan(tax.net),
                "tax": yuan(tax.tax),
            }
            for tax in bill.taxes.all()
        ],
    }


def _line(line: StatementLine) -> dict[str, Any]:
    unit_price = line.price.unit_price_micro
    return {
        "issuer": line.price.issuer,
        "usage_month": month_text(line.usage_month),
        "price_list": line.price.price_list,
        "meter": line.price.meter,
        "cluster": line.cluster,
        "band": line.price.band,
        "unit_price": None if unit_price is None else yuan(unit_price),
        "project": line.project,
        "payer": line.payer_kind,
        "unit": line.unit,
        "card_hours": card_hours(line.quantity),
        "card_seconds": card_seconds_text(line.quantity),
        "amount": _amount(line.unit, line.amount),
    }


def _balance(tenant_id: int, *, now: datetime) -> dict[str, str]:
    """Return what may be spent now by stage and unit, and what is owed."""
    left = {"paid": yuan(0), "promotion": yuan(0)}
    for stage in ledger.tenant_balance(tenant_id=tenant_id, at=now):
        name = stage.stage if stage.unit == CNY else f"{stage.stage} {stage.unit}"
        left[name] = _amount(stage.unit, stage.posted)
    owed = sum(debt.outstanding for debt in ledger.arrears(tenant_id=tenant_id))
    return {**left, "owed": yuan(owed)}


def _amount(unit: str, amount: int) -> str:
    """Return yuan, or card-hours where the unit is card time."""
    return yuan(amount) if unit == CNY else card_hours(amount)

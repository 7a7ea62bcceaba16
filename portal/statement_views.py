"""The operator's desk: statements, and the bills that stand on each."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from compute_billing.settlement import desk
from compute_billing.settlement.desk import StatementLine
from compute_billing.settlement.queries import Amounts, StatementBill, UnknownStatement
from kernel.money import Money
from kernel.periods import month_text
from kernel.quantities import card_seconds_text
from portal import figures
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import DeskView, address_of, chosen_texts
from portal.tables import Table, TableCell, TableRow, amount, instant

AMOUNTS: Final = ("gross", "discount", "programme", "tenant_paid", "arrears")
STATEMENT_COLUMNS: Final = (
    *("operator", "month", "sequence", "issued_at", "tenants", "quantity_card_seconds"),
    *AMOUNTS,
)
BILL_COLUMNS: Final = ("tenant", "bill", "quantity_card_seconds", *AMOUNTS)


class StatementsView(DeskView):
    """The statements of every operator, the latest month first."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        chosen = chosen_texts(request, ("month",))
        every, kind = desk.statements(), wanted_kind(request)
        found = [line for line in every if chosen["month"] in ("", month_text(line.month))]
        if kind is not None:
            rows = (_statement_cells(line) for line in found)
            return file_response(name="statements", kind=kind, columns=STATEMENT_COLUMNS, rows=rows)
        return self.page(
            request,
            "statements.html",
            table=_statements(found),
            months=list(dict.fromkeys(month_text(line.month) for line in every)),
            chosen=chosen,
            address=address_of(chosen),
        )


class StatementView(DeskView):
    """A statement with its bills."""

    def get(self, request: HttpRequest, statement_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its bills as a file."""
        try:
            line, bills = desk.statement_with_bills(public_id=statement_id)
        except UnknownStatement as error:
            raise Http404 from error
        kind, text = wanted_kind(request), looked_for(request)
        bills = narrowed(bills, table_of=_bills, text=text)
        if kind is not None:
            name = f"statement-{line.operator}-{month_text(line.month)}-{line.sequence}"
            rows = (_bill_cells(bill) for bill in bills)
            return file_response(name=name, kind=kind, columns=BILL_COLUMNS, rows=rows)
        page = {
            "operator": line.operator_name,
            "month": line.month,
            "sequence": line.sequence,
            "issued_at": line.issued_at,
        }
        return self.page(
            request,
            "statement.html",
            page=page,
            table=_bills(bills),
            text=text,
            address=address_of({"text": text}),
        )


def _columns() -> list[str]:
    return [
        _("Card-hours"),
        _("Gross"),
        _("Discount"),
        _("Subsidy"),
        _("Paid"),
        _("Arrears"),
    ]


def _amounts(amounts: Amounts | StatementBill) -> list[TableCell]:
    return [
        TableCell(text=figures.card_hours(int(amounts.quantity)), figure="card_hours"),
        *(amount(figures.money(getattr(amounts, name)), name=name) for name in AMOUNTS),
    ]


def _statements(found: Sequence[StatementLine]) -> Table:
    return Table(
        name=_("Statements"),
        columns=[_("Month"), _("Operator"), _("Issued"), _("Tenants"), *_columns()],
        rows=[
            TableRow(
                key=str(line.public_id),
                cells=[
                    TableCell(
                        text=f"{line.month:%Y-%m}",
                        note=_("no. %(n)s") % {"n": line.sequence},
                        url=reverse("operator-statement", args=[line.public_id]),
                    ),
                    TableCell(text=line.operator_name, tone="words"),
                    instant(line.issued_at),
                    TableCell(text=f"{line.tenants:,}"),
                    *_amounts(line.amounts),
                ],
            )
            for line in found
        ],
    )


def _bills(bills: Sequence[StatementBill]) -> Table:
    return Table(
        name=_("Bills"),
        columns=[_("Tenant"), *_columns()],
        rows=[
            TableRow(
                key=bill.tenant,
                cells=[TableCell(text=bill.tenant_name, note=_number(bill)), *_amounts(bill)],
            )
            for bill in bills
        ],
        total=TableRow(key="total", cells=[TableCell(text=_("Total")), *_amounts(_sum(bills))]),
    )


def _sum(bills: Sequence[StatementBill]) -> Amounts:
    return Amounts(
        quantity=sum(int(bill.quantity) for bill in bills),
        **{name: sum(getattr(bill, name) for bill in bills) for name in AMOUNTS},
    )


def _number(bill: StatementBill) -> str:
    return f"{bill.series}-{bill.number:06d}"


def _money(amounts: Amounts | StatementBill) -> list[Cell]:
    return [
        Decimal(card_seconds_text(int(amounts.quantity))),
        *(Decimal(Money(getattr(amounts, name)).to_text()) for name in AMOUNTS),
    ]


def _statement_cells(line: StatementLine) -> list[Cell]:
    return [
        line.operator,
        month_text(line.month),
        line.sequence,
        line.issued_at,
        line.tenants,
        *_money(line.amounts),
    ]


def _bill_cells(bill: StatementBill) -> list[Cell]:
    return [bill.tenant, _number(bill), *_money(bill)]

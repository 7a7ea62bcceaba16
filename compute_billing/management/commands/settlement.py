"""Settle a month and print it: claims per fund, a statement per operator, a row per tenant."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser

from compute_billing.invoices import queries as invoices
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import card_hours, yuan
from compute_billing.settlement import operations, queries, reimbursing
from compute_billing.settlement.queries import Amounts
from kernel import seals
from kernel.periods import month_text, parse_month

if TYPE_CHECKING:
    from compute_billing.settlement.models import Claim, OperatorStatement

AMOUNTS = ("card_hours", "gross", "discount", "subsidy", "paid", "arrears")


class Command(ReportingCommand):
    """Settles what was closed since the last time; printing again changes nothing."""

    help = "Settle a month and print it: claims per fund, statements, a row per tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month."""
        parser.add_argument("month", help="YYYY-MM")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Settle, then read the whole month with every earlier sequence."""
        month = parse_month(options["month"])
        settled = operations.settle(month=month, now=now)
        claimed = reimbursing.claim_reimbursements(month=month, now=now)
        return {
            "month": month_text(month),
            "new_claims": len(settled.claim_ids) + len(claimed),
            "new_statements": len(settled.statement_ids),
            "open_tenants": invoices.open_tenant_count(month=month),
            **_settled(month),
            "sealed_by": _published_head(),
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write four tables."""
        claim = ("programme", "fund", "claimant", "sequence", "state", "lines", "amount")
        self.table(claim, [[row[name] for name in claim] for row in document["claims"]])
        self.stdout.write("")
        statement = ("operator", "sequence", "tenants", *AMOUNTS)
        self.table(statement, [[row[name] for name in statement] for row in document["statements"]])
        self.stdout.write("")
        tenant = ("tenant", *AMOUNTS)
        rows = [*document["tenants"], {"tenant": "total", **document["total"]}]
        self.table(tenant, [[row[name] for name in tenant] for row in rows])
        self.stdout.write("")
        self.stdout.write(f"open tenants: {document['open_tenants']}")
        self.stdout.write(f"sealed by: {document['sealed_by'] or '-'}")


def _settled(month: date) -> dict[str, Any]:
    tenants = queries.tenants_of(month=month)
    return {
        "claims": [_claim(claim) for claim in queries.claims_of(month=month)],
        "statements": [_statement(made) for made in queries.statements_of(month=month)],
        "tenants": [{"tenant": tenant.tenant, **_amounts(tenant.amounts)} for tenant in tenants],
        "total": _amounts(queries.total(tenant.amounts for tenant in tenants)),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "programme": claim.fund.programme.code,
        "fund": f"{claim.fund.level}-{claim.fund.budget_year}",
        "claimant": claim.claimant.code,
        "sequence": claim.sequence,
        "state": claim.state,
        "lines": claim.line_count,
        "amount": yuan(claim.amount),
    }


def _statement(made: OperatorStatement) -> dict[str, Any]:
    amounts = Amounts(
        quantity=int(made.quantity),
        gross=made.gross,
        discount=made.discount,
        programme=made.programme,
        tenant_paid=made.tenant_paid,
        arrears=made.arrears,
    )
    return {
        "operator": made.operator.code,
        "sequence": made.sequence,
        "issued_at": made.issued_at.isoformat(),
        "tenants": made.tenant_count,
        **_amounts(amounts),
    }


def _amounts(amounts: Amounts) -> dict[str, str]:
    return {
        "card_hours": card_hours(amounts.quantity),
        "gross": yuan(amounts.gross),
        "discount": yuan(amounts.discount),
        "subsidy": yuan(amounts.programme),
        "paid": yuan(amounts.tenant_paid),
        "arrears": yuan(amounts.arrears),
    }


def _published_head() -> str | None:
    """Return the end of the sealed decision log, to be printed on what leaves the house."""
    head = seals.head()
    return None if head is None else head.to_text()

"""Close a month for every tenant and issue the bills."""

from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import Progress

from accounts.queries import organisation_ids_by_code
from compute_billing.invoices import operations, queries
from compute_billing.invoices.operations import PeriodClosing
from compute_billing.management.output import ReportingCommand
from kernel.periods import month_text, parse_month
from kernel.queries import billing_month


class Command(ReportingCommand):
    """Each tenant is closed by itself; whoever cannot be is parked with the reason."""

    help = "Close a month for every tenant and issue the bills; exit 1 while any is parked."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month."""
        parser.add_argument("month", help="YYYY-MM")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Close whom it can; a second call goes on with the rest."""
        month = parse_month(options["month"])
        closing = _close(month, now=now, quiet=options["json"])
        codes = {pk: code for code, pk in organisation_ids_by_code().items()}
        return {
            "month": month_text(month),
            "closed": len(closing.closed),
            "invoices": sum(len(closed.invoice_ids) for closed in closing.closed),
            "parked": [
                {"tenant": codes[parked.tenant_id], "reason": parked.parked_reason}
                for parked in closing.parked
            ],
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write the figures, then who is parked and why."""
        self.table(
            (document["month"], "tenants"),
            [
                ("closed", document["closed"]),
                ("bills", document["invoices"]),
                ("parked", len(document["parked"])),
            ],
        )
        if document["parked"]:
            self.table(
                ("tenant", "reason"),
                [(parked["tenant"], parked["reason"]) for parked in document["parked"]],
            )

    def has_failed(self, document: dict[str, Any]) -> bool:
        """Say that the month is not wholly closed."""
        return bool(document["parked"])


def _close(month: date, *, now: datetime, quiet: bool) -> PeriodClosing:
    tenants = queries.tenants_to_close(month=billing_month(month=month))
    with Progress(console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task("tenants", total=len(tenants))
        return operations.close_period(
            month=month, now=now, progress=lambda _: progress.advance(task)
        )

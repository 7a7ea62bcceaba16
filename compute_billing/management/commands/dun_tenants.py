"""Remind tenants of what is due, at once."""

from datetime import datetime
from typing import Any

from compute_billing.management.output import ReportingCommand
from compute_billing.receivables import operations


class Command(ReportingCommand):
    """Remind; the same day again changes nothing. A tenant that failed gives the exit code 1."""

    help = "Remind tenants of what is due, at once and at any hour."

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Look at every tenant."""
        done = operations.dun(now=now)
        return {"notices": done.notices, "failed": list(done.failed)}

    def show(self, document: dict[str, Any]) -> None:
        """Tell how many reminders were written."""
        failed = ", ".join(str(tenant) for tenant in document["failed"])
        self.table(("reminders", "tenants that failed"), [(document["notices"], failed)])

    def has_failed(self, document: dict[str, Any]) -> bool:
        """Say whether a tenant could not be looked at."""
        return bool(document["failed"])

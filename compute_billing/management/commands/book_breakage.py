"""Book out what is left of expired lots."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from compute_billing.management.output import ReportingCommand
from compute_billing.rating.breakage import book_breakage


class Command(ReportingCommand):
    """Book out what is left of lots behind their end and the grace; workers do the same."""

    help = "Book out what is left of lots that expired BREAKAGE_GRACE_DAYS ago."

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Book it."""
        del options
        grace = timedelta(days=settings.BREAKAGE_GRACE_DAYS)
        return {"lots": book_breakage(grace=grace, now=now)}

    def show(self, document: dict[str, Any]) -> None:
        """Write how many lots it was."""
        self.table(("expired", "lots"), [("booked out", document["lots"])])

"""Print each tenant's metered card-seconds by calendar month."""

import zoneinfo
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from compute_billing.management.output import ReportingCommand
from compute_billing.metering import queries
from kernel.periods import month_text
from kernel.quantities import card_seconds_text


class Command(ReportingCommand):
    """Totals straight from the usage records, to compare with anybody's own."""

    help = "Print each tenant's metered card-seconds by calendar month."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the time zone whose months are meant."""
        parser.add_argument("--time-zone", default="Asia/Shanghai")

    def report(self, options: dict[str, Any], *, now: datetime) -> list[dict[str, str]]:
        """Sum the records, cut at the borders of the months."""
        del now
        time_zone = options["time_zone"]
        if time_zone not in zoneinfo.available_timezones():
            message = f"{time_zone!r} is not a time zone: write Asia/Shanghai or UTC."
            raise CommandError(message)
        return [
            {
                "tenant": total["tenant"],
                "month": month_text(total["month"]),
                "card_seconds": card_seconds_text(total["quantity"]),
            }
            for total in queries.month_totals(time_zone=time_zone)
        ]

    def show(self, document: list[dict[str, str]]) -> None:
        """Write a table."""
        self.table(
            ("tenant", "month", "card-seconds"),
            [(row["tenant"], row["month"], row["card_seconds"]) for row in document],
        )

"""Compare the money at Stripe and at banks with the books, up to a day."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser

from compute_billing.cash import operations
from compute_billing.management.output import ReportingCommand


class Command(ReportingCommand):
    """Reconcile; the same day again changes nothing. Differences give the exit code 1."""

    help = "Compare the money at Stripe and at banks with the books, up to a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            help="such as 2026-10-09; the last day that is over if none is given",
        )

    def report(self, options: dict[str, Any], *, now: datetime) -> list[dict[str, Any]]:
        """Reconcile every account."""
        done = operations.reconcile_all(now=now, day=options["day"])
        return [{**asdict(one), "day": one.day.isoformat()} for one in done]

    def show(self, document: list[dict[str, Any]]) -> None:
        """Tell of each account how many differences are open."""
        self.table(
            ("account", "up to", "days", "new at Stripe", "open differences"),
            [
                (one["custody"], one["day"], one["days"], one["fetched"], one["open_differences"])
                for one in document
            ],
        )

    def has_failed(self, document: list[dict[str, Any]]) -> bool:
        """Say whether a difference is open."""
        return any(one["open_differences"] for one in document)

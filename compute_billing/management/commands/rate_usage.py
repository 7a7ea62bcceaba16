"""Rate all usage that waits."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import track

from compute_billing.management.output import ReportingCommand
from compute_billing.rating import operations, queries
from compute_billing.rating.operations import RatingOutcome


class Command(ReportingCommand):
    """Price, split and book what waits, in this process; workers may be at it too."""

    help = "Rate all usage that waits; what was parked for want of a price is tried again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch."""
        parser.add_argument("--batch", type=int, default=operations.RUN_USAGE_MAX)

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Rate until nothing free waits."""
        released = operations.release_parked()
        counts = [outcome.usage_count for outcome in _runs(options, now=now)]
        left = queries.waiting()
        return {
            "rated": sum(counts),
            "runs": len(counts),
            "released": released,
            "waiting": left.pop("", 0),
            "parked": left,
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write the figures."""
        lines = [(name, document[name]) for name in ("rated", "runs", "released", "waiting")]
        self.table(("usage", "records"), [*lines, *document["parked"].items()])


def _runs(options: dict[str, Any], *, now: datetime) -> Iterator[RatingOutcome]:
    yield from track(
        operations.rate_all(now=now, limit=options["batch"]),
        description="runs",
        total=None,
        console=Console(stderr=True),
        disable=options["json"],
    )

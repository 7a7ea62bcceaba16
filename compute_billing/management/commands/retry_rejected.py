"""Try rejected usage again, now that what it lacked may exist."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from compute_billing.management.output import ReportingCommand
from compute_billing.metering import operations, queries


class Command(ReportingCommand):
    """Readable rejects are recorded as if they had just come; what still fails stays a reject."""

    help = "Try rejected usage again, now that what it lacked may exist."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the source, or all of them."""
        parser.add_argument("--source", help="code of one usage source; all without it")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Retry source after source."""
        code = options["source"]
        sources = (
            [queries.source_by_code(code)] if code else queries.sources_with_readable_rejects()
        )
        total = operations.Outcome()
        for source in sources:
            total.count(operations.retry_rejected(source=source, now=now))
        return total.as_document()

"""Follow a posting down to the lines of the files that reported the use."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from compute_billing.audit import queries
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import plain
from kernel.money import Money
from kernel.quantities import card_seconds_text

LINES_SHOWN = 20
CURRENCY = "CNY"


def _amount(micro: Any, unit: str) -> str:
    """Return yuan, or card-seconds of a card-time unit, exactly."""
    whole = int(micro)
    return Money(whole).to_text() if unit == CURRENCY else card_seconds_text(whole)


class Command(ReportingCommand):
    """Posting, transaction, shares, charges, usage records, lines of files."""

    help = "Follow a posting down to the lines of the files that reported the use."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the posting and how many of its lines to tell."""
        parser.add_argument("posting", type=int)
        parser.add_argument("--limit", type=int, default=LINES_SHOWN)

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Trace it."""
        del now
        found = queries.trace(posting_id=options["posting"], limit=options["limit"])
        return {
            "posting": {name: plain(value) for name, value in found.posting.items()},
            "lines": [{name: plain(value) for name, value in line.items()} for line in found.lines],
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write the posting in a few lines and its shares in a table."""
        posting = document["posting"]
        unit = posting["unit"]
        self.stdout.write(
            f"posting {posting['posting_id']}: {_amount(posting['posted'], unit)} {unit}\n"
            f"  from {_account(posting, 'source')}\n"
            f"  to   {_account(posting, 'destination')}\n"
            f"  by   {posting['kind']} {posting['reference']} at {posting['occurred_at']}"
        )
        if not document["lines"]:
            return
        self.table(
            ("share", "charge", "card-seconds", "yuan/card-hour", "usage", "file", "line"),
            [_columns(line, unit) for line in document["lines"]],
        )
        shown = len(document["lines"])
        total = _amount(posting["line_total"], unit)
        self.stdout.write(f"{shown} of {posting['line_count']} shares, together {total} {unit}")


def _account(posting: dict[str, Any], side: str) -> str:
    parts = (posting[f"{side}_{part}"] for part in ("owner", "kind", "subject"))
    return " ".join(part for part in parts if part)


def _columns(line: dict[str, Any], unit: str) -> tuple[str, ...]:
    price = line["unit_price_micro"]
    return (
        _amount(line["amount"], unit),
        f"{line['charge_id']}/{line['segment_no']}.{line['revision']}",
        card_seconds_text(line["quantity"]),
        "graduated" if price is None else Money(price).to_text(),
        f"{line['source']}:{line['external_id']}",
        line["origin"],
        str(line["position"]),
    )

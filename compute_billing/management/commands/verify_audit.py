"""Check a file of sealed decisions against a head that was published; asks no database."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from compute_billing.audit.sealed_file import check
from compute_billing.management.output import ReportingCommand
from kernel.seals import SealHead


class Command(ReportingCommand):
    """What a file proves; exit 1 if anything in it is not as it was sealed."""

    help = "Check an export of decisions (JSON lines) against a published head, offline."
    # Nothing of this installation is asked: the file may have come from another one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and the head as it was printed."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--head",
            required=True,
            help="as printed on a claim or a settlement: number, colon, 64 hexadecimal digits",
        )

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Check the file line by line."""
        del now
        published = SealHead.from_text(options["head"])
        try:
            with options["file"].open(encoding="utf-8") as lines:
                proof = check(lines, published=published)
        except OSError as error:
            message = f"The file cannot be read: {error}"
            raise CommandError(message) from error
        return {
            "holds": not proof.problems,
            "head": published.to_text(),
            "entries": proof.entries,
            "not_sealed": proof.waiting,
            "first_seal_no": proof.first_seal_no,
            "last_seal_no": proof.last_seal_no,
            "problems": proof.problems,
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write what is proven, and what is wrong."""
        self.stdout.write(
            f"{document['entries']} entries are proven by the head {document['head']}; "
            f"{document['not_sealed']} were not sealed under it."
        )
        for problem in document["problems"]:
            self.stdout.write(f"broken  {problem}")

    def has_failed(self, document: dict[str, Any]) -> bool:
        """Say whether anything is wrong."""
        return not document["holds"]

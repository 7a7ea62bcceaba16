"""Ask every law of the books what breaks it; exit 1 if anything does."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import get_language

from compute_billing.audit import queries
from compute_billing.audit.laws import LAWS, Law
from compute_billing.management.output import ReportingCommand
from compute_billing.management.values import plain

HOLDS = "holds"
BROKEN = "broken"


def _sentence(law: Law) -> str:
    return law.zh if (get_language() or "").startswith("zh") else law.en


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}"


class Command(ReportingCommand):
    """Every law with its verdict, and the keys of what breaks it."""

    help = "Ask every law of the books what breaks it; exit 1 if anything does."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the laws to ask, and how closely."""
        names = [law.name for law in LAWS]
        parser.add_argument("--law", action="append", choices=names, metavar="NAME")
        parser.add_argument(
            "--full", action="store_true", help="look at every row of closed months as well"
        )

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Ask the laws; each verdict is told on stderr as it comes."""
        del now
        names = options["law"] or [law.name for law in LAWS]
        verdicts = queries.verify_books(
            laws=[queries.law_by_name(name) for name in names],
            full=options["full"],
            progress=self.tell,
        )
        return {
            "holds": all(verdict.holds for verdict in verdicts),
            "full": options["full"],
            "laws": [_document(verdict) for verdict in verdicts],
        }

    def tell(self, verdict: queries.Verdict) -> None:
        """Tell one verdict on stderr."""
        word = HOLDS if verdict.holds else BROKEN
        self.stderr.write(f"{word:7} {_seconds(verdict.milliseconds):>9} s  {verdict.law.name}")

    def show(self, document: dict[str, Any]) -> None:
        """Write each law with its sentence, and what breaks it."""
        for law in document["laws"]:
            self.stdout.write(f"{law['verdict']:7} {law['law']}: {law['sentence']}")
            for offender in law["offenders"]:
                keys = " ".join(f"{name}={value}" for name, value in offender.items())
                self.stdout.write(f"        {keys}")
        broken = sum(law["verdict"] == BROKEN for law in document["laws"])
        self.stdout.write(f"{len(document['laws'])} laws, {broken} broken")

    def has_failed(self, document: dict[str, Any]) -> bool:
        """Exit 1 if one law is broken."""
        return not document["holds"]


def _document(verdict: queries.Verdict) -> dict[str, Any]:
    return {
        "law": verdict.law.name,
        "sentence": _sentence(verdict.law),
        "verdict": HOLDS if verdict.holds else BROKEN,
        "seconds": _seconds(verdict.milliseconds),
        "offenders": [
            {name: plain(value) for name, value in offender.items()}
            for offender in verdict.offenders
        ],
    }

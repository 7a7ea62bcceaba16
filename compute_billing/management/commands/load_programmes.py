"""Propose the programmes of the library that nobody loaded yet."""

from datetime import datetime
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser

from accounts import queries as people
from accounts.permissions import Staff
from compute_billing.management.output import ReportingCommand
from compute_billing.programmes import operations

HEADER: Final = ("programme", "number", "sha256")


class Command(ReportingCommand):
    """Load the library; what was loaded before is left alone, what changed is the next version."""

    help = "Propose the published programmes of the library; somebody else activates them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who answers for the proposals."""
        parser.add_argument(
            "--officer", required=True, metavar="EMAIL", help="the subsidy officer who proposes"
        )

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Propose what is new."""
        officer = people.user_by_email(email=options["officer"])
        if Staff.SUBSIDY_OFFICER not in people.staff_roles_of(user_id=officer.pk):
            message = f"{options['officer']} is no subsidy officer: grant the role first."
            raise CommandError(message)
        made = operations.load_library(maker_id=officer.pk, now=now)
        return {
            "proposed": len(made),
            "versions": [
                {"programme": each.code, "number": each.number, "sha256": each.sha256}
                for each in made
            ],
        }

    def show(self, document: dict[str, Any]) -> None:
        """Write a line per version."""
        self.table(HEADER, [[each[name] for name in HEADER] for each in document["versions"]])
        self.stdout.write(f"{document['proposed']} proposed")

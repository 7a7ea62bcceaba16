"""Write down an operator's account at a bank, into which tenants remit."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from accounts import queries as people
from compute_billing.bank import operations
from compute_billing.management.output import ReportingCommand
from kernel.audit import Actor


class Command(ReportingCommand):
    """Write an account down; statements of it can be imported from then on."""

    help = "Write down an operator's account at a bank, into which tenants remit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the operator and the account."""
        parser.add_argument("operator", help="code of the organisation that is paid")
        parser.add_argument("number", help="of the account")
        parser.add_argument("--bank", required=True, help="with the branch")
        parser.add_argument("--holder", required=True, help="as the bank writes it")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Write it down."""
        account = operations.open_account(
            operator_id=people.organisation_by_code(code=options["operator"]).pk,
            bank=options["bank"],
            holder=options["holder"],
            number=options["number"],
            actor=Actor.system(),
            now=now,
        )
        return {"account": account.number, "custody": account.custody}

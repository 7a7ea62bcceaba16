"""Import a statement of a bank account and credit what says itself whose it is."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accounts import queries as people
from compute_billing.bank import operations, queries
from compute_billing.bank.bank_file import read_statement
from compute_billing.management.output import ReportingCommand

FEN_PER_YUAN = 100


class Command(ReportingCommand):
    """Import a statement; the same file again, or one that overlaps, adds nothing twice."""

    help = "Import a statement of a bank account and credit what says itself whose it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the account, and who answers for it."""
        parser.add_argument("file", type=Path, help="as the online bank exports it")
        parser.add_argument("--account", required=True, help="number of the account")
        parser.add_argument("--by", required=True, help="e-mail address of who imports it")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Import, then credit."""
        account_id = queries.account_by_number(number=options["account"])
        if account_id is None:
            message = f"There is no bank account {options['account']}: open it first."
            raise CommandError(message)
        path: Path = options["file"]
        imported = operations.import_statement(
            account_id=account_id,
            read=read_statement(path.read_bytes(), name=path.name),
            user_id=people.user_by_email(email=options["by"]).pk,
            now=now,
        )
        credited = operations.credit_exact_lines(
            two_from_fen=settings.BANK_TWO_FROM_YUAN * FEN_PER_YUAN, now=now
        )
        return {
            "lines": imported.lines,
            "new_lines": imported.new_lines,
            "refused": imported.refused,
            "credited": credited,
        }

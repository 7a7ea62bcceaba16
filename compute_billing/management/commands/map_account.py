"""Say whose an account of a usage source is, from when and until when."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import queries as people
from compute_billing.contracts import queries as contracts
from compute_billing.management.output import ReportingCommand, instant
from compute_billing.metering import operations, queries


class Command(ReportingCommand):
    """Map an account to a tenant, or end a mapping; rejected use of the account is tried again."""

    help = "Say whose an account of a usage source is, from when and until when."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account, the tenant and the time."""
        parser.add_argument("account", help="the account as the source names it")
        parser.add_argument("tenant", nargs="?", help="code of the organisation that it belongs to")
        parser.add_argument("--source", required=True, help="code of the usage source")
        parser.add_argument("--project", help="code of the tenant's project for its use")
        parser.add_argument("--from", dest="valid_from", help="instant (ISO 8601 with zone)")
        parser.add_argument("--until", dest="valid_until", help="instant; not included")
        parser.add_argument("--end-at", help="end the mapping that holds at this instant instead")

    def report(self, options: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        """Map or end, then retry."""
        source = queries.source_by_code(options["source"])
        if (options["tenant"] is None) is (options["end_at"] is None):
            message = "Name a tenant to map the account to, or --end-at to end its mapping."
            raise CommandError(message)
        if options["end_at"] is not None:
            operations.end_mapping(
                source_id=source.pk, account=options["account"], at=instant(options["end_at"])
            )
        else:
            _map(options, source_id=source.pk)
        retried = operations.retry_rejected(source=source, now=now)
        return {"account": options["account"], "retried": retried.as_document()}


def _map(options: dict[str, Any], *, source_id: int) -> None:
    tenant = people.organisation_by_code(code=options["tenant"])
    project_id = None
    if options["project"]:
        project = contracts.project_by_code(tenant_id=tenant.pk, code=options["project"])
        if project is None:
            message = f"{tenant.code} has no project {options['project']!r}: add it first."
            raise CommandError(message)
        project_id = project.pk
    operations.map_account(
        source_id=source_id,
        account=options["account"],
        tenant_id=tenant.pk,
        project_id=project_id,
        valid_from=instant(options["valid_from"]) if options["valid_from"] else None,
        valid_until=instant(options["valid_until"]) if options["valid_until"] else None,
    )

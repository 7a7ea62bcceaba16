"""Read what was metered."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from compute_billing.metering.models import SourceAccountMapping, UsageImport, UsageSource
from kernel.errors import DomainError
from kernel.sql import row, rows, statement
from kernel.worlds import real_world

ROOM: Final = "compute_billing.metering"
# Nobody looks further ahead.
MONTHS_MAX: Final = 24


class UnknownImport(DomainError):
    """There is no such delivery."""

    code = "unknown_import"


class UnknownSource(DomainError):
    """No usage source has this code."""

    code = "unknown_source"


class UnknownUsage(DomainError):
    """A tenant has no usage of this key."""

    code = "unknown_usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """Where a record was reported: its place in a file, or in the body of a request."""

    format: str
    origin: str
    position: int
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A usage record in words; `quantity` is milli-card-milliseconds, negative in a correction.

    `state` is waiting (for a worker), parked (for a person, with the reason) or charged.
    """

    usage_id: int
    recorded_month: date
    source: str
    source_name: str
    external_id: str
    card_type: str
    cluster: str
    cluster_name: str
    project: str | None
    project_name: str | None
    allocation: str | None
    milli_cards: int
    started_at: datetime
    ended_at: datetime
    quantity: int
    licence: UUID | None
    recorded_at: datetime
    corrects: str | None
    state: str
    parked_reason: str
    line: SourceLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFilter:
    """Which usage is asked for; None asks for any. Starts are from, inclusive, until, not.

    `job` is a scheduler's name for a job, of all of whose pieces it finds the records, or a
    record's own external id.
    """

    started_from: datetime | None = None
    started_until: datetime | None = None
    source: str | None = None
    external_id: str | None = None
    job: str | None = None
    project: str | None = None
    cluster: str | None = None
    card_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMapping:
    """Whose an account is for use from `valid_from` up to `valid_until`; None is without end."""

    account: str
    tenant: str
    project: str | None
    valid_from: datetime | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFilter:
    """Which mappings are asked for; None asks for any, `at` for those that hold then."""

    account: str | None = None
    tenant: str | None = None
    at: datetime | None = None


class MonthTotal(TypedDict):
    """A tenant's use in one calendar month, in milli-card-milliseconds."""

    tenant: str
    month: date
    quantity: int


def source_by_code(code: str) -> UsageSource:
    """Return the source, which is none of a sandbox.

    Raises:
        UnknownSource: there is none of this code.
    """
    sources = UsageSource.objects.select_related("default_cluster").filter(real_world("id"))
    source = sources.filter(code=code).first()
    if source is None:
        message = f"There is no usage source {code!r}: open it first, or use --create-tenants."
        raise UnknownSource(message)
    return source


def source_of_usage(usage: Usage) -> UsageSource:
    """Return the source that reported a record; a sandbox's for a record of the sandbox."""
    return UsageSource.objects.get(code=usage.source)


def source_of_operator(*, code: str, operator_id: int | None) -> UsageSource:
    """Return an operator's own source; another operator's is as unknown as none.

    Raises:
        UnknownSource: no source of this operator has this code.
    """
    source = (
        UsageSource.objects.select_related("default_cluster")
        .filter(code=code.replace("\0", ""), default_cluster__centre__operator_id=operator_id)
        .first()
    )
    if source is None:
        message = f"You have no usage source {code!r}."
        raise UnknownSource(message)
    return source


def operator_of_source(*, source_id: int) -> int:
    """Return whose a source is: the operator of the centre that its cluster stands in."""
    found = UsageSource.objects.values_list("default_cluster__centre__operator_id", flat=True)
    return int(found.get(id=source_id))


def owner_of_account(
    *, source_id: int, account: str, at: datetime
) -> tuple[int, int | None] | None:
    """Return whose an account of a source is at an instant: tenant and project, or None."""
    found = SourceAccountMapping.objects.filter(
        source_id=source_id, account=account.replace("\0", ""), valid__contains=at
    ).first()
    return None if found is None else (found.tenant_id, found.project_id)


def mapping_page(
    *,
    source_id: int,
    wanted: MappingFilter,
    after: tuple[str, datetime | None] | None,
    limit: int,
) -> list[AccountMapping]:
    """Return whose a source's accounts are, by account and beginning, from behind `after` on."""
    after_account, after_from = after or (None, None)
    found = rows(
        statement(ROOM, "mapping_page.sql"),
        source_id=source_id,
        after_account=after_account,
        after_from=after_from,
        limit=limit,
        **asdict(wanted),
    )
    return [AccountMapping(**line) for line in found]


def mapping_in_words(mapping: SourceAccountMapping) -> AccountMapping:
    """Return a mapping as `mapping_page` tells it."""
    return AccountMapping(
        account=mapping.account,
        tenant=mapping.tenant.code,
        project=None if mapping.project is None else mapping.project.code,
        valid_from=mapping.valid.lower,
        valid_until=mapping.valid.upper,
    )


def tenant_to_map(*, code: str, operator_id: int) -> int | None:
    """Return the organisation that an operator may map accounts to; a sandbox has itself alone."""
    found = row(statement(ROOM, "tenant_to_map.sql"), code=code, operator_id=operator_id)
    return None if found is None else int(found["tenant_id"])


def delivery(*, public_id: UUID, operator_id: int | None, rejects_max: int) -> dict[str, Any]:
    """Return what became of a delivery to an operator's source (any real one, when None is given).

    Raises:
        UnknownImport: there is none, or it is another operator's.
    """
    found = UsageImport.objects.select_related("source").filter(public_id=public_id)
    if operator_id is None:
        found = found.filter(real_world("source"))
    else:
        found = found.filter(source__default_cluster__centre__operator_id=operator_id)
    usage_import = found.first()
    if usage_import is None:
        message = f"There is no delivery {public_id}."
        raise UnknownImport(message)
    rejects = usage_import.rejects.filter(resolved_at=None).order_by("position")
    fields = ("position", "external_id", "account", "reason", "field", "message")
    return {
        "import_id": str(usage_import.public_id),
        "source": usage_import.source.code,
        "started_at": usage_import.started_at,
        "finished_at": usage_import.finished_at,
        "accepted": usage_import.accepted,
        "duplicate": usage_import.duplicate,
        "conflict": usage_import.conflict,
        "rejected": usage_import.rejected,
        "rejects": list(rejects.values(*fields)[:rejects_max]),
    }


def month_totals(*, time_zone: str) -> list[MonthTotal]:
    """Return each tenant's use per calendar month of `time_zone`, cut at the month's borders."""
    found = rows(statement(ROOM, "month_totals.sql"), time_zone=time_zone)
    return [
        MonthTotal(tenant=cell["tenant"], month=cell["month"], quantity=int(cell["quantity"]))
        for cell in found
    ]


def unknown_accounts(*, source_id: int, accounts: list[str]) -> list[str]:
    """Return those of the accounts that were never mapped to a tenant."""
    found = rows(statement(ROOM, "unknown_accounts.sql"), source_id=source_id, accounts=accounts)
    return [unknown["account"] for unknown in found]


def sources_with_readable_rejects() -> list[UsageSource]:
    """Return the sources that have rejects which may be tried again."""
    found = rows(statement(ROOM, "sources_with_readable_rejects.sql"))
    waiting = [source["source_id"] for source in found]
    return list(UsageSource.objects.filter(pk__in=waiting).order_by("pk"))


def months_ahead(*, now: datetime) -> int:
    """Return for how many months after the present one the books have partitions, without a gap."""
    parameters = {"month": now.astimezone(UTC).date().replace(day=1), "months_max": MONTHS_MAX}
    return int(rows(statement(ROOM, "months_ahead.sql"), **parameters)[0]["months"])


def usage_page(
    *,
    tenant_id: int,
    wanted: UsageFilter,
    after: tuple[datetime, str, str] | None,
    limit: int,
) -> list[Usage]:
    """Return a tenant's usage by start, external id and source, from behind `after` on."""
    started_at, external_id, source = after or (None, None, None)
    found = rows(
        statement(ROOM, "usage_page.sql"),
        tenant_id=tenant_id,
        limit=limit,
        after_started_at=started_at,
        after_external_id=external_id,
        after_source=source,
        **asdict(wanted),
    )
    return [Usage(**line) for line in found]


def usage_by_key(*, tenant_id: int, source: str, external_id: str) -> Usage:
    """Return a tenant's record with the line that reported it.

    Raises:
        UnknownUsage: no such key was accepted, or it is another tenant's.
    """
    found = row(
        statement(ROOM, "usage_by_key.sql"),
        tenant_id=tenant_id,
        source=source,
        external_id=external_id,
    )
    if found is None:
        message = f"There is no usage {external_id!r} of {source!r}."
        raise UnknownUsage(message)
    line = SourceLine(
        format=found.pop("import_format"),
        origin=found.pop("import_origin"),
        delivered_at=found.pop("import_started_at"),
        position=found.pop("position"),
    )
    return Usage(**found, line=line)

"""Explore a tenant's usage: by what it is filtered, what it costs, and whose a record is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.conf import settings

from compute_billing.audit.laws import ROOM
from compute_billing.metering.queries import UnknownUsage, Usage, UsageFilter
from kernel.sql import row, rows, statement

TenantIds = Sequence[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTenant:
    """An organisation whose usage can be looked at."""

    tenant_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What charges sum to; gross = discount + programme + tenant."""

    gross: int
    discount: int
    programme: int
    tenant: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSums:
    """The totals of filtered usage. `cost` is of what of it is charged."""

    records: int
    quantity: int
    not_charged: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfUse:
    """The card time of a local day in a project on a card type, in milli-card-milliseconds."""

    day: date
    project: str | None
    project_name: str | None
    card_type: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job that had not ended when it was last told of, with its use and cost up to then.

    `quantity` is milli-card-milliseconds; `record` is the external id of its newest record.
    """

    source: str
    job: str
    record: str
    project: str | None
    project_name: str | None
    card_type: str
    milli_cards: int
    started_at: datetime
    metered_until: datetime
    quantity: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageChoices:
    """What can be filtered by: the projects (code, name) and card types that occur in a time."""

    projects: Sequence[tuple[str, str]]
    card_types: Sequence[str]


def usage_tenants(*, tenant_ids: TenantIds) -> list[UsageTenant]:
    """Return some tenants by name; when None is given, all who ever used anything."""
    found = rows(statement(ROOM, "usage_tenants.sql"), tenant_ids=_listed(tenant_ids))
    return [UsageTenant(**tenant) for tenant in found]


def usage_sums(*, tenant_id: int, wanted: UsageFilter) -> UsageSums:
    """Return the totals of all of a tenant's usage that a filter finds."""
    found = rows(statement(ROOM, "usage_sums.sql"), tenant_id=tenant_id, **asdict(wanted))[0]
    return UsageSums(
        records=found["records"],
        quantity=int(found["quantity"]),
        not_charged=found["not_charged"],
        cost=Cost(**{name: int(found[name]) for name in Cost.__slots__}),
    )


def usage_days(*, tenant_id: int, wanted: UsageFilter) -> list[DayOfUse]:
    """Return the days of a tenant's usage within the filter's time, by the billing time zone.

    The filter names both borders of the time. Of what ran across one, the part inside counts.
    """
    found = rows(
        statement(ROOM, "usage_days.sql"),
        tenant_id=tenant_id,
        time_zone=settings.BILLING_TIME_ZONE,
        **asdict(wanted),
    )
    return [DayOfUse(**{**day, "quantity": int(day["quantity"])}) for day in found]


def running_jobs(*, tenant_id: int, since: datetime, limit: int) -> list[RunningJob]:
    """Return a tenant's jobs that still ran at their last poll, after `since`; largest first."""
    found = rows(statement(ROOM, "running_jobs.sql"), tenant_id=tenant_id, since=since, limit=limit)
    return [
        RunningJob(
            cost=Cost(**{name: int(job.pop(name)) for name in Cost.__slots__}),
            **{**job, "quantity": int(job["quantity"])},
        )
        for job in found
    ]


def usage_choices(*, tenant_id: int, wanted: UsageFilter) -> UsageChoices:
    """Return the projects and card types of a tenant's usage of a time; other filters aside."""
    found = row(
        statement(ROOM, "usage_choices.sql"),
        tenant_id=tenant_id,
        started_from=wanted.started_from,
        started_until=wanted.started_until,
    )
    return UsageChoices(**(found or {"projects": [], "card_types": []}))


def usage_costs(*, tenant_id: int, usage: Sequence[Usage]) -> dict[int, Cost]:
    """Return what each of some records costs so far, by usage id; one that waits is not there."""
    found = rows(
        statement(ROOM, "usage_costs.sql"),
        tenant_id=tenant_id,
        recorded_months=sorted({record.recorded_month for record in usage}),
        usage_ids=[record.usage_id for record in usage],
    )
    return {
        cost["usage_id"]: Cost(**{name: int(cost[name]) for name in Cost.__slots__})
        for cost in found
    }


def spent(
    *, tenant_id: int, since: datetime, until: datetime, project_id: int | None = None
) -> int:
    """Return what a tenant itself bears of its use that began in a time, in micro-yuan.

    Of all of it, or of that in one project.
    """
    found = rows(
        statement(ROOM, "spent.sql"),
        tenant_id=tenant_id,
        since=since,
        until=until,
        project_id=project_id,
    )
    return int(found[0]["tenant"])


def holder_of_usage(*, source: str, external_id: str, tenant_ids: TenantIds) -> UsageTenant:
    """Return which of some tenants (None: of all) a record belongs to.

    Raises:
        UnknownUsage: there is no such record, or it is somebody else's.
    """
    found = row(
        statement(ROOM, "holder_of_usage.sql"),
        source=source,
        external_id=external_id,
        tenant_ids=_listed(tenant_ids),
    )
    if found is None:
        message = f"There is no usage {external_id!r} of {source!r}."
        raise UnknownUsage(message)
    return UsageTenant(**found)


def _listed(tenant_ids: TenantIds) -> list[int] | None:
    return None if tenant_ids is None else list(tenant_ids)

"""Running jobs that must be stopped, in words, and how long others ran on before they were."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compute_billing.rating.waterfall import ROOM
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhaustedCase:
    """A job whose hold could not be extended, with what was missing in micro-yuan.

    `exhausted_at` is until when the hold covers it; `lag` how much longer it ran, or has run so
    far, and None where the hold was extended or the job's end never told.
    """

    public_id: UUID
    hold: UUID
    tenant: str
    tenant_name: str
    operator: str
    cluster: str
    cluster_name: str
    card_type: str
    reference: str
    allocation_key: str
    milli_cards: int
    state: str
    cause: str
    noted_at: datetime
    exhausted_at: datetime
    refused_at: datetime
    refusals: int
    asked_until: datetime
    shortfall: int
    job_ended_at: datetime | None
    closed_at: datetime | None
    lag: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementLag:
    """Of how many jobs the end is known, and how long they ran behind what was set aside."""

    jobs: int
    mean: timedelta | None
    longest: timedelta | None


def exhausted_page(
    *,
    organisation_id: int | None,
    is_open: bool | None,
    after: UUID | None,
    limit: int,
    now: datetime,
    tenant: str = "",
    cluster: str = "",
) -> list[ExhaustedCase]:
    """Return cases of a tenant and on an operator's compute, or everybody's, the newest first."""
    found = rows(
        statement(ROOM, "exhausted_page.sql"),
        organisation_id=organisation_id,
        is_open=is_open,
        tenant=tenant,
        cluster=cluster,
        after=after,
        limit=limit,
        now=now,
    )
    return [ExhaustedCase(**case) for case in found]


def enforcement_lag(*, since: datetime) -> EnforcementLag:
    """Return how long jobs ran on whose cases ended since an instant."""
    (found,) = rows(statement(ROOM, "enforcement_lag.sql"), since=since)
    return EnforcementLag(**found)

"""How far a month is, tenant by tenant, read from what is there: nothing notes progress.

So a worker that was killed leaves no lie behind: what it had committed is counted, and what it
had not is still to be done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings

from kernel.queries import billing_month
from kernel.sql import row, rows, statement

ROOM: Final = "compute_billing.settlement"
MONTHS_MAX: Final = 24
# A worker commits a tenant within seconds; after a minute without any, nobody is at work.
STILL_AFTER: Final = timedelta(seconds=60)
# The refusal of a closing that only says what the queue says better.
WAITS: Final = "usage_waits"


class Step(StrEnum):
    """How far a tenant's month is."""

    OPEN = "open"
    PARKED = "parked"
    RATED = "rated"
    CLOSED = "closed"
    INVOICED = "invoiced"
    SETTLED = "settled"


class RunState(StrEnum):
    """How far the whole month is, and whether anybody is at work on it."""

    NOT_OVER = "not_over"
    GRACE = "grace"
    MOVING = "moving"
    STILL = "still"
    PARKED = "parked"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRun:
    """A tenant's month: `waiting` records are not rated yet, `parked` ones wait for a person.

    `reasons` are why records are parked, `refusal` why the last closing refused.
    """

    code: str
    name: str
    step: Step
    waiting: int
    parked: int
    reasons: tuple[str, ...]
    refusal: str
    gross: int | None
    bills: int
    closed_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A month's settlement as it stands at `now`."""

    month: date
    state: RunState
    starts_by_itself_at: datetime
    last_step_at: datetime | None
    tenants: Sequence[TenantRun]

    def count(self, *steps: Step) -> int:
        """Return how many tenants stand at one of some steps."""
        return sum(tenant.step in steps for tenant in self.tenants)

    @property
    def closed(self) -> int:
        """Return for how many tenants the month is closed."""
        return self.count(Step.CLOSED, Step.INVOICED, Step.SETTLED)

    @property
    def finished(self) -> int:
        """Return how many tenants need nothing more: settled, or closed without a bill."""
        return self.count(Step.CLOSED, Step.SETTLED)

    @property
    def may_start(self) -> bool:
        """Say whether there is anything for a worker to do."""
        return self.state in {RunState.MOVING, RunState.STILL, RunState.PARKED}


def run_of(*, month: date, now: datetime) -> Run:
    """Return how far a month's settlement is.

    Raises:
        BillingMonthMissing: there is no such month.
    """
    border = billing_month(month=month)
    found = [_tenant(line) for line in rows(statement(ROOM, "run_tenants.sql"), month=month)]
    rated = row(statement(ROOM, "run_last_rating.sql"))
    starts_at = border.ends_at + timedelta(hours=settings.CLOSE_GRACE_HOURS)
    moments = [moment for tenant in found for moment in (tenant.closed_at, tenant.settled_at)]
    moments.append(None if rated is None else rated["at"])
    steps = [moment for moment in moments if moment is not None and moment >= border.ends_at]
    last_step_at = max(steps, default=None)
    return Run(
        month=month,
        state=_state(
            found, ends_at=border.ends_at, starts_at=starts_at, last=last_step_at, now=now
        ),
        starts_by_itself_at=starts_at,
        last_step_at=last_step_at,
        tenants=found,
    )


def months_with_books() -> list[date]:
    """Return the months in which something was booked, the newest first."""
    return [line["month"] for line in rows(statement(ROOM, "run_months.sql"), limit=MONTHS_MAX)]


def _tenant(line: dict[str, Any]) -> TenantRun:
    return TenantRun(
        code=line["code"],
        name=line["name"],
        step=_step(line),
        waiting=line["waiting"],
        parked=line["parked"],
        reasons=tuple(line["reasons"]),
        refusal=line["refusal"],
        gross=line["gross"],
        bills=line["bills"],
        closed_at=line["closed_at"],
        settled_at=line["settled_at"],
    )


def _step(line: dict[str, Any]) -> Step:
    """Return how far a tenant is; what waits of a closed month is booked in the next one."""
    if line["is_closed"]:
        if line["bills"] == 0:
            return Step.CLOSED
        return Step.SETTLED if line["settled"] == line["bills"] else Step.INVOICED
    refused = line["refusal"] and not line["refusal"].startswith(WAITS)
    if line["parked"] or refused:
        return Step.PARKED
    return Step.OPEN if line["waiting"] else Step.RATED


def _state(
    tenants: Sequence[TenantRun],
    *,
    ends_at: datetime,
    starts_at: datetime,
    last: datetime | None,
    now: datetime,
) -> RunState:
    if now < ends_at:
        return RunState.NOT_OVER
    left = [tenant for tenant in tenants if tenant.step not in {Step.CLOSED, Step.SETTLED}]
    if not left:
        return RunState.DONE
    if now < starts_at:
        return RunState.GRACE
    if all(tenant.step is Step.PARKED for tenant in left):
        return RunState.PARKED
    return RunState.MOVING if last is not None and now - last <= STILL_AFTER else RunState.STILL

"""What the pages of balance and overview ask of a tenant: the same questions, asked once."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from compute_billing.audit import usage as explorer
from compute_billing.audit.lasting import lasting
from compute_billing.audit.usage import DayOfUse, RunningJob, UsageTenant
from compute_billing.ledger import queries
from compute_billing.ledger.queries import Lot
from compute_billing.metering.queries import UsageFilter
from portal.chart import Chart
from portal.usage_pages import chart_of_use
from portal.wallet_page import JobRow, WalletPage, first_shown, job_rows, wallet_page

LOTS_MAX: Final = 200
JOBS_MAX: Final = 20
# A job of which nothing was told for longer is not said to run.
TOLD_WITHIN: Final = timedelta(hours=6)


def wallet_of(tenant: UsageTenant, *, now: datetime, with_lines: bool = True) -> WalletPage:
    """Return what a tenant has, how fast it goes, what runs, and what it owes and why.

    Without lines for a page that draws lots, jobs and debts as tables of its own.
    """
    tenant_id, today = tenant.tenant_id, _today(now)
    return wallet_page(
        tenant=tenant,
        position=queries.position(tenant_id=tenant_id, at=now),
        left=lasting(tenant_id=tenant_id, now=now),
        low_days=settings.BALANCE_LOW_DAYS,
        lots=lots_now(tenant_id=tenant_id, now=now) if with_lines else (),
        owed=queries.owed_by_cause(tenant_id=tenant_id) if with_lines else (),
        jobs=running(tenant_id=tenant_id, now=now, limit=JOBS_MAX) if with_lines else (),
        last=today,
        days=_days(tenant_id=tenant_id, today=today),
    )


def lots_now(*, tenant_id: int, now: datetime) -> list[Lot]:
    """Return the lots that are valid."""
    return queries.lot_page(
        tenant_id=tenant_id, stage=None, valid_at=now, after=None, limit=LOTS_MAX
    )


def running(*, tenant_id: int, now: datetime, limit: int) -> list[RunningJob]:
    """Return the jobs that are said to run, the largest first."""
    return explorer.running_jobs(tenant_id=tenant_id, since=now - TOLD_WITHIN, limit=limit)


def days_drawn(*, tenant_id: int, now: datetime) -> Chart:
    """Return the chart of the last days alone."""
    today = _today(now)
    days = _days(tenant_id=tenant_id, today=today)
    return chart_of_use(days, first=first_shown(today), last=today)


def jobs_running(*, tenant_id: int, now: datetime) -> list[JobRow]:
    """Return the running jobs alone."""
    return job_rows(running(tenant_id=tenant_id, now=now, limit=JOBS_MAX))


def _days(*, tenant_id: int, today: date) -> list[DayOfUse]:
    return explorer.usage_days(
        tenant_id=tenant_id,
        wanted=UsageFilter(
            started_from=_midnight(first_shown(today)),
            started_until=_midnight(today + timedelta(days=1)),
        ),
    )


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))

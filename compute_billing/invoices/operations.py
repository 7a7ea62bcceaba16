"""Every write of closing: a tenant's month is sealed and its bills are issued, at once or not.

Lock order: tenant's advisory lock, tenant_month, the issuer's series.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from compute_billing.invoices import issuing, queries
from compute_billing.invoices.lines import Booked
from compute_billing.invoices.locks import lock_tenant_month
from compute_billing.invoices.models import TenantMonth
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.models import BillingMonth
from kernel.nudges import wake, wake_after_commit
from kernel.periods import month_text
from kernel.queries import billing_month, billing_month_at
from kernel.sql import execute
from kernel.transactions import transaction, transaction_required
from kernel.worlds import is_sandbox

PARKED_REASON_LENGTH_MAX: Final = 200
DRAFT_TENANTS_MAX: Final = 100
SANDBOX_SERIES: Final = "TEST-"


class UnableToCloseMonth(DomainError):
    """The month has not ended yet."""

    code = "month_not_over"


class UsageWaits(DomainError):
    """Usage of the month is not rated yet, or is parked for a person."""

    code = "usage_waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What became of one tenant's month. `parked_reason` is set when it stays open."""

    tenant_id: int
    invoice_ids: tuple[int, ...] = ()
    was_closed_before: bool = False
    parked_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodClosing:
    """What became of a month over all tenants."""

    closed: tuple[Closing, ...]
    parked: tuple[Closing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A month's sums as read without a lock, good while `last_run_id` is the tenant's latest."""

    last_run_id: int | None
    booked: Sequence[Booked]


def close_tenant_month(*, tenant_id: int, month: date, now: datetime) -> Closing:
    """Close a tenant's month: seal its totals and issue one bill per issuer, or park it.

    Harmless to repeat: a closed month stays as it is. What is parked is tried again by the
    next call.

    Raises:
        UnableToCloseMonth: the month has not ended at `now`.
    """
    period = _ended_month(month, now=now)
    with transaction():
        closing = _close(tenant_id, period, series=_series(now, tenant_id=tenant_id), now=now)
        wake_after_commit("settlement", month=month_text(month))
        wake_after_commit("events")
        return closing


def close_period(
    *, month: date, now: datetime, progress: Callable[[Closing], object] | None = None
) -> PeriodClosing:
    """Close a month for every tenant that has charges or usage in it, each by itself.

    One tenant that cannot be closed stops no other. After a crash, the next call goes on with
    those that are still open. `progress` is told each tenant's closing once it is committed.

    Raises:
        UnableToCloseMonth: the month has not ended at `now`.
    """
    period = _ended_month(month, now=now)
    closings = []
    for tenant_id, draft in _drafts(queries.tenants_to_close(month=period), month=month):
        with transaction():
            series = _series(now, tenant_id=tenant_id)
            closing = _close(tenant_id, period, series=series, now=now, draft=draft)
        closings.append(closing)
        if progress is not None:
            progress(closing)
    wake("settlement", month=month_text(month))
    wake("events")
    return PeriodClosing(
        closed=tuple(closing for closing in closings if not closing.parked_reason),
        parked=tuple(closing for closing in closings if closing.parked_reason),
    )


def _drafts(tenant_ids: Sequence[int], *, month: date) -> Iterator[tuple[int, _Draft]]:
    """Read the sums of many tenants at once, which costs half of reading them one by one.

    The latest runs are read first: a run that comes after is then seen under the lock.
    """
    for start in range(0, len(tenant_ids), DRAFT_TENANTS_MAX):
        chunk = tenant_ids[start : start + DRAFT_TENANTS_MAX]
        last_runs = queries.last_runs(tenant_ids=chunk)
        with transaction():
            # Compiling such a statement takes ten times as long as running it.
            execute("SET LOCAL jit = off")
            booked = queries.booked_in(tenant_ids=chunk, month=month)
        for tenant_id in chunk:
            yield (
                tenant_id,
                _Draft(last_run_id=last_runs.get(tenant_id), booked=booked.get(tenant_id, ())),
            )


def _ended_month(month: date, *, now: datetime) -> BillingMonth:
    period = billing_month(month=month)
    if period.ends_at > now:
        message = (
            f"{month_text(month)} ends at {period.ends_at.isoformat()}: close it after that, "
            f"it is {now.isoformat()}."
        )
        raise UnableToCloseMonth(message, details={"month": month_text(month)})
    return period


def _series(now: datetime, *, tenant_id: int) -> str:
    """Return the series of bills issued at `now`: the year by the billing clock.

    A sandbox's bill shows in its number that it is none.
    """
    year = str(billing_month_at(moment=now).month.year)
    return f"{SANDBOX_SERIES}{year}" if is_sandbox(tenant_id) else year


@transaction_required
def _close(
    tenant_id: int,
    period: BillingMonth,
    *,
    series: str,
    now: datetime,
    draft: _Draft | None = None,
) -> Closing:
    month = lock_tenant_month(tenant_id=tenant_id, month=period.month)
    if month.state == TenantMonth.State.CLOSED:
        return Closing(tenant_id=tenant_id, was_closed_before=True)
    try:
        booked = _booked_under_lock(tenant_id, period, draft=draft)
        packages = queries.packages_in(tenant_id=tenant_id, month=period)
        bills = issuing.reckon(tenant_id=tenant_id, month=period.month, booked=[*booked, *packages])
    except DomainError as error:
        return _park(month, reason=f"{error.code}: {error.message}")
    invoice_ids = tuple(
        issuing.issue(bill, tenant_id=tenant_id, month=period.month, series=series, now=now)
        for bill in bills
    )
    _seal(month, booked=booked, invoice_ids=invoice_ids, now=now)
    return Closing(tenant_id=tenant_id, invoice_ids=invoice_ids)


def _booked_under_lock(
    tenant_id: int, period: BillingMonth, *, draft: _Draft | None
) -> Sequence[Booked]:
    """Return the month's sums; the draft's, unless a rating run came after it was read.

    Raises:
        UsageWaits: usage is to be booked in this month still.
    """
    standing = queries.standing_of(tenant_id=tenant_id)
    waiting = (
        queries.waiting_usage(tenant_id=tenant_id, month=period) if standing.has_pending else []
    )
    if waiting:
        reasons = ", ".join(f"{count} {reason or 'not rated yet'}" for reason, count in waiting)
        message = f"{sum(count for _, count in waiting)} usage records wait: {reasons}."
        raise UsageWaits(message, details={"tenant_id": tenant_id})
    if draft is not None and draft.last_run_id == standing.last_run_id:
        return draft.booked
    return queries.booked_in(tenant_ids=[tenant_id], month=period.month).get(tenant_id, [])


def _park(month: TenantMonth, *, reason: str) -> Closing:
    reason = reason[:PARKED_REASON_LENGTH_MAX]
    if reason != month.parked_reason:
        TenantMonth.objects.filter(pk=month.pk).update(parked_reason=reason)
    return Closing(tenant_id=month.tenant_id, parked_reason=reason)


@transaction_required
def _seal(
    month: TenantMonth, *, booked: Sequence[Booked], invoice_ids: tuple[int, ...], now: datetime
) -> None:
    """Write the month's totals on its row and close it."""
    totals = {
        "charge_count": sum(group.charge_count for group in booked),
        "quantity": sum(group.quantity for group in booked),
        "gross": sum(group.gross for group in booked),
        "discount": sum(group.discount for group in booked),
        "programme": sum(group.programme for group in booked),
        "tenant": sum(group.tenant for group in booked),
        "arrears": sum(group.sum_of({"arrears"}) for group in booked),
    }
    TenantMonth.objects.filter(pk=month.pk).update(
        state=TenantMonth.State.CLOSED,
        parked_reason="",
        closed_at=now,
        recorded_from=min((group.recorded_from for group in booked), default=None),
        recorded_to=max((group.recorded_to for group in booked), default=None),
        **totals,
    )
    record(
        action="invoices.close_month",
        object_type="tenant_month",
        object_id=f"{month.tenant_id}:{month_text(month.month)}",
        actor=Actor.system(),
        organisation_id=month.tenant_id,
        now=now,
        detail={**totals, "invoices": list(invoice_ids)},
        before={"state": str(TenantMonth.State.OPEN)},
        after={"state": str(TenantMonth.State.CLOSED), **totals},
    )

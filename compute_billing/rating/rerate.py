"""Mend a wrongly priced month: take the charges back and charge again at the price of today.

Asked for with its effect on every tenant, approved by somebody else, done tenant by tenant.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as django_transaction

from compute_billing.ledger import operations as ledger
from compute_billing.rating import booking, charging, live, unwinding
from compute_billing.rating.models import RerateRequest
from compute_billing.rating.waterfall import ROOM, run
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.periods import month_text
from kernel.sql import execute, rows, statement
from kernel.transactions import transaction, transaction_required

CAUSE = "price_correction"


class UnableToApproveRerate(DomainError):
    """The request is unknown or finished, or its maker tried to approve it."""

    code = "unable_to_approve_rerate"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a rerate changes for one tenant, in micro-yuan; `charges` is how many are mended."""

    tenant_id: int
    charges: int
    gross: int
    programme: int
    tenant: int


def preview(*, month: date, now: datetime, tenant_id: int | None = None) -> Iterator[Difference]:
    """Do it and take it back: what would change, per tenant, to the unit."""
    for wanted in _tenants(month=month, tenant_id=tenant_id):
        with transaction():
            attempt = django_transaction.savepoint()
            difference = _rerate_tenant(tenant_id=wanted, month=month, now=now)
            django_transaction.savepoint_rollback(attempt)
        if difference.charges:
            yield difference


def request(
    *,
    month: date,
    reason: str,
    maker_id: int,
    now: datetime,
    tenant_id: int | None = None,
) -> RerateRequest:
    """Ask for a rerate, with its effect as it is now."""
    effect = [
        {
            "tenant_id": difference.tenant_id,
            "charges": difference.charges,
            "gross": difference.gross,
            "programme": difference.programme,
            "tenant": difference.tenant,
        }
        for difference in preview(month=month, now=now, tenant_id=tenant_id)
    ]
    with transaction():
        asked = RerateRequest.objects.create(
            tenant_id=tenant_id,
            month=month,
            reason=reason,
            preview=effect,
            maker_id=maker_id,
            requested_at=now,
        )
        _record(asked, action="rating.request_rerate", user_id=maker_id, now=now)
    return asked


def approve_and_run(*, request_id: int, approver_id: int, now: datetime) -> list[Difference]:
    """Approve with a second pair of eyes, then rerate tenant by tenant.

    Killed half-way, it is run again: a tenant that is mended already has no difference left.

    Raises:
        UnableToApproveRerate: unknown or finished, or the approver is the maker.
    """
    request_row = _approve(request_id=request_id, approver_id=approver_id, now=now)
    differences = []
    for tenant in _tenants(month=request_row.month, tenant_id=request_row.tenant_id):
        with transaction():
            differences.append(_rerate_tenant(tenant_id=tenant, month=request_row.month, now=now))
    with transaction():
        RerateRequest.objects.filter(pk=request_id).update(finished_at=now)
        _record(request_row, action="rating.finish_rerate", user_id=approver_id, now=now)
    return [difference for difference in differences if difference.charges]


@transaction
def _approve(*, request_id: int, approver_id: int, now: datetime) -> RerateRequest:
    approved = (
        RerateRequest.objects.filter(pk=request_id, finished_at=None)
        .exclude(maker_id=approver_id)
        .update(approver_id=approver_id, approved_at=now)
    )
    if approved != 1:
        message = "A rerate is approved by somebody other than its maker, once, before it is done."
        raise UnableToApproveRerate(message, details={"request_id": request_id})
    return RerateRequest.objects.get(pk=request_id)


@transaction_required
def _record(request_row: RerateRequest, *, action: str, user_id: int, now: datetime) -> None:
    audit.record(
        action=action,
        object_type="rerate_request",
        object_id=request_row.pk,
        actor=Actor.user(user_id),
        organisation_id=request_row.tenant_id,
        now=now,
        detail={"month": month_text(request_row.month), "tenants": len(request_row.preview)},
    )


def _tenants(*, month: date, tenant_id: int | None) -> list[int]:
    found = rows(statement(ROOM, "tenants_of_month.sql"), month=month, tenant_id=tenant_id)
    return [tenant["tenant_id"] for tenant in found]


@transaction_required
def _rerate_tenant(*, tenant_id: int, month: date, now: datetime) -> Difference:
    """Reverse what has another price by now and rate the same seconds again."""
    execute(statement(ROOM, "lock_wallet.sql"), tenant_id=tenant_id)
    profile = _find_all_that_goes(tenant_id=tenant_id, month=month)
    count = profile["usage_count"]
    if count == 0:
        return Difference(tenant_id, 0, 0, 0, 0)
    everything = live.extent()
    # All months before any balance: later runs of this transaction touch no other.
    booking.share_months(tenant_id=tenant_id, months=everything["months"])
    run_ids = live.reverse(tenant_id=tenant_id, cause=CAUSE, now=now)
    again = charging.start_run(tenant_id=tenant_id, kind="rerate", count=count, queue="", now=now)
    charging.cut(has_suspensions=profile["has_suspensions"])
    run("keep_prices.sql")
    run("name_rerated_pieces.sql")
    charging.pay_pieces(tenant_id=tenant_id, run_id=again, profile=everything, now=now, cause=CAUSE)
    ledger.clear_debts(tenant_id=tenant_id, now=now)
    return _difference(tenant_id=tenant_id, count=count, run_ids=[*run_ids, again])


@transaction_required
def _find_all_that_goes(*, tenant_id: int, month: date) -> dict[str, Any]:
    """Leave in rating_live the mispriced, and what must go with it to unwind counters.

    An award that is used up may have paid in other months too. Returns what the mispriced is like.
    """
    profile = _find_mispriced(tenant_id=tenant_id, month=month, counters=live.NO_COUNTERS)
    counters = unwinding.crossed(tenant_id=tenant_id)
    is_found = not counters.awards
    while True:
        if not is_found:
            profile = _find_mispriced(tenant_id=tenant_id, month=month, counters=counters)
        run("leave_alone.sql", tenant_id=tenant_id, **counters.parameters())
        wider = counters | unwinding.crossed(tenant_id=tenant_id, with_kept=True)
        if wider == counters:
            return profile
        counters, is_found = wider, False


@transaction_required
def _find_mispriced(*, tenant_id: int, month: date, counters: live.Counters) -> dict[str, Any]:
    """Put what is charged of the month into the work tables; what is mispriced also as use.

    What else lies on the counters is put beside it. Returns what the mispriced is like as a whole.
    """
    run("work_tables.sql")
    live.find(tenant_id=tenant_id, month=month, counters=counters)
    run("use_live.sql", month=month)
    charging.find_spans(tenant_id=tenant_id)
    run("keep_mispriced.sql")
    return rows(statement(ROOM, "profile.sql"))[0]


def _difference(*, tenant_id: int, count: int, run_ids: list[int]) -> Difference:
    [total] = rows(statement(ROOM, "run_totals.sql"), tenant_id=tenant_id, run_ids=run_ids)
    return Difference(
        tenant_id, count, int(total["gross"]), int(total["programme"]), int(total["tenant"])
    )

"""The desk of the buyer: his balance."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from compute_billing.audit import usage as explorer
from compute_billing.audit.usage import UsageTenant
from compute_billing.ledger import queries
from compute_billing.metering.queries import UsageFilter
from kernel.clock import utc_now
from portal.bill_views import BillReadersView
from portal.exports import Cell, FileAnswer, file_response
from portal.payment_views import may_pay
from portal.tenant_view import TenantPage
from portal.wallet_future import future_balance
from portal.wallet_page import BURN_DAYS, WalletPage, first_shown, lot_cells, wallet_page

LOTS_MAX: Final = 200
JOBS_MAX: Final = 20
# A job of which nothing was told for longer is not said to run.
TOLD_WITHIN: Final = timedelta(hours=6)
LOT_COLUMNS: Final = (
    *("stage", "reference", "unit", "granted", "left", "card_type", "cluster", "project"),
    *("starts_at", "expires_at"),
)


class WalletView(BillReadersView, TenantPage):
    """What a tenant has now, how fast it goes, what runs, and what it owes and why."""

    template = "portal/wallet.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return all of it."""
        return {
            "page": _page(tenant),
            "future": future_balance(
                tenant_id=tenant.tenant_id, typed=request.GET.get("on", "").strip(), now=utc_now()
            ),
            "may_pay": may_pay(request, tenant_id=tenant.tenant_id),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return the lots."""
        del request
        return file_response(
            name=f"lots-{tenant.code}",
            kind=kind,
            columns=LOT_COLUMNS,
            rows=_lots(tenant.tenant_id),
        )


def _lots(tenant_id: int) -> Iterator[list[Cell]]:
    """Yield all lots, those that have run out too."""
    after = None
    while lots := queries.lot_page(
        tenant_id=tenant_id, stage=None, valid_at=None, after=after, limit=LOTS_MAX
    ):
        yield from (lot_cells(lot) for lot in lots)
        after = lots[-1].place


def _page(tenant: UsageTenant) -> WalletPage:
    now, tenant_id = utc_now(), tenant.tenant_id
    today = now.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
    return wallet_page(
        tenant=tenant,
        position=queries.position(tenant_id=tenant_id, at=now),
        spent=explorer.spent(tenant_id=tenant_id, since=now - timedelta(days=BURN_DAYS), until=now),
        lots=queries.lot_page(
            tenant_id=tenant_id, stage=None, valid_at=now, after=None, limit=LOTS_MAX
        ),
        owed=queries.owed_by_cause(tenant_id=tenant_id),
        jobs=explorer.running_jobs(tenant_id=tenant_id, since=now - TOLD_WITHIN, limit=JOBS_MAX),
        last=today,
        days=explorer.usage_days(
            tenant_id=tenant_id,
            wanted=UsageFilter(
                started_from=_midnight(first_shown(today)),
                started_until=_midnight(today + timedelta(days=1)),
            ),
        ),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))

"""The desk of the buyer: his balance."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compute_billing.audit.usage import UsageTenant, spent
from compute_billing.ledger import queries
from kernel.clock import utc_now
from portal.bill_views import BillReadersView
from portal.wallet_page import BURN_DAYS, WalletPage, wallet_page

LOTS_MAX: Final = 200


class WalletView(BillReadersView):
    """What a tenant has now, how fast it goes, and what it owes and why."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        tenant = self.chosen_tenant(request)
        context: dict[str, object] = {"tenants": self.tenants}
        if tenant is not None:
            context["page"] = _page(tenant)
        return render(request, "portal/wallet.html", context)


def _page(tenant: UsageTenant) -> WalletPage:
    now, tenant_id = utc_now(), tenant.tenant_id
    return wallet_page(
        tenant=tenant,
        position=queries.position(tenant_id=tenant_id, at=now),
        spent=spent(tenant_id=tenant_id, since=now - timedelta(days=BURN_DAYS), until=now),
        lots=queries.lot_page(
            tenant_id=tenant_id, stage=None, valid_at=now, after=None, limit=LOTS_MAX
        ),
        owed=queries.owed_by_cause(tenant_id=tenant_id),
    )

"""The desk of the buyer: his balance."""

from django.http import HttpRequest

from compute_billing.audit.usage import UsageTenant
from kernel.clock import utc_now
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer
from portal.page_tables import drawn, file_of
from portal.payment_views import may_pay
from portal.tenant_view import TenantPage
from portal.wallet_future import Future, future_balance
from portal.wallet_reading import wallet_of
from portal.wallet_tables import wallet_tables


class WalletView(BillReadersView, TenantPage):
    """What a tenant has now, how fast it goes, what runs, and what it owes and why."""

    template = "portal/wallet.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return all of it."""
        future = _future(request, tenant)
        tables = wallet_tables(tenant=tenant, future=future, now=utc_now())
        kept = {"tenant": tenant.code, "on": future.typed}
        return {
            **drawn(request, tables, kept=kept),
            "page": wallet_of(tenant, now=utc_now(), with_lines=False),
            "asked": future,
            "may_pay": may_pay(request, tenant_id=tenant.tenant_id),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return one of its tables."""
        tables = wallet_tables(tenant=tenant, future=_future(request, tenant), now=utc_now())
        return file_of(request, tables, name=f"balance-{tenant.code}", kind=kind)


def _future(request: HttpRequest, tenant: UsageTenant) -> Future:
    typed = request.GET.get("on", "").strip()
    return future_balance(tenant_id=tenant.tenant_id, typed=typed, now=utc_now())

"""The first page: a buyer's overview; who is none goes on to what was settled."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.notifications.queries import unread_count
from accounts.permissions import ANY_MEMBER, ANY_STAFF
from accounts.verification.queries import standing_of
from compute_billing.audit.usage import UsageTenant
from compute_billing.rating.exhausted_reading import exhausted_page
from kernel.clock import utc_now
from portal.access import USAGE_READERS, rights_of, viewer
from portal.attention import notices
from portal.overview_page import OverviewPage, Step, first_steps, is_newcomer, overview_page
from portal.payment_views import may_pay
from portal.sandbox_pages import local_today, sandbox_page_of
from portal.usage_views import AmountsAside
from portal.wallet_reading import days_drawn, jobs_running, wallet_of

CASES_MAX: Final = 100


class OverviewView(AmountsAside):
    """What a tenant has, how long it lasts, what burns it, and what needs its reader.

    The same questions are asked as on the pages of balance and usage. Staff see a tenant's by
    `?tenant=`; they, and sellers, come from here to what was settled.
    """

    allowed_roles = ANY_MEMBER
    allowed_staff_roles = ANY_STAFF

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        inside = sandbox_page_of(request)
        if inside is not None:
            return inside
        readers = viewer(rights=rights_of(request), rule=USAGE_READERS)
        if readers is None:
            return redirect("settled")
        self.viewer = readers
        tenant = self.chosen_tenant(request)
        if tenant is None:
            return redirect("settled")
        context = {"page": self._page(request, tenant), "tenants": self.tenants}
        context["may_pay"] = may_pay(request, tenant_id=tenant.tenant_id)
        return render(request, "portal/overview.html", context)

    def _page(self, request: HttpRequest, tenant: UsageTenant) -> OverviewPage:
        now, tenant_id = utc_now(), tenant.tenant_id
        wallet = wallet_of(tenant, now=now) if self.tells_amounts(request, tenant) else None
        chart = wallet.chart if wallet else days_drawn(tenant_id=tenant_id, now=now)
        jobs = wallet.jobs if wallet else jobs_running(tenant_id=tenant_id, now=now)
        is_new = is_newcomer(wallet=wallet, chart=chart, jobs=jobs)
        return overview_page(
            tenant=tenant,
            wallet=wallet,
            chart=chart,
            jobs=jobs,
            notices=notices(
                tenant=tenant.code,
                wallet=wallet,
                exhausted=exhausted_page(
                    organisation_id=tenant_id, is_open=True, after=None, limit=CASES_MAX, now=now
                ),
                unread=unread_count(user_id=self.user_id),
                may_pay=may_pay(request, tenant_id=tenant_id),
                now=now,
            ),
            steps=_steps(request, tenant, now=now) if is_new else [],
            today=local_today(now),
        )


def _steps(request: HttpRequest, tenant: UsageTenant, *, now: datetime) -> list[Step]:
    roles = rights_of(request).roles_by_organisation.get(tenant.tenant_id, frozenset())
    standing = standing_of(organisation_id=tenant.tenant_id, now=now)
    is_verified = standing.verified_until is not None and standing.verified_until > now
    return first_steps(code=tenant.code, roles=roles, is_verified=is_verified)

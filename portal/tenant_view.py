"""Pages that are about one tenant at a time."""

from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compute_billing.audit.usage import UsageTenant, usage_tenants
from portal.access import GuardedView
from portal.exports import FileAnswer, wanted_kind


class TenantView(GuardedView):
    """A page about one tenant, whom `?tenant=` names among those whom the viewer may see."""

    tenants: list[UsageTenant]

    def chosen_tenant(self, request: HttpRequest) -> UsageTenant | None:
        """Return the tenant; None where staff have still to choose one.

        Raises:
            Http404: the tenant is none of those whom the viewer may see.
        """
        self.tenants = usage_tenants(tenant_ids=self.viewer.tenant_ids)
        code = request.GET.get("tenant", "")
        if not code:
            return None if self.viewer.sees_everyone else self.tenants[0]
        for tenant in self.tenants:
            if tenant.code == code:
                return tenant
        raise Http404


class TenantPage(TenantView):
    """A page at one address for each tenant, and what of it can be had as a file."""

    template: ClassVar[str]

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show the page or send the file; staff who name no tenant are asked for one."""
        kind = wanted_kind(request)
        tenant = self.chosen_tenant(request)
        context: dict[str, object] = {"tenants": self.tenants}
        if tenant is not None:
            if kind is not None:
                return self.file(request, tenant, kind=kind)
            context |= self.shown(request, tenant)
        return render(request, self.template, context)

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return what the template shows of the tenant."""
        raise NotImplementedError

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return the file.

        Raises:
            Http404: the page has none.
        """
        raise Http404

"""Pages that are about one tenant at a time."""

from django.http import Http404, HttpRequest

from compute_billing.audit.usage import UsageTenant, usage_tenants
from portal.access import GuardedView


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

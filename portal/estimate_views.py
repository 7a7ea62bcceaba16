"""The desk of the buyer: what use would cost before anybody makes it."""

from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from compute_billing import public
from compute_billing.audit.usage import UsageTenant
from compute_billing.catalogue.queries import offers
from compute_billing.contracts.queries import project_page
from compute_billing.rating.quoting import UnableToQuote
from kernel.clock import utc_now
from portal.estimate_pages import EstimateForm, EstimatePage, estimate_page
from portal.tenant_view import TenantPage
from portal.usage_views import AmountsAside

PROJECTS_MAX: Final = 200
FIELDS: Final = {"cards": "cards", "hours": "hours", "starts_at": "starts_at"}


class EstimateView(AmountsAside, TenantPage):
    """What cards would cost a tenant, and who would pay, as rating would reckon it now."""

    template = "portal/estimate.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return the form, and the answer when something is asked."""
        form = self._form(request, tenant)
        return {
            "tenant": tenant,
            "shown": {"tenant": tenant},
            "form": form,
            "page": self._answer(request, tenant, form),
        }

    def _form(self, request: HttpRequest, tenant: UsageTenant) -> EstimateForm:
        projects = project_page(tenant_id=tenant.tenant_id, after=None, limit=PROJECTS_MAX)
        return EstimateForm(
            request.GET if "offer" in request.GET else None,
            offers=offers(tenant_id=tenant.tenant_id, at=utc_now()),
            projects=[(project.code, project.name) for project in projects],
        )

    def _answer(
        self, request: HttpRequest, tenant: UsageTenant, form: EstimateForm
    ) -> EstimatePage | None:
        now = utc_now()
        with timezone.override(ZoneInfo(settings.BILLING_TIME_ZONE)):
            if not form.is_bound or not form.is_valid():
                return None
            use = form.use(now=now)
        try:
            quoted = public.quote(tenant_id=tenant.tenant_id, now=now, **use)
        except UnableToQuote as error:
            form.add_error(FIELDS.get(str(error.details.get("field"))), _refusal(error))
            return None
        return estimate_page(quoted, tells_payers=self.tells_amounts(request, tenant))


def _refusal(error: UnableToQuote) -> str:
    if error.details.get("field") == "starts_at":
        return _("No price covers all of that time. Ask the operator for one.")
    return _("More than none, please, and within the bounds.")

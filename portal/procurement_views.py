"""What stands on an organisation's bills for whoever has to pay them (高校采购)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.permissions import Role
from compute_billing.invoices import procurement
from compute_billing.invoices.procurement import ACCEPTANCE_LENGTH_MAX, LENGTH_MAX, Procurement
from kernel.clock import utc_now
from portal.bill_pages import PROCUREMENT
from portal.organisation import OrganisationView


class ProcurementForm(forms.Form):
    """References of a purchase, none of which is asked for."""

    purchase_order = forms.CharField(
        label=PROCUREMENT["purchase_order"], max_length=LENGTH_MAX, required=False
    )
    contract = forms.CharField(label=PROCUREMENT["contract"], max_length=LENGTH_MAX, required=False)
    fund = forms.CharField(label=PROCUREMENT["fund"], max_length=LENGTH_MAX, required=False)
    project = forms.CharField(label=PROCUREMENT["project"], max_length=LENGTH_MAX, required=False)
    cost_centre = forms.CharField(
        label=PROCUREMENT["cost_centre"], max_length=LENGTH_MAX, required=False
    )
    contact = forms.CharField(
        label=PROCUREMENT["contact"],
        max_length=LENGTH_MAX,
        required=False,
        help_text=gettext_lazy("An office or a number, no person's name: bills are kept for ever."),
    )
    acceptance = forms.CharField(
        label=PROCUREMENT["acceptance"],
        max_length=ACCEPTANCE_LENGTH_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ProcurementView(OrganisationView):
    """The references, and the form that changes them for bills to come."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_roles = frozenset({Role.OWNER, Role.FINANCE})
    in_sandbox = True

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        organisation = self.own(code)
        kept = procurement.procurement_of(tenant_id=organisation.pk)
        form = ProcurementForm(
            initial={name: getattr(kept.said, name) for name in procurement.NAMES}
        )
        return self._page(request, organisation, form=form, status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Let bills say it from the next one on, or tell what is wrong."""
        organisation, form = self.own(code), ProcurementForm(request.POST)
        if form.is_valid():
            try:
                procurement.set_procurement(
                    tenant_id=organisation.pk,
                    said=Procurement(**form.cleaned_data),
                    user_id=self.user_id,
                    actor=self.actor,
                    now=utc_now(),
                )
            except procurement.UnableToKeepProcurement as error:
                told = _("This cannot be printed: look for unusual characters.")
                form.add_error(str(error.details["field"]), told)
            except procurement.ProcurementChanged:
                form.add_error(None, _("Somebody else changed it just now: look again."))
            else:
                messages.success(request, _("It stands on your bills from the next one on."))
                return redirect("procurement", code=code)
        return self._page(request, organisation, form=form, status=422)

    def _page(
        self, request: HttpRequest, organisation: Organisation, *, form: forms.Form, status: int
    ) -> HttpResponse:
        kept = procurement.procurement_of(tenant_id=organisation.pk)
        return self.page(
            request,
            "portal/procurement.html",
            organisation=organisation,
            context={"form": form, "kept": kept},
            status=status,
        )

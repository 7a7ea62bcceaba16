"""The amount below which people are warned of their balance."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.audit.usage import UsageTenant
from compute_billing.ledger.queries import wallet_state
from compute_billing.ledger.warning import UnableToSetLowAmount, set_low_amount
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN, Money
from portal.payment_forms import YuanField, fen
from portal.payment_views import PayersView


class LowAmountForm(forms.Form):
    """The amount; nothing is the way of the house."""

    amount = YuanField(
        label=gettext_lazy("Warn when less than this is left, in yuan"),
        required=False,
        help_text=gettext_lazy("Leave it empty to be warned by the days that the money lasts."),
    )


class LowAmountView(PayersView):
    """What is set, and the form that sets it."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        tenant = self.chosen(request)
        amount = wallet_state(tenant_id=tenant.tenant_id).low_amount
        known = {} if amount is None else {"amount": Money(amount).to_text()[:-4]}
        return self.show(request, tenant, LowAmountForm(initial=known))

    def chosen(self, request: HttpRequest) -> UsageTenant:
        """Return the tenant; who pays is never without one."""
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def show(
        self, request: HttpRequest, tenant: UsageTenant, form: LowAmountForm, *, status: int = 200
    ) -> HttpResponse:
        """Show the form as it was typed."""
        context = {"page": {"tenant": tenant}, "tenants": self.tenants, "form": form}
        return render(request, "portal/low_amount.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set it, or say why that cannot be."""
        tenant, form = self.chosen(request), LowAmountForm(request.POST)
        if not form.is_valid():
            return self.show(request, tenant, form, status=422)
        typed = form.cleaned_data["amount"]
        try:
            set_low_amount(
                tenant_id=tenant.tenant_id,
                amount_micro=None if typed is None else fen(typed) * MICRO_PER_FEN,
                actor=self.actor,
                now=utc_now(),
            )
        except UnableToSetLowAmount:
            form.add_error("amount", _("Type more than nothing, or leave it empty."))
            return self.show(request, tenant, form, status=422)
        messages.success(request, _("It is set."))
        return redirect(f"{reverse('wallet')}?tenant={tenant.code}")

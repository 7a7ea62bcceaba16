"""The form of automatic top-up, and the desk of those who look after payments."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.audit.usage import UsageTenant
from compute_billing.payments import operations, queries
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.access import GuardedView
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import DESK_READERS, address_of
from portal.payment_forms import AutoTopUpForm
from portal.payment_pages import (
    CALL_FILE,
    EVENT_FILE,
    auto_initial,
    auto_row,
    call_cells,
    calls_table,
    card_row,
    event_cells,
    events_table,
    refusal,
)
from portal.payment_views import PayersView


class AutoTopUpView(PayersView):
    """What is set at each operator, and the form that sets it."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        tenant = self.chosen(request)
        return self.show(request, tenant, self.form(tenant))

    def chosen(self, request: HttpRequest) -> UsageTenant:
        """Return the tenant; who pays is never without one."""
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def form(self, tenant: UsageTenant, **options: Any) -> AutoTopUpForm:
        """Return the form for the operators at whom a card is kept."""
        cards = queries.saved_cards(tenant_id=tenant.tenant_id)
        known = {} if options else self._initial(tenant)
        return AutoTopUpForm(operators=[card.operator for card in cards], initial=known, **options)

    def _initial(self, tenant: UsageTenant) -> dict[str, object]:
        """Begin from what is set, where that is one setting."""
        found = queries.auto_top_ups(tenant_id=tenant.tenant_id)
        return auto_initial(found[0]) if len(found) == 1 else {}

    def show(
        self, request: HttpRequest, tenant: UsageTenant, form: AutoTopUpForm, *, status: int = 200
    ) -> HttpResponse:
        """Show the page, and the form as it was typed."""
        context = {
            "page": {"tenant": tenant},
            "tenants": self.tenants,
            "settings": [auto_row(one) for one in queries.auto_top_ups(tenant_id=tenant.tenant_id)],
            "cards": [card_row(one) for one in queries.saved_cards(tenant_id=tenant.tenant_id)],
            "form": form if operations.is_set_up() else None,
        }
        return render(request, "portal/auto_top_up.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch it on, or off where the button of an operator says so."""
        tenant = self.chosen(request)
        off = request.POST.get("off", "")
        if off:
            return self._switch_off(request, tenant, code=off)
        form = self.form(tenant, data=request.POST)
        if not form.is_valid():
            return self.show(request, tenant, form, status=422)
        try:
            operations.set_auto_top_up(
                tenant_id=tenant.tenant_id,
                operator_id=form.operator_id,
                wanted=form.terms(),
                actor=self.actor,
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, refusal(error))
            return self.show(request, tenant, form, status=422)
        messages.success(request, _("Automatic top-up is on."))
        return redirect(f"{reverse('auto-top-up')}?tenant={tenant.code}")

    def _switch_off(self, request: HttpRequest, tenant: UsageTenant, *, code: str) -> HttpResponse:
        for setting in queries.auto_top_ups(tenant_id=tenant.tenant_id):
            if setting.operator.code == code:
                operations.switch_off_auto_top_up(
                    tenant_id=tenant.tenant_id,
                    operator_id=setting.operator_id,
                    actor=self.actor,
                    now=utc_now(),
                )
        messages.success(request, _("Automatic top-up is off."))
        return redirect(f"{reverse('auto-top-up')}?tenant={tenant.code}")


class PaymentTroubleView(GuardedView):
    """Calls without an outcome, and events that could not be handled."""

    allowed_staff_roles = DESK_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send one of the two tables as a file."""
        kind, text = wanted_kind(request), looked_for(request)
        found = _trouble(text=text)
        if kind is not None:
            return _trouble_file(found, kind=kind, table=request.GET.get("table", "calls"))
        context = {
            "calls": calls_table(found.calls),
            "events": events_table(found.events),
            "kept": found.kept,
            "is_set_up": operations.is_set_up(),
            "text": text,
            "addresses": {
                table: address_of({"text": text, "table": table}) for table in ("calls", "events")
            },
        }
        return render(request, "portal/operator/payments.html", context)


def _trouble(*, text: str) -> queries.Trouble:
    found = queries.trouble(now=utc_now())
    return replace(
        found,
        calls=narrowed(found.calls, table_of=calls_table, text=text),
        events=narrowed(found.events, table_of=events_table, text=text),
    )


def _trouble_file(found: queries.Trouble, *, kind: str, table: str) -> FileAnswer:
    if table == "calls":
        rows = (call_cells(call) for call in found.calls)
        return file_response(name="payment-calls", kind=kind, columns=CALL_FILE, rows=rows)
    if table == "events":
        rows = (event_cells(event) for event in found.events)
        return file_response(name="payment-events", kind=kind, columns=EVENT_FILE, rows=rows)
    raise Http404


class _RetryView(GuardedView):
    """Something that is tried again at once."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = (Staff.OPERATOR, Staff.FINANCE)

    def back(self, request: HttpRequest, *, is_waiting: bool) -> HttpResponse:
        """Say what came of it, and go back."""
        if is_waiting:
            messages.success(request, _("The workers were woken."))
        else:
            messages.info(request, _("It waits no more."))
        return redirect("operator-payments")


class RetryCallView(_RetryView):
    """Make a call again."""

    def post(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        """Let it leave now."""
        is_waiting = operations.retry_call(public_id=call_id, now=utc_now())
        return self.back(request, is_waiting=is_waiting)


class RetryEventView(_RetryView):
    """Handle an event again."""

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        """Let it be handled now."""
        is_waiting = operations.retry_event(event=event_id, now=utc_now())
        return self.back(request, is_waiting=is_waiting)

"""Pay in, see how far it is, take it back: the desk of owners and finance."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Role
from compute_billing.audit.usage import UsageTenant
from compute_billing.payments import operations, queries, working
from compute_billing.payments.queries import Payment
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.identifiers import uuid7
from kernel.worlds import is_sandbox
from portal.access import rights_of
from portal.bank_pages import remittances
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, file_response
from portal.payment_forms import PayInForm, RefundForm, fen
from portal.payment_pages import (
    COLUMNS,
    STATES,
    PaymentPage,
    bounds,
    payment_cells,
    payment_page,
    payments_table,
    refusal,
)
from portal.tenant_view import TenantPage, TenantView

PAGE_ROWS: Final = 24
FILE_ROWS: Final = 10_000
PAYERS: Final = frozenset({Role.OWNER, Role.FINANCE})


def may_pay(request: HttpRequest, *, tenant_id: int) -> bool:
    """Say whether who asks may move a tenant's money; a sandbox has none that could be moved."""
    roles = rights_of(request).roles_by_organisation.get(tenant_id, frozenset())
    return not roles.isdisjoint(PAYERS) and not is_sandbox(tenant_id)


class PayersView(TenantView):
    """A page for those who move a tenant's money."""

    allowed_roles = PAYERS


class PayInView(PayersView):
    """The form that begins a payment."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        tenant = self.chosen(request)
        form = PayInForm.fresh(operators=queries.operators(except_id=tenant.tenant_id))
        return self.show(request, tenant, form)

    def chosen(self, request: HttpRequest) -> UsageTenant:
        """Return the tenant; who pays is never without one."""
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def show(
        self, request: HttpRequest, tenant: UsageTenant, form: PayInForm, *, status: int = 200
    ) -> HttpResponse:
        """Show the form as it was typed."""
        is_open = operations.is_set_up()
        context = {
            "page": {"tenant": tenant},
            "tenants": self.tenants,
            "form": form if is_open and form.operators else None,
            "bounds": bounds() if is_open else "",
            "remittances": remittances(tenant_id=tenant.tenant_id),
            "may_act": may_pay(request, tenant_id=tenant.tenant_id),
        }
        return render(request, "portal/pay_in.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Write the payment down, open it, and go on to where it is paid."""
        tenant = self.chosen(request)
        form = PayInForm(request.POST, operators=queries.operators(except_id=tenant.tenant_id))
        if not form.is_valid():
            return self.show(request, tenant, form, status=422)
        said = form.cleaned_data
        try:
            payment = operations.ask_top_up(
                wish=operations.Wish(
                    tenant_id=tenant.tenant_id,
                    operator_id=form.operator_id,
                    amount_fen=fen(said["amount"]),
                    way=operations.Way.CHECKOUT,
                    method=said["method"],
                    saves_card=said["save_card"],
                ),
                token=f"form:{said['token']}",
                actor=self.actor,
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, refusal(error))
            return self.show(request, tenant, form, status=422)
        working.carry_out(payment=payment, clock=utc_now)
        payment.refresh_from_db()
        if payment.state == "open" and payment.checkout_url:
            return redirect(payment.checkout_url)
        return redirect("top-up", payment_id=payment.public_id)


def _state(request: HttpRequest) -> str | None:
    """Return the state by which top-ups are filtered; one that there is not finds none."""
    return request.GET.get("state", "").replace("\0", "") or None


class PaymentsView(BillReadersView, TenantPage):
    """A tenant's top-ups, the newest first."""

    template = "portal/payments.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return a page of them."""
        state = _state(request)
        try:
            after = UUID(text) if (text := request.GET.get("after", "")) else None
            found = queries.payment_page(
                tenant_id=tenant.tenant_id, after=after, limit=PAGE_ROWS + 1, state=state
            )
        except (ValueError, queries.UnknownTopUp) as error:
            raise Http404 from error
        rows = found[:PAGE_ROWS]
        return {
            "page": {"tenant": tenant},
            "table": payments_table(rows),
            "after": rows[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": after is None,
            "states": STATES.items(),
            "state": state or "",
            "address": urlencode({"tenant": tenant.code, **({"state": state} if state else {})}),
            "may_pay": may_pay(request, tenant_id=tenant.tenant_id),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return them as a file, filtered as the page is."""
        found = queries.payment_page(
            tenant_id=tenant.tenant_id, after=None, limit=FILE_ROWS, state=_state(request)
        )
        return file_response(
            name=f"top-ups-{tenant.code}",
            kind=kind,
            columns=COLUMNS,
            rows=(payment_cells(payment) for payment in found),
        )


class PaymentView(BillReadersView):
    """One payment: how far it is, its lot, its receipt, and what went back."""

    def get(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Show it; who comes back from the payment page need not wait for a webhook."""
        payment = self.own(payment_id)
        if request.GET.get("from") == "checkout":
            working.look_now(payment=payment, clock=utc_now)
            payment = self.own(payment_id)
        return self.show(request, payment)

    def own(self, payment_id: UUID) -> Payment:
        """Return the payment; somebody else's is as absent as one that never was."""
        try:
            return queries.own_payment(tenant_ids=self.viewer.tenant_ids, public_id=payment_id)
        except queries.UnknownTopUp as error:
            raise Http404 from error

    def page_of(self, payment: Payment) -> PaymentPage:
        """Put the page together."""
        return payment_page(
            payment,
            refunds=queries.refunds_of(payment_id=payment.pk),
            disputes=queries.disputes_of(payment_id=payment.pk),
            refundable_fen=queries.refundable_of(payment),
        )

    def show(
        self,
        request: HttpRequest,
        payment: Payment,
        *,
        form: RefundForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the page, and the form of a refund as it was typed."""
        shown = self.page_of(payment)
        fresh = RefundForm(initial={"token": str(uuid7())})
        context = {
            "page": shown,
            "may_pay": may_pay(request, tenant_id=payment.tenant_id),
            "form": form or fresh,
        }
        return render(request, "portal/payment.html", context, status=status)


class PaymentProgressView(PaymentView):
    """The part of the page that shows how far it is, drawn anew every two seconds."""

    def get(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Show it."""
        payment = self.own(payment_id)
        context = {
            "page": self.page_of(payment),
            "may_pay": may_pay(request, tenant_id=payment.tenant_id),
        }
        return render(request, "portal/payment_progress.html", context)


class _ActingView(PaymentView):
    """Something that those who may pay do with a payment."""

    http_method_names = ["post", "options"]
    allowed_roles = PAYERS
    allowed_staff_roles = ()


class StopPaymentView(_ActingView):
    """Call a payment off."""

    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Ask for it; what came of it stands on the page."""
        payment = self.own(payment_id)
        try:
            operations.cancel_top_up(payment_id=payment.pk, actor=self.actor, now=utc_now())
        except DomainError as error:
            messages.error(request, refusal(error))
        else:
            working.carry_out(payment=payment, clock=utc_now)
        return redirect("top-up", payment_id=payment_id)


class RefundPaymentView(_ActingView):
    """Take unspent money back; money leaves with a second factor only."""

    lets_money_out = True

    def post(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """Hold the money and send it on its way."""
        payment = self.own(payment_id)
        form = RefundForm(request.POST)
        if not form.is_valid():
            return self.show(request, payment, form=form, status=422)
        try:
            operations.ask_refunds(
                tenant_id=payment.tenant_id,
                operator_id=payment.operator_id,
                payment_id=payment.pk,
                amount_fen=fen(form.cleaned_data["amount"]),
                token=f"form:{form.cleaned_data['token']}",
                actor=self.actor,
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, refusal(error))
            return self.show(request, payment, form=form, status=422)
        working.carry_out(payment=payment, clock=utc_now)
        messages.success(request, _("The refund is on its way."))
        return redirect("top-up", payment_id=payment_id)

"""The desk of the buyer: packages of cards, what they cost, and what may become of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Role
from compute_billing.audit.usage import UsageTenant
from compute_billing.packages import operations, queries
from compute_billing.packages.queries import PackageOrder, Plan
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal import figures
from portal.access import rights_of
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, wanted_kind
from portal.package_forms import CardsForm, OrderForm, TermsForm
from portal.package_pages import TERM_KINDS, last_day, plan_page, state_of
from portal.package_refusals import refusal
from portal.package_tables import package_tables, tenant_tables
from portal.page_tables import drawn, file_of
from portal.tenant_view import TenantPage, TenantView
from portal.wording import worded

BUYERS: Final = frozenset({Role.OWNER, Role.FINANCE})


def today() -> date:
    """Return the day in the billing time zone."""
    return utc_now().astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()


class PackageReadersView(BillReadersView):
    """A page about a tenant's packages; its owners and its finance buy."""

    def may_buy(self, tenant_id: int) -> bool:
        """Say whether the viewer may order and change packages of a tenant."""
        roles = rights_of(self.request).roles_by_organisation.get(tenant_id, frozenset())
        return not BUYERS.isdisjoint(roles)


class PackagesView(PackageReadersView, TenantPage):
    """A tenant's packages, and what is offered."""

    template = "portal/packages.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return both."""
        may_buy = self.may_buy(tenant.tenant_id)
        tables = tenant_tables(tenant, may_order=may_buy, today=today(), now=utc_now())
        return {
            **drawn(request, tables, kept={"tenant": tenant.code}),
            "page": {"tenant": tenant},
            "may_buy": may_buy,
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return one of them."""
        tables = tenant_tables(tenant, may_order=False, today=today(), now=utc_now())
        return file_of(request, tables, name=tenant.code, kind=kind)


class OrderView(TenantView):
    """Order a package: reckon first, then sign what was reckoned."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_roles = BUYERS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, with what it comes to once it is filled in."""
        form = _order_form(request.GET if "cards" in request.GET else None, request=request)
        plan = None
        if form.is_bound and form.is_valid():
            plan = _planned(form, lambda: queries.preview_order(**_said(form), now=utc_now()))
        return self._page(request, form, plan=plan, status=200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Order it, or say why that cannot be."""
        tenant = self._tenant(request)
        form = _order_form(request.POST, request=request)
        if not form.is_valid():
            return self._page(request, form, plan=None, status=422)
        try:
            order = operations.order_package(
                tenant_id=tenant.tenant_id,
                actor=self.actor,
                now=utc_now(),
                expected_micro=_expected(request),
                **_said(form),
            )
        except DomainError as error:
            _refuse(form, error)
            return self._page(request, form, plan=None, status=409)
        messages.success(request, _("The package is yours."))
        return redirect("package", package_id=order.public_id)

    def _tenant(self, request: HttpRequest) -> UsageTenant:
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def _page(
        self, request: HttpRequest, form: OrderForm, *, plan: Plan | None, status: int
    ) -> HttpResponse:
        tenant = self._tenant(request)
        context = {
            "tenants": self.tenants,
            "tenant": tenant,
            "shown": {"tenant": tenant},
            "form": form,
            "plan": None if plan is None else plan_page(plan, free=_free(form, plan)),
        }
        return render(request, "portal/package_order.html", context, status=status)


class PackageView(PackageReadersView):
    """A package: its use by month, what became of it, and what a change would come to."""

    def get(self, request: HttpRequest, package_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, with the preview that is asked for, or send one of its tables as a file."""
        order = _found(package_id, tenant_ids=self.viewer.tenant_ids)
        tables, kind = package_tables(order_id=order.pk), wanted_kind(request)
        if kind is not None:
            return file_of(request, tables, name=f"package-{order.number}", kind=kind)
        context = {
            **drawn(request, tables),
            "order": order,
            "tenant": order.tenant,
            "last_day": last_day(order.ends_on),
            "state": state_of(order, today=today()),
            "waits": figures.money(order.account.balance.posted),
            "may_change": self.may_buy(order.tenant_id)
            and not order.ended_early
            and order.ends_on > today() + timedelta(days=1),
            **_asked(request, order),
        }
        return render(request, "portal/package.html", context)


class ActOnPackageView(PackageReadersView):
    """Something done to a package that was previewed; it leads back to the package."""

    http_method_names = ["post", "options"]
    allowed_roles = BUYERS
    allowed_staff_roles = ()
    form: ClassVar[type[forms.Form] | None] = None

    def post(self, request: HttpRequest, package_id: UUID) -> HttpResponse:
        """Do it, or say why not."""
        order = _found(package_id, tenant_ids=self.viewer.tenant_ids)
        form = None if self.form is None else self.form(request.POST)
        if form is not None and not form.is_valid():
            messages.error(request, _("Write a number, one or more."))
            return redirect("package", package_id=package_id)
        said: dict[str, Any] = {} if form is None else form.cleaned_data
        try:
            self.act(
                tenant_id=order.tenant_id,
                public_id=package_id,
                actor=self.actor,
                now=utc_now(),
                expected_micro=_expected(request),
                **said,
            )
        except DomainError as error:
            messages.error(request, refusal(error))
        else:
            messages.success(request, _("It is done."))
        return redirect("package", package_id=package_id)

    def act(self, **said: Any) -> None:
        """Do it."""
        raise NotImplementedError


class ResizeView(ActOnPackageView):
    """Have more or fewer cards."""

    form = CardsForm

    def act(self, **said: Any) -> None:
        """Resize it."""
        operations.resize_package(**said)


class RenewView(ActOnPackageView):
    """Go on after the end."""

    form = TermsForm

    def act(self, **said: Any) -> None:
        """Renew it."""
        operations.renew_package(**said)


class EndView(ActOnPackageView):
    """End it before its time."""

    def act(self, **said: Any) -> None:
        """End it."""
        operations.end_package(**said)


def _found(package_id: UUID, *, tenant_ids: list[int] | None) -> PackageOrder:
    try:
        return queries.find(public_id=package_id, tenant_ids=tenant_ids)
    except queries.UnknownPackage as error:
        raise Http404 from error


def _order_form(data: Any, *, request: HttpRequest) -> OrderForm:
    offers = queries.offers(now=utc_now())
    chosen = request.GET.get("offer", "")
    return OrderForm(
        data,
        offers=[
            (
                str(offer.public_id),
                " · ".join(
                    (
                        offer.meter.code,
                        offer.cluster.name,
                        f"¥ {figures.money(offer.price_micro).rounded}",
                        str(worded(TERM_KINDS, offer.term_kind)),
                    )
                ),
            )
            for offer in offers
        ],
        initial={"offer": chosen, "starts_on": (today() + timedelta(days=1)).isoformat()},
    )


def _said(form: OrderForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {
        "offer_id": UUID(said["offer"]),
        "cards": said["cards"],
        "terms": said["terms"],
        "starts_on": said["starts_on"],
    }


def _planned(form: forms.Form, plan: Callable[[], Plan]) -> Plan | None:
    try:
        return plan()
    except DomainError as error:
        _refuse(form, error)
        return None


def _free(form: OrderForm, plan: Plan) -> int:
    offer = queries.offer(public_id=UUID(form.cleaned_data["offer"]), now=utc_now())
    return queries.free_cards(
        cluster_id=offer.cluster_id,
        meter_id=offer.meter_id,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
    )


def _refuse(form: forms.Form, error: DomainError) -> None:
    field = str(error.details.get("field", ""))
    form.add_error(field if field in form.fields else None, refusal(error))


def _expected(request: HttpRequest) -> int | None:
    """Return the amount that was seen, which the form sends along."""
    try:
        return int(request.POST.get("expected", ""))
    except ValueError:
        return None


def _asked(request: HttpRequest, order: PackageOrder) -> dict[str, object]:
    """Return the forms of changes, and the preview of the one that is asked for."""
    now, key = utc_now(), {"tenant_id": order.tenant_id, "public_id": order.public_id}
    cards = CardsForm(
        request.GET if "cards" in request.GET else None, initial={"cards": order.cards}
    )
    terms = TermsForm(request.GET if "terms" in request.GET else None, initial={"terms": 1})
    plan, act, refused = None, "", ""
    try:
        if cards.is_bound and cards.is_valid():
            act = "resize"
            plan = queries.preview_resize(**key, cards=cards.cleaned_data["cards"], now=now)  # type: ignore[arg-type]
        elif terms.is_bound and terms.is_valid():
            act = "renewal"
            plan = queries.preview_renewal(**key, terms=terms.cleaned_data["terms"], now=now)  # type: ignore[arg-type]
        elif "end" in request.GET:
            act = "end"
            plan = queries.preview_end(**key, now=now)  # type: ignore[arg-type]
    except DomainError as error:
        refused = refusal(error)
    return {
        "cards_form": cards,
        "terms_form": terms,
        "act": act,
        "refused": refused,
        "plan": None if plan is None else plan_page(plan),
        "said": cards.data.get("cards") or terms.data.get("terms") or "",
    }

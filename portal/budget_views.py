"""The desk of the buyer: his budgets."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compute_billing.audit.budgets import BudgetStanding, days_of, standing_of, standings
from compute_billing.audit.usage import UsageTenant
from compute_billing.budgets import operations, queries
from compute_billing.budgets.operations import BudgetChanged, UnableToSetBudget
from compute_billing.budgets.queries import Budget
from compute_billing.contracts.queries import project_page
from kernel.clock import utc_now
from portal.access import rights_of
from portal.bill_views import BillReadersView
from portal.budget_forms import BudgetForm, as_typed, fresh
from portal.budget_pages import (
    COLUMNS,
    DAY_COLUMNS,
    budget_cells,
    budget_page,
    budgets_table,
    day_cells,
)
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.payment_views import PAYERS, PayersView
from portal.tenant_view import TenantPage

BUDGETS_SHOWN: Final = 200
PROJECTS_MAX: Final = 500
REFUSALS: Final[dict[str, Promise]] = {
    "name": gettext_lazy("There is a budget of this name already, or too many."),
    "project": gettext_lazy("There is no such project."),
    "amount": gettext_lazy("Type more than nothing, and no more than ten thousand million."),
    "last_month": gettext_lazy("A term needs a last month, no earlier than its first."),
    "actual_percents": gettext_lazy("At most ten, each from 1 to 1000."),
    "forecast_percents": gettext_lazy("At most ten, each from 1 to 1000."),
}


def may_plan(request: HttpRequest, *, tenant_id: int) -> bool:
    """Say whether who asks may set a tenant's budgets; in a sandbox too."""
    roles = rights_of(request).roles_by_organisation.get(tenant_id, frozenset())
    return not roles.isdisjoint(PAYERS)


class BudgetsView(BillReadersView, TenantPage):
    """A tenant's budgets, and how they stand."""

    template = "portal/budgets.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return those that say what is looked for."""
        text = looked_for(request)
        return {
            "page": {"tenant": tenant},
            "table": budgets_table(_found(tenant, text=text)),
            "text": text,
            "address": urlencode({"tenant": tenant.code, **({"text": text} if text else {})}),
            "may_plan": may_plan(request, tenant_id=tenant.tenant_id),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return them as a file, filtered as the page is."""
        found = _found(tenant, text=looked_for(request))
        return file_response(
            name=f"budgets-{tenant.code}",
            kind=kind,
            columns=COLUMNS,
            rows=(budget_cells(standing) for standing in found),
        )


def _found(tenant: UsageTenant, *, text: str) -> list[BudgetStanding]:
    budgets = queries.budget_page(tenant_id=tenant.tenant_id, after=None, limit=BUDGETS_SHOWN)
    stand = standings(tenant_id=tenant.tenant_id, budgets=budgets, now=utc_now())
    return narrowed(stand, table_of=budgets_table, text=text)


def own_budget(view: BillReadersView | PayersView, budget_id: UUID) -> Budget:
    """Return the budget; somebody else's is as absent as one that never was."""
    try:
        return queries.budget_of(tenant_ids=view.viewer.tenant_ids, public_id=budget_id)
    except queries.UnknownBudget as error:
        raise Http404 from error


class BudgetView(BillReadersView):
    """One budget: its present period, day by day, and what was told of it."""

    def get(self, request: HttpRequest, budget_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its days."""
        kind, now = wanted_kind(request), utc_now()
        budget = own_budget(self, budget_id)
        standing = standing_of(budget, now=now)
        days = days_of(standing.figures.period) if standing.figures else {}
        page = budget_page(standing, days=days, now=now)
        if kind is not None:
            rows = (day_cells(day) for day in (page.burn_down.days if page.burn_down else ()))
            return file_response(
                name=f"budget-{budget.public_id}", kind=kind, columns=DAY_COLUMNS, rows=rows
            )
        context = {
            "page": page,
            "tenant": budget.tenant,
            "may_plan": may_plan(request, tenant_id=budget.tenant_id) and budget.ended_at is None,
        }
        return render(request, "portal/budget.html", context)


class _FormView(PayersView):
    """The form of a budget."""

    http_method_names = ["get", "post", "head", "options"]

    def form(self, tenant_id: int, *args: Any, **options: Any) -> BudgetForm:
        """Return the form with the tenant's projects."""
        projects = project_page(tenant_id=tenant_id, after=None, limit=PROJECTS_MAX)
        offered = [(project.code, project.name) for project in projects]
        return BudgetForm(*args, projects=offered, **options)

    def show(
        self,
        request: HttpRequest,
        form: BudgetForm,
        *,
        tenant: UsageTenant,
        budget: Budget | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show it as it was typed."""
        context = {
            "form": form,
            "page": {"tenant": tenant},
            "tenants": getattr(self, "tenants", ()),
            "budget": budget,
        }
        return render(request, "portal/budget_edit.html", context, status=status)


class NewBudgetView(_FormView):
    """Make a budget."""

    def chosen(self, request: HttpRequest) -> UsageTenant:
        """Return the tenant; who plans is never without one."""
        tenant = self.chosen_tenant(request)
        if tenant is None:
            raise Http404
        return tenant

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        tenant = self.chosen(request)
        today = utc_now().astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
        form = self.form(tenant.tenant_id, initial=fresh(today=today))
        return self.show(request, form, tenant=tenant)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it, or say why that cannot be."""
        tenant = self.chosen(request)
        form = self.form(tenant.tenant_id, request.POST)
        if not form.is_valid():
            return self.show(request, form, tenant=tenant, status=422)
        try:
            made = operations.create_budget(
                tenant_id=tenant.tenant_id, wanted=form.terms(), actor=self.actor, now=utc_now()
            )
        except UnableToSetBudget as error:
            _refuse(form, error)
            return self.show(request, form, tenant=tenant, status=422)
        messages.success(request, _("The budget is made."))
        return redirect("budget", budget_id=made.public_id)


class EditBudgetView(_FormView):
    """Set a budget anew."""

    def get(self, request: HttpRequest, budget_id: UUID) -> HttpResponse:
        """Show it as somebody would type it."""
        budget = self.running(budget_id)
        form = self.form(budget.tenant_id, initial=as_typed(budget))
        return self.show(request, form, tenant=_tenant_of(budget), budget=budget)

    def running(self, budget_id: UUID) -> Budget:
        """Return the budget, which has not ended."""
        budget = own_budget(self, budget_id)
        if budget.ended_at is not None:
            raise Http404
        return budget

    def post(self, request: HttpRequest, budget_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        budget = self.running(budget_id)
        form = self.form(budget.tenant_id, request.POST)
        shown: dict[str, Any] = {"tenant": _tenant_of(budget), "budget": budget}
        if not form.is_valid():
            return self.show(request, form, status=422, **shown)
        try:
            operations.change_budget(
                tenant_id=budget.tenant_id,
                budget_id=budget.pk,
                wanted=form.terms(),
                expected=[form.cleaned_data["version"] or 0],
                actor=self.actor,
                now=utc_now(),
            )
        except BudgetChanged:
            form.add_error(
                None,
                _(
                    "Somebody changed the budget meanwhile. Look at it in another window, and "
                    "open this form anew to change it as it is now."
                ),
            )
            return self.show(request, form, status=409, **shown)
        except UnableToSetBudget as error:
            _refuse(form, error)
            return self.show(request, form, status=422, **shown)
        messages.success(request, _("The budget is changed."))
        return redirect("budget", budget_id=budget_id)


class EndBudgetView(PayersView):
    """End a budget."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, budget_id: UUID) -> HttpResponse:
        """End it."""
        budget = own_budget(self, budget_id)
        operations.end_budget(
            tenant_id=budget.tenant_id, budget_id=budget.pk, actor=self.actor, now=utc_now()
        )
        messages.success(request, _("The budget has ended."))
        return redirect("budget", budget_id=budget_id)


def _tenant_of(budget: Budget) -> UsageTenant:
    tenant = budget.tenant
    return UsageTenant(tenant_id=tenant.pk, code=tenant.code, name=tenant.name)


def _refuse(form: BudgetForm, error: UnableToSetBudget) -> None:
    field = error.details.get("field")
    form.add_error(field, str(REFUSALS.get(field or "", error)))

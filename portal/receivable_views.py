"""What a tenant owes and its account with an operator; and the desk of who collects it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Staff
from accounts.queries import OrganisationNotFound, organisation_by_code
from compute_billing.audit.usage import UsageTenant
from compute_billing.ledger.queries import wallet_state
from compute_billing.receivables import documents, operations, queries, terms
from compute_billing.receivables.operations import (
    UnableToPauseDunning,
    UnableToStopSpending,
)
from compute_billing.receivables.statement import SPAN_DAYS_MAX, Statement
from kernel.clock import utc_now
from portal import figures
from portal.access import BANK_READERS, GuardedView, rights_of
from portal.bill_views import BillReadersView
from portal.documents import known_language, pdf_response
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.receivable_pages import (
    DEBTOR_COLUMNS,
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    Debtor,
    debtor_cells,
    debtors_table,
    entries_table,
    entry_rows,
    item_cells,
    items_of,
    items_table,
)
from portal.tenant_view import TenantPage, TenantView

USUAL_DAYS: Final = 30
TOO_LONG: Final = gettext_lazy("From the first day on, and at most ten years.")


class SpanForm(forms.Form):
    """With whom, and which days."""

    operator = forms.ChoiceField(label=gettext_lazy("Operator"))
    since = forms.DateField(label=gettext_lazy("From"))
    until = forms.DateField(label=gettext_lazy("To"))

    def __init__(self, *args: Any, operators: list[tuple[str, str]], **options: Any) -> None:
        """Offer operators."""
        super().__init__(*args, **options)
        self.fields["operator"] = forms.ChoiceField(label=_("Operator"), choices=operators)
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins, or is too long."""
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and not 0 <= (until - since).days <= SPAN_DAYS_MAX:
            self.add_error("until", TOO_LONG)
        return said


class PauseForm(forms.Form):
    """Until when asking rests, and why."""

    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea)


class ReceivablesView(BillReadersView, TenantPage):
    """What a tenant owes, what is due first ahead."""

    template = "portal/receivables.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return open items by operator."""
        text, today = looked_for(request), terms.local_day(utc_now())
        found = queries.receivables_of(tenant_id=tenant.tenant_id)
        every = items_of(found, today=today)
        kept = {"tenant": tenant.code, **({"text": text} if text else {})}
        return {
            "page": {"tenant": tenant},
            "owed": [
                {
                    "name": owed.operator_name,
                    "code": owed.operator,
                    "owed": figures.money(owed.owed),
                    "unbilled": figures.money(owed.unbilled),
                    "overdue": figures.money(owed.overdue(today=today)),
                    "disputed": figures.money(owed.disputed),
                }
                for owed in found
            ],
            "table": items_table(narrowed(every, table_of=items_table, text=text)),
            "text": text,
            "address": urlencode(kept),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return the open items, filtered as the page is."""
        today = terms.local_day(utc_now())
        every = items_of(queries.receivables_of(tenant_id=tenant.tenant_id), today=today)
        found = narrowed(every, table_of=items_table, text=looked_for(request))
        return file_response(
            name=f"receivables-{tenant.code}",
            kind=kind,
            columns=ITEM_COLUMNS,
            rows=(item_cells(one) for one in found),
        )


class AccountStatementView(BillReadersView, TenantPage):
    """A tenant's account with an operator."""

    template = "portal/account_statement.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return the account of the days that are asked for."""
        form = _span(request, tenant)
        context: dict[str, object] = {"page": {"tenant": tenant}, "form": form}
        if form is None or not form.is_valid():
            return context
        account = _account(form, tenant)
        said = {name: str(value) for name, value in form.cleaned_data.items()}
        return context | {
            "table": entries_table(account),
            "unbilled": figures.money(account.closing.unbilled),
            "ledger": figures.money(account.closing.ledger),
            "address": urlencode({"tenant": tenant.code, **said}),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return it as a file."""
        form = _span(request, tenant)
        if form is None or not form.is_valid():
            raise Http404
        return file_response(
            name=f"account-{tenant.code}-{form.cleaned_data['operator']}",
            kind=kind,
            columns=ENTRY_COLUMNS,
            rows=entry_rows(_account(form, tenant)),
        )


class AccountDocumentView(BillReadersView, TenantView):
    """The account of the days that are asked for, as a PDF."""

    def get(self, request: HttpRequest, language: str) -> HttpResponse:
        """Send it; staff who name no tenant choose one first.

        Raises:
            Http404: the tenant has no such account, or there is no such language.
        """
        tenant = self.chosen_tenant(request)
        if tenant is None:
            return redirect("account-statement")
        form = _span(request, tenant)
        if form is None or not form.is_valid():
            raise Http404
        said = form.cleaned_data
        document = documents.account_document(
            tenant_id=tenant.tenant_id,
            operator_id=_operator_id(said["operator"], tenant),
            since=said["since"],
            until=said["until"],
            language=known_language(language),
        )
        return pdf_response(document)


def _span(request: HttpRequest, tenant: UsageTenant) -> SpanForm | None:
    """Return the form as it was sent, or for the last thirty days; None without an operator."""
    operators = [(found.code, found.name) for found in queries.partners(tenant_id=tenant.tenant_id)]
    if not operators:
        return None
    until = terms.local_day(utc_now())
    since = until - timedelta(days=USUAL_DAYS)
    usual = {"operator": operators[0][0], "since": since.isoformat(), "until": until.isoformat()}
    sent = {name: request.GET.get(name) or value for name, value in usual.items()}
    return SpanForm(sent, operators=operators)


def _operator_id(code: str, tenant: UsageTenant) -> int:
    """Return whom a statement is of; a sandbox is its own operator."""
    if code == tenant.code:
        return tenant.tenant_id
    return organisation_by_code(code=code).pk


def _account(form: SpanForm, tenant: UsageTenant) -> Statement:
    said = form.cleaned_data
    return queries.account_statement(
        tenant_id=tenant.tenant_id,
        operator_id=_operator_id(said["operator"], tenant),
        since=said["since"],
        until=said["until"],
    )


class ReceivablesDeskView(GuardedView):
    """Who owes what, aged, and how far each was asked."""

    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        text, kind = looked_for(request), wanted_kind(request)
        found = narrowed(_debtors(), table_of=debtors_table, text=text)
        if kind is not None:
            rows = (debtor_cells(one) for one in found)
            return file_response(name="receivables", kind=kind, columns=DEBTOR_COLUMNS, rows=rows)
        context = {
            "table": debtors_table(found),
            "text": text,
            "address": address_of({"text": text}),
        }
        return render(request, "portal/receivables_desk.html", context)


def _debtors() -> list[Debtor]:
    """Return who owes anything, whose oldest item is the oldest ahead."""
    today, tenants = terms.local_day(utc_now()), queries.debtors()
    told = queries.asking(tenant_ids=[tenant.pk for tenant in tenants], today=today)
    names = {tenant.pk: tenant for tenant in tenants}
    found = [
        Debtor(
            tenant=names[owed.tenant_id].code,
            tenant_name=names[owed.tenant_id].name,
            owed=owed,
            asking=told.get((owed.tenant_id, owed.operator_id)),
            today=today,
        )
        for owed in queries.receivables(tenant_ids=list(names))
        if owed.owed
    ]
    return sorted(found, key=lambda one: min((i.due_on for i in one.owed.items), default=date.max))


class ReceivableView(GuardedView):
    """What one tenant owes one operator, and what finance decides about it."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    def get(self, request: HttpRequest, tenant: str, operator: str) -> HttpResponse:
        """Show it."""
        return self.show(request, tenant, operator, PauseForm())

    def show(
        self,
        request: HttpRequest,
        tenant: str,
        operator: str,
        form: PauseForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        """Show it with the form as it was typed."""
        whose = _whose(tenant, operator)
        today = terms.local_day(utc_now())
        owed = queries.receivable(**whose)
        if owed is None:
            raise Http404
        asking = queries.asking(tenant_ids=[whose["tenant_id"]], today=today)
        told = asking.get((whose["tenant_id"], whose["operator_id"]))
        paused = wallet_state(tenant_id=whose["tenant_id"]).paused_reason
        may_act = Staff.FINANCE in rights_of(request).staff_roles
        level = told.level if told else 0
        context = {
            "tenant": organisation_by_code(code=tenant),
            "operator": organisation_by_code(code=operator),
            "table": items_table(items_of([owed], today=today)),
            "owed": figures.money(owed.owed),
            "unbilled": figures.money(owed.unbilled),
            "asking": told,
            "is_stopped": paused == queries.OVERDUE,
            "may_stop": may_act and level >= terms.LAST_LEVEL and not paused,
            "may_act": may_act,
            "form": form if may_act and not (told and told.paused_until) else None,
        }
        return render(request, "portal/receivable.html", context, status=status)

    def post(self, request: HttpRequest, tenant: str, operator: str) -> HttpResponse:
        """Do what finance decided."""
        if Staff.FINANCE not in rights_of(request).staff_roles:
            return HttpResponse(status=403)
        whose = {**_whose(tenant, operator), "user_id": self.user_id, "now": utc_now()}
        if request.POST.get("action") == "pause":
            return self._pause(request, tenant, operator, whose)
        acts: dict[str, Callable[..., None]] = {
            "go_on": operations.end_pause,
            "stop": operations.stop_spending,
            "let_spend": operations.let_spend,
        }
        act = acts.get(request.POST.get("action", ""))
        if act is None:
            messages.error(request, _("Choose what is to be done."))
            return redirect("receivable", tenant=tenant, operator=operator)
        try:
            act(**whose)
        except UnableToStopSpending:
            messages.error(
                request,
                _("Only what is overdue and was asked for at the last level stops spending."),
            )
        else:
            messages.success(request, _("It is done."))
        return redirect("receivable", tenant=tenant, operator=operator)

    def _pause(
        self, request: HttpRequest, tenant: str, operator: str, whose: dict[str, Any]
    ) -> HttpResponse:
        form = PauseForm(request.POST)
        if not form.is_valid():
            return self.show(request, tenant, operator, form, status=422)
        try:
            operations.pause_dunning(**whose, **form.cleaned_data)
        except UnableToPauseDunning:
            form.add_error("until", _("Name a day from today on; or asking rests already."))
            return self.show(request, tenant, operator, form, status=422)
        messages.success(request, _("Nothing is asked until then."))
        return redirect("receivable", tenant=tenant, operator=operator)


def _whose(tenant: str, operator: str) -> dict[str, int]:
    try:
        return {
            "tenant_id": organisation_by_code(code=tenant).pk,
            "operator_id": organisation_by_code(code=operator).pk,
        }
    except OrganisationNotFound as error:
        raise Http404 from error

"""The desk of finance: how far a month's settlement is, what it claims, and starting it."""

from datetime import date
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.settlement import operations, queries
from compute_billing.settlement import run as runs
from kernel import seals
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.queries import BillingMonthMissing
from portal.access import FUND_READERS, RUN_READERS, GuardedView, rights_of, viewer
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import says
from portal.operator_desk import address_of, chosen_texts
from portal.settlement_pages import (
    CLAIM_COLUMNS,
    RUN_COLUMNS,
    STATEMENT_COLUMNS,
    STEPS,
    claim_cells,
    claim_row,
    run_cells,
    run_page,
    statement_cells,
    statement_row,
)

TABLES: Final = ("tenants", "claims", "statements")


class RunReaders(GuardedView):
    """A page about the settlement of a month."""

    allowed_staff_roles = RUN_READERS.allowed_staff_roles

    def asked(self, request: HttpRequest) -> tuple[date | None, list[date]]:
        """Return the month that is asked for, else the newest, and those to choose from.

        Raises:
            Http404: there is no such month.
        """
        months = runs.months_with_books()
        text = request.GET.get("month", "")
        if not text:
            return (months[0] if months else None), months
        return _month(text), months

    def run(self, month: date) -> runs.Run:
        """Return how far a month is.

        Raises:
            Http404: there is no such month.
        """
        try:
            return runs.run_of(month=month, now=utc_now())
        except BillingMonthMissing as error:
            raise Http404 from error


def _month(text: str) -> date:
    try:
        return parse_month(text)
    except UnableToReadMonth as error:
        raise Http404 from error


def _head() -> str:
    found = seals.head()
    return "" if found is None else found.to_text()


def may_start(request: HttpRequest) -> bool:
    """Say whether who asks may wake the workers; everybody else only looks."""
    return Staff.FINANCE in rights_of(request).staff_roles


def _asked_for(request: HttpRequest, *, month: date) -> dict[str, str]:
    return {"month": month_text(month), **chosen_texts(request, ("step", "text"))}


def _tenants(run: runs.Run, asked: dict[str, str]) -> list[runs.TenantRun]:
    return [
        tenant
        for tenant in run.tenants
        if asked["step"] in ("", tenant.step.value)
        and says((tenant.name, tenant.code), text=asked["text"])
    ]


def _progress(request: HttpRequest, run: runs.Run) -> dict[str, object]:
    """Return what the part of the page that shows progress is drawn from."""
    asked = _asked_for(request, month=run.month)
    return {
        "page": run_page(run, shown=_tenants(run, asked)),
        "chosen": asked,
        "is_filtered": bool(asked["step"] or asked["text"]),
        "run_address": address_of(asked),
        "tenants_address": address_of({**asked, "table": "tenants"}),
        "may_start": may_start(request),
    }


class SettlementRunView(RunReaders):
    """A month's run, its claims and its statements."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it, or send one of its tables as a file."""
        kind = wanted_kind(request)
        month, months = self.asked(request)
        if month is None:
            return render(request, "portal/settlement_run.html", {"page": None})
        run = self.run(month)
        if kind is not None:
            return _file(request, kind=kind, run=run)
        choices = months if month in months else [month, *months]
        context = {
            **_progress(request, run),
            "steps": STEPS.items(),
            "months": [(month_text(choice), choice == month) for choice in choices],
            "claims": [claim_row(claim) for claim in queries.claims_of(month=month)],
            "statements": [statement_row(one) for one in queries.statements_of(month=month)],
            "head": _head(),
            "may_read_claims": viewer(rights=rights_of(request), rule=FUND_READERS) is not None,
        }
        return render(request, "portal/settlement_run.html", context)


def _file(request: HttpRequest, *, kind: str, run: runs.Run) -> FileAnswer:
    table = request.GET.get("table", TABLES[0])
    name = f"settlement-{month_text(run.month)}-{table}"
    if table == "tenants":
        found = _tenants(run, _asked_for(request, month=run.month))
        return file_response(name=name, kind=kind, columns=RUN_COLUMNS, rows=run_cells(found))
    if table == "claims":
        claims = queries.claims_of(month=run.month)
        rows = claim_cells(claims, head=_head())
        return file_response(name=name, kind=kind, columns=CLAIM_COLUMNS, rows=rows)
    if table == "statements":
        statements = queries.statements_of(month=run.month)
        rows = statement_cells(statements, head=_head())
        return file_response(name=name, kind=kind, columns=STATEMENT_COLUMNS, rows=rows)
    raise Http404


class SettlementProgressView(RunReaders):
    """The part of the page that shows progress, drawn anew every two seconds."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        month, _months = self.asked(request)
        if month is None:
            return HttpResponse(status=204)
        context = _progress(request, self.run(month))
        return render(request, "portal/settlement_progress.html", context)


class StartSettlementView(GuardedView):
    """Wake the workers for a month; what there is to do stands in the database."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = (Staff.FINANCE,)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Nudge, and go back to the page."""
        text = request.POST.get("month", "")
        if not text:
            messages.error(request, _("Choose a month first."))
            return redirect("settlement-run")
        month = _month(text)
        try:
            operations.request_run(
                month=month, actor=Actor.user(request.user.pk or 0), now=utc_now()
            )
        except BillingMonthMissing as error:
            raise Http404 from error
        except operations.UnableToStartRun:
            messages.error(request, _("The month cannot be closed yet."))
        else:
            messages.success(request, _("The workers were woken."))
        return redirect(f"{reverse('settlement-run')}?month={month_text(month)}")

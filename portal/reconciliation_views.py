"""The operator's desk: a source's own totals of a month against the books."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from compute_billing.metering import desk, reconciling
from compute_billing.metering.queries import source_by_code
from compute_billing.metering.reconciling import Difference, TotalsLine
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.quantities import card_seconds_text
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.operator_desk import ActingView, DeskView, address_of, chosen_texts
from portal.reconciliation_forms import ExplainForm, TotalsForm
from portal.reconciliation_pages import totals_page, totals_table

TOTALS_COLUMNS: Final = ("source", "month", "accounts", "quantity_card_seconds", "delivered_at")
DIFFERENCE_COLUMNS: Final = (
    *("tenant", "name", "accounts", "stated_card_seconds", "recorded_card_seconds"),
    *("difference_card_seconds", "reason", "decided_at"),
)


class ReconciliationView(DeskView):
    """The totals that sources have given, and a form for the next ones."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            rows = (_totals_cells(line) for line in _chosen_totals(_chosen(request)))
            return file_response(name="totals", kind=kind, columns=TOTALS_COLUMNS, rows=rows)
        return _reconciliation(self, form=_totals_form(), status=200)


class DeliverTotalsView(ActingView):
    """Take in what a source says was used in a month."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it and show the differences, or say what is wrong with it."""
        form = _totals_form(request)
        if not form.is_valid():
            return _reconciliation(self, form=form, status=422)
        try:
            totals = reconciling.deliver_totals(
                source_id=source_by_code(form.cleaned_data["source"]).pk,
                month=form.cleaned_data["month"],
                quantities=form.cleaned_data["totals"],
                delivered_by_id=self.user_id,
                now=utc_now(),
            )
        except DomainError:
            form.add_error(None, _("There is no such billing month, or no account is named."))
            return _reconciliation(self, form=form, status=409)
        return redirect("operator-totals", totals_id=totals.public_id)


class TotalsView(DeskView):
    """A source's month beside the books, tenant by tenant."""

    def get(self, request: HttpRequest, totals_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send it as a file."""
        totals = _found(totals_id)
        kind = wanted_kind(request)
        if kind is not None:
            found = reconciling.differences(public_id=totals_id)
            rows = (_cells(line) for line in _wanted(request, found))
            name = f"differences-{totals.source}-{month_text(totals.month)}"
            return file_response(name=name, kind=kind, columns=DIFFERENCE_COLUMNS, rows=rows)
        return _totals(self, totals, form=ExplainForm(), status=200)


class ExplainView(ActingView):
    """Say why a source and the books differ about a tenant."""

    def post(self, request: HttpRequest, totals_id: UUID) -> HttpResponse:
        """Keep it, while the difference is what was seen."""
        totals, form = _found(totals_id), ExplainForm(request.POST)
        if not form.is_valid():
            return _totals(self, totals, form=form, status=422)
        try:
            reconciling.explain_difference(
                public_id=totals_id,
                decided_by_id=self.user_id,
                now=utc_now(),
                **form.cleaned_data,
            )
        except reconciling.DifferenceChanged:
            messages.warning(request, _("This difference has changed or is explained: look again."))
        else:
            messages.success(request, _("The difference is explained."))
        return redirect("operator-totals", totals_id=totals_id)


def _totals_form(request: HttpRequest | None = None) -> TotalsForm:
    return TotalsForm(None if request is None else request.POST, sources=desk.source_names())


def _reconciliation(view: DeskView, *, form: TotalsForm, status: int) -> HttpResponse:
    chosen = _chosen(view.request)
    return view.page(
        view.request,
        "reconciliation.html",
        status=status,
        table=totals_table(_chosen_totals(chosen)),
        form=form,
        sources=desk.source_names(),
        chosen=chosen,
        address=address_of(chosen),
    )


def _chosen(request: HttpRequest) -> dict[str, str]:
    return chosen_texts(request, ("source", "month"))


def _chosen_totals(chosen: dict[str, str]) -> list[TotalsLine]:
    """Return the totals that the filters find.

    Raises:
        Http404: what is named is no month.
    """
    try:
        month = parse_month(chosen["month"]) if chosen["month"] else None
    except UnableToReadMonth as error:
        raise Http404 from error
    return reconciling.totals_page(source=chosen["source"] or None, month=month)


def _totals(view: DeskView, totals: TotalsLine, *, form: ExplainForm, status: int) -> HttpResponse:
    chosen = chosen_texts(view.request, ("state",))
    found = reconciling.differences(public_id=totals.public_id)
    page = totals_page(totals, found, shown=_wanted(view.request, found))
    return view.page(
        view.request,
        "totals.html",
        status=status,
        page=page,
        form=form,
        chosen=chosen,
        address=address_of(chosen),
    )


def _wanted(request: HttpRequest, found: list[Difference]) -> list[Difference]:
    """Return the differences that the filter finds: all, or those that wait for somebody.

    Raises:
        Http404: there is no such filter.
    """
    state = request.GET.get("state", "")
    if state not in {"", "open"}:
        raise Http404
    return [line for line in found if line.is_open] if state else found


def _found(totals_id: UUID) -> TotalsLine:
    try:
        return reconciling.totals_of(public_id=totals_id)
    except reconciling.UnknownTotals as error:
        raise Http404 from error


def _totals_cells(line: TotalsLine) -> list[Cell]:
    return [
        line.source,
        month_text(line.month),
        line.accounts,
        Decimal(card_seconds_text(line.quantity)),
        line.delivered_at,
    ]


def _cells(line: Difference) -> list[Cell]:
    return [
        line.tenant,
        line.tenant_name,
        " ".join(line.accounts),
        Decimal(card_seconds_text(line.stated)),
        Decimal(card_seconds_text(line.recorded)),
        Decimal(card_seconds_text(line.difference)),
        line.reason,
        line.decided_at,
    ]

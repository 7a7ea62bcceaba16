"""The desk of the buyer: his bills."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compute_billing.audit.usage import UsageTenant
from compute_billing.einvoices import queries as invoiced
from compute_billing.invoices import documents, queries
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.worlds import is_sandbox
from portal.access import BILL_READERS, rights_of
from portal.bill_file import BILL_COLUMNS, LINE_COLUMNS, bill_rows, line_rows
from portal.bill_pages import bill_page, bill_row
from portal.documents import known_language, pdf_response
from portal.einvoice_views import MONEY_ROLES
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.tenant_view import TenantPage, TenantView

PAGE_ROWS: Final = 24


class BillReadersView(TenantView):
    """A page about a tenant's bills."""

    allowed_roles = BILL_READERS.allowed_roles
    allowed_staff_roles = BILL_READERS.allowed_staff_roles

    def holder_of(self, bill_id: UUID) -> int:
        """Return whose bill it is; somebody else's is as absent as one that never was."""
        try:
            return queries.holder_of_invoice(public_id=bill_id, tenant_ids=self.viewer.tenant_ids)
        except queries.UnknownInvoice as error:
            raise Http404 from error


class BillsView(BillReadersView, TenantPage):
    """A tenant's bills, the latest first."""

    template = "portal/bills.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return a page of them."""
        found = self._found(request, tenant_id=tenant.tenant_id)
        rows = [bill_row(bill) for bill in found[:PAGE_ROWS]]
        months = queries.billed_months(tenant_id=tenant.tenant_id)
        return {
            "page": {"tenant": tenant, "rows": rows},
            "after": rows[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": not request.GET.get("after"),
            "months": [month_text(one) for one in months],
            "month": request.GET.get("month", ""),
            "address": urlencode({"tenant": tenant.code, **_asked(request)}),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return all of them, filtered as the page is."""
        return file_response(
            name=f"bills-{tenant.code}",
            kind=kind,
            columns=BILL_COLUMNS,
            rows=bill_rows(tenant_id=tenant.tenant_id, month=_month(request)),
        )

    def _found(self, request: HttpRequest, *, tenant_id: int) -> list[object]:
        try:
            after = UUID(text) if (text := request.GET.get("after", "")) else None
            bills = queries.invoice_page(
                tenant_id=tenant_id, month=_month(request), after=after, limit=PAGE_ROWS + 1
            )
        except (ValueError, queries.UnknownInvoice) as error:
            raise Http404 from error
        return [*bills]


def _month(request: HttpRequest) -> date | None:
    """Return the month by which bills are filtered.

    Raises:
        Http404: it is no month.
    """
    text = request.GET.get("month", "")
    try:
        return parse_month(text) if text else None
    except UnableToReadMonth as error:
        raise Http404 from error


def _asked(request: HttpRequest) -> dict[str, str]:
    text = request.GET.get("month", "")
    return {"month": text} if text else {}


class BillView(BillReadersView):
    """A bill with its taxes and lines, to be read and printed."""

    def get(self, request: HttpRequest, bill_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its lines."""
        kind = wanted_kind(request)
        tenant_id = self.holder_of(bill_id)
        bill, lines = queries.invoice_in_words(tenant_id=tenant_id, public_id=bill_id)
        if kind is not None:
            return file_response(
                name=f"bill-{bill.series}-{bill.number:06d}",
                kind=kind,
                columns=LINE_COLUMNS,
                rows=line_rows(lines),
            )
        page = bill_page(
            bill,
            lines,
            queries.credits_on(bill),
            einvoices=invoiced.einvoices_on(invoice_ids=[bill.pk])[bill.pk],
            may_ask=self._may_ask(bill),
            is_red_due=bill.kind == "credit_note"
            and bool(invoiced.red_letters_due(invoice_id=bill.pk)),
        )
        return render(request, "portal/bill.html", {"page": page})

    def _may_ask(self, bill: Any) -> bool:
        """Say whether the viewer may ask for the e-invoice of a bill that has none."""
        roles = rights_of(self.request).roles_by_organisation.get(bill.tenant_id, frozenset())
        may = not roles.isdisjoint(MONEY_ROLES) and not is_sandbox(bill.tenant_id)
        return (
            may
            and bill.kind == "bill"
            and bill.total_fen > 0
            and not invoiced.is_live(invoice_id=bill.pk)
        )


class BillDocumentView(BillReadersView):
    """A bill as a PDF, in one of the languages of the house."""

    def get(self, request: HttpRequest, bill_id: UUID, language: str) -> HttpResponse:
        """Send the document."""
        del request
        tenant_id = self.holder_of(bill_id)
        document = documents.bill_document(
            tenant_id=tenant_id, public_id=bill_id, language=known_language(language)
        )
        return pdf_response(document)

"""The issuer's desk of e-invoices: what waits, files out, answers in, red letters, tax codes."""

from collections.abc import Collection, Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Role, Staff
from compute_billing.einvoices import operations, queries
from compute_billing.einvoices.answer_file import UnableToReadAnswers, read_answers
from kernel import uploads
from kernel.clock import utc_now
from portal.access import GuardedView, rights_of
from portal.einvoice_forms import AnswerForm, AnswersForm, RedForm
from portal.einvoice_pages import (
    EINVOICE_COLUMNS,
    STATES,
    due_cells,
    due_table,
    einvoice_cells,
    einvoice_page,
    einvoices_table,
    file_cells,
    files_table,
    lines_table,
)
from portal.einvoice_views import MONEY_ROLES
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.operator_desk import address_of, chosen_texts
from portal.verification.words import REFUSALS

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
FILES_MAX: Final = 20
TYPES: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
DUE_COLUMNS: Final = ("credit_note", "tenant", "corrects", "net")
FILE_COLUMNS: Final = ("id", "issuer", "made_at", "einvoices", "sha256")


class DeskReadersView(GuardedView):
    """A page of the desk: the house's finance for every issuer, members for their own."""

    allowed_roles: Collection[Role] = MONEY_ROLES
    allowed_staff_roles: Collection[Staff] = {Staff.FINANCE, Staff.AUDITOR}

    @property
    def may_act(self) -> bool:
        """Say whether he may change anything here; an auditor reads."""
        return not self.viewer.sees_everyone or Staff.FINANCE in rights_of(self.request).staff_roles

    @property
    def issuer_ids(self) -> list[int] | None:
        """Return for whom he acts; None is every issuer."""
        return self.viewer.tenant_ids

    def known(self, einvoice_id: UUID) -> Any:
        """Return an e-invoice of these issuers.

        Raises:
            Http404: there is none such.
        """
        try:
            return queries.einvoice_of(public_id=einvoice_id, issuer_ids=self.issuer_ids)
        except queries.UnknownEInvoice as error:
            raise Http404 from error

    def issuers(self) -> list[tuple[str, str]]:
        """Return the issuers for whom he acts, as choices."""
        found = queries.issuers_among(self.issuer_ids)
        return [(str(issuer.public_id), issuer.name) for issuer in found]

    def issuer_id(self, public_id: str) -> int | None:
        """Return one of them; None where it is none of them."""
        for issuer in queries.issuers_among(self.issuer_ids):
            if str(issuer.public_id) == public_id:
                return int(issuer.pk)
        return None


class DeskActorsView(DeskReadersView):
    """Something that finance does."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = {Staff.FINANCE}


class DeskView(DeskReadersView):
    """E-invoices of these issuers, what waits, what is due, and what was exported."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send one of the tables as a file."""
        chosen, kind = _chosen(request), wanted_kind(request)
        if kind is not None:
            return self._file(request, chosen, kind=kind)
        return desk_page(self, request, form=AnswersForm(), status=200)

    def _file(self, request: HttpRequest, chosen: dict[str, str], *, kind: str) -> FileAnswer:
        table, ids = request.GET.get("table", ""), self.issuer_ids
        if table == "due":
            rows: Any = due_cells(queries.red_letters_due(issuer_ids=ids))
            return file_response(name="red-letters", kind=kind, columns=DUE_COLUMNS, rows=rows)
        if table == "files":
            rows = file_cells(queries.files_of(issuer_ids=ids, limit=FILE_ROWS))
            return file_response(name="files", kind=kind, columns=FILE_COLUMNS, rows=rows)
        rows = einvoice_cells(_every(ids, chosen))
        return file_response(name="e-invoices", kind=kind, columns=EINVOICE_COLUMNS, rows=rows)


def desk_page(
    view: DeskReadersView, request: HttpRequest, *, form: AnswersForm, status: int
) -> HttpResponse:
    """Draw the desk, with the form of answers as it was sent where something was wrong."""
    chosen, cursor = _chosen(request), request.GET.get("cursor", "")
    found = _page(view.issuer_ids, chosen, after=_uuid(cursor), limit=PAGE_ROWS + 1)
    rows, ids = found[:PAGE_ROWS], view.issuer_ids
    waiting = queries.waiting_counts(issuer_ids=ids)
    issuers = queries.issuers_among(ids)
    context = {
        "table": einvoices_table(rows, page="einvoice-desk-one", shows_tenant=True),
        "due": due_table(queries.red_letters_due(issuer_ids=ids)),
        "files": files_table(queries.files_of(issuer_ids=ids, limit=FILES_MAX)),
        "waiting": [
            {"id": str(one.public_id), "name": one.name, "count": waiting[one.pk]}
            for one in issuers
            if one.pk in waiting
        ],
        "is_issuer": bool(issuers),
        "states": list(STATES.items()),
        "chosen": chosen,
        "address": address_of(chosen),
        "cursor": rows[-1].public_id if len(found) > PAGE_ROWS else "",
        "is_first": not cursor,
        "may_act": view.may_act,
        "form": form,
    }
    return render(request, "portal/einvoice_desk.html", context, status=status)


def _chosen(request: HttpRequest) -> dict[str, str]:
    chosen = chosen_texts(request, ("state",))
    if chosen["state"] not in {"", *STATES}:
        raise Http404
    return chosen


def _page(
    issuer_ids: list[int] | None, chosen: dict[str, str], *, after: UUID | None, limit: int
) -> list[Any]:
    try:
        return list(
            queries.einvoice_page(
                issuer_ids=issuer_ids, state=chosen["state"], after=after, limit=limit
            )
        )
    except queries.UnknownEInvoice as error:
        raise Http404 from error


def _every(issuer_ids: list[int] | None, chosen: dict[str, str]) -> Iterator[Any]:
    after = None
    while page := _page(issuer_ids, chosen, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


class ExportView(DeskActorsView):
    """Write what waits for an issuer into a file."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it; the file stands on the desk from now on."""
        issuer_id = self.issuer_id(request.POST.get("issuer", ""))
        if issuer_id is None:
            messages.error(request, _("Choose whose requests are exported."))
            return redirect("einvoice-desk")
        try:
            made = operations.export_einvoices(
                issuer_id=issuer_id, user_id=self.user_id, now=utc_now()
            )
        except operations.NothingToExport:
            messages.warning(request, _("Nothing waits: what was exported stands below."))
        else:
            told = _("%(count)s e-invoices were exported: download the file below.")
            messages.success(request, told % {"count": made.einvoices})
        return redirect("einvoice-desk")


class FileView(DeskReadersView):
    """An exported file, the same bytes whenever it is asked for."""

    def get(self, request: HttpRequest, file_id: UUID, form: str) -> HttpResponse:
        """Send it."""
        del request
        if form not in TYPES:
            raise Http404
        try:
            content = queries.file_of(issuer_ids=self.issuer_ids, public_id=file_id, form=form)
        except queries.UnknownEInvoice as error:
            raise Http404 from error
        name = f"e-invoices-{file_id}.{form}"
        return HttpResponse(
            content,
            content_type=TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class AnswersView(DeskActorsView):
    """Take in what the tax bureau's software hands back."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Tell what came of it, line by line where something did not fit."""
        form = AnswersForm(request.POST, request.FILES)
        if not form.is_valid():
            return desk_page(self, request, form=form, status=422)
        content = form.cleaned_data["file"].read()
        try:
            uploads.scan(content)
            answers = read_answers(content)
        except uploads.UploadRefused as error:
            form.add_error("file", str(REFUSALS[error.reason]))
            return desk_page(self, request, form=form, status=422)
        except UnableToReadAnswers:
            form.add_error("file", _("No table with a column 单据号: export the answers as CSV."))
            return desk_page(self, request, form=form, status=422)
        outcomes = operations.record_answers(
            issuer_ids=self.issuer_ids, answers=answers, actor=self.actor, now=utc_now()
        )
        stored = sum(not outcome.problem for outcome in outcomes)
        told = _("%(stored)s of %(lines)s answers stand now.")
        messages.success(request, told % {"stored": stored, "lines": len(outcomes)})
        for outcome in outcomes:
            if outcome.problem:
                said = f"{outcome.position}: {outcome.document_no}: {outcome.problem}"
                messages.warning(request, said)
        return redirect("einvoice-desk")


class OneView(DeskReadersView):
    """An e-invoice with its lines, its answer and its red letters."""

    def get(self, request: HttpRequest, einvoice_id: UUID) -> HttpResponse:
        """Show it."""
        return one_page(self, request, einvoice_id, status=200)


def one_page(
    view: DeskReadersView,
    request: HttpRequest,
    einvoice_id: UUID,
    *,
    status: int,
    answer: AnswerForm | None = None,
    red: RedForm | None = None,
) -> HttpResponse:
    """Draw an e-invoice, with forms as they were sent where something was wrong."""
    found = view.known(einvoice_id)
    is_blue = found.colour == queries.Colour.BLUE
    is_issued = found.state == queries.State.ISSUED
    context = {
        "page": einvoice_page(found, queries.red_letters_of(found)),
        "table": lines_table(queries.lines_of(found), sign=1 if is_blue else -1),
        "may_answer": view.may_act and found.state in {"requested", "exported"},
        "may_reverse": view.may_act and is_blue and is_issued,
        "answer": answer or AnswerForm(),
        "red": red or _red_form(found, initial={"credit_note": request.GET.get("credit_note", "")}),
    }
    return render(request, "portal/einvoice_desk_one.html", context, status=status)


def _red_form(found: Any, data: Any = None, **options: Any) -> RedForm:
    due = queries.red_letters_due(tenant_ids=[found.tenant_id])
    notes = [
        (str(one.credit_note), one.credit_note_number) for one in due if one.blue == found.public_id
    ]
    return RedForm(data, notes=notes, **options)


class AnswerView(DeskActorsView):
    """Store a number or a refusal by hand."""

    def post(self, request: HttpRequest, einvoice_id: UUID) -> HttpResponse:
        """Do it, or tell what is wrong."""
        found, form = self.known(einvoice_id), AnswerForm(request.POST)
        if not form.is_valid():
            return one_page(self, request, einvoice_id, answer=form, status=422)
        answer = operations.Answer(document_no=found.document_no, **form.cleaned_data)
        try:
            operations.record_answer(
                issuer_ids=self.issuer_ids, answer=answer, actor=self.actor, now=utc_now()
            )
        except operations.MalformedEInvoiceNumber:
            form.add_error(
                "number", _("20 digits: year, province, channel and serial; copy it whole.")
            )
        except operations.UnableToRecordAnswer:
            form.add_error(
                None,
                _("Either a number that stands nowhere else, with its day, or a reason."),
            )
        except operations.EInvoiceAnswered:
            messages.warning(request, _("Somebody was faster: look again."))
            return redirect("einvoice-desk-one", einvoice_id)
        else:
            messages.success(request, _("Stored: the buyer was told."))
            return redirect("einvoice-desk-one", einvoice_id)
        return one_page(self, request, einvoice_id, answer=form, status=422)


class ReverseView(DeskActorsView):
    """Ask for a red letter."""

    def post(self, request: HttpRequest, einvoice_id: UUID) -> HttpResponse:
        """Do it, or tell what is wrong."""
        found = self.known(einvoice_id)
        form = _red_form(found, request.POST)
        if not form.is_valid():
            return one_page(self, request, einvoice_id, red=form, status=422)
        note = form.cleaned_data["credit_note"]
        correction = operations.Correction(
            blue_id=einvoice_id,
            credit_note_id=UUID(note) if note else None,
            reason=form.cleaned_data["reason"],
            confirmation_no=form.cleaned_data["confirmation_no"],
        )
        try:
            made = operations.request_red_letter(
                issuer_ids=self.issuer_ids, correction=correction, actor=self.actor, now=utc_now()
            )
        except operations.UnableToReverse:
            form.add_error(
                None,
                _(
                    "All that is left is taken back for reason 01 alone, a part for its credit "
                    "note; and something must be left."
                ),
            )
            return one_page(self, request, einvoice_id, red=form, status=422)
        except operations.AlreadyReversed:
            messages.warning(request, _("Somebody was faster: look again."))
            return redirect("einvoice-desk-one", einvoice_id)
        messages.success(request, _("It waits for export like any other."))
        return redirect("einvoice-desk-one", made.public_id)

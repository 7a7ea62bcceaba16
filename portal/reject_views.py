"""The operator's desk: rejects are found, mended and tried again."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.api_paging import CursorMalformed, decoded, read_cursor, small_number_of, uuid_of
from accounts.queries import organisation_by_code
from compute_billing.contracts.queries import project_by_code
from compute_billing.metering import desk, operations
from compute_billing.metering.desk import DeskFilter, RejectLine
from compute_billing.metering.operations import Decided, RejectFilter
from compute_billing.metering.queries import source_by_code
from kernel.clock import utc_now
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.operator_desk import (
    ActingView,
    DeskView,
    address_of,
    chosen_texts,
    local_midnight,
)
from portal.reject_forms import MapAccountForm
from portal.reject_pages import (
    RETRY_COLUMNS,
    offered,
    place_of,
    reject_page,
    rejects_table,
    retries_table,
    retry_cells,
    retry_page,
)

PAGE_ROWS: Final = 50
RETRIES_SHOWN: Final = 5
# `?table=` of the file of retries, and how many it has at most.
RETRIES: Final = "retries"
RETRIES_IN_FILE: Final = 1_000
FILTERS: Final = ("source", "reason", "field", "account")
REJECT_COLUMNS: Final = (
    *("source", "origin", "position", "external_id", "account", "reason", "field", "message"),
    *("rejected_at", "payload"),
)


class RejectsView(DeskView):
    """Open rejects, filtered; who may act has them tried again."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all, or what was tried again, as a file."""
        chosen = chosen_texts(request, FILTERS)
        wanted = DeskFilter(**chosen)
        kind = wanted_kind(request)
        if kind is not None and request.GET.get("table") == RETRIES:
            tried = [retry_cells(retry) for retry in desk.newest_retries(limit=RETRIES_IN_FILE)]
            return file_response(name=RETRIES, kind=kind, columns=RETRY_COLUMNS, rows=tried)
        if kind is not None:
            rows = (_cells(reject) for reject in desk.every_reject(wanted=wanted))
            return file_response(name="rejects", kind=kind, columns=REJECT_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = desk.rejects(wanted=wanted, after=_after(cursor), limit=PAGE_ROWS + 1)
        shown, counts = found[:PAGE_ROWS], desk.reject_counts()
        return self.page(
            request,
            "rejects.html",
            table=rejects_table(shown, may_act=self.may_act),
            filters={name: offered(counts, name=name, chosen=chosen[name]) for name in FILTERS[:3]},
            retries=retries_table(desk.newest_retries(limit=RETRIES_SHOWN)),
            chosen=chosen,
            is_filtered=any(chosen.values()),
            address=address_of(chosen),
            cursor=place_of(shown[-1]) if len(found) > PAGE_ROWS else "",
            is_first=not cursor,
        )


class AskRetryView(ActingView):
    """Have chosen rejects tried again, or all of a filter."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand them to the workers, one run for each source, and lead to the progress."""
        chosen = {name: request.POST.get(name, "").replace("\0", "") for name in FILTERS}
        runs = [
            operations.ask_retry(
                source_id=source_id, wanted=wanted, actor=self.actor, now=utc_now()
            )
            for source_id, wanted in _meant(request, DeskFilter(**chosen)).items()
        ]
        if not runs:
            messages.warning(request, _("Choose at least one reject that can be tried again."))
        if len(runs) == 1:
            return redirect("operator-retry", retry_id=runs[0].public_id)
        return redirect(f"{reverse('operator-rejects')}?{address_of(chosen)}")


def _meant(request: HttpRequest, wanted: DeskFilter) -> dict[int, RejectFilter]:
    """Return which rejects of which source are meant: those that were chosen, or the filter's."""
    if request.POST.get("all"):
        of_filter = RejectFilter(reason=wanted.reason, field=wanted.field, account=wanted.account)
        return dict.fromkeys(desk.sources_to_retry(wanted=wanted), of_filter)
    words = [decoded(word, parts=2) for word in request.POST.getlist("reject")[:PAGE_ROWS]]
    try:
        places = [(uuid_of(word[0]), small_number_of(word[1])) for word in words if word]
    except CursorMalformed as error:
        raise Http404 from error
    return {
        source_id: RejectFilter(reject_ids=reject_ids)
        for source_id, reject_ids in desk.rejects_by_source(places=places).items()
    }


class RetryView(DeskView):
    """How far a retry has come; the page asks again by itself until it is over."""

    def get(self, request: HttpRequest, retry_id: UUID) -> HttpResponse:
        """Show it, or the part that changes alone."""
        try:
            retry = desk.retry(public_id=retry_id)
        except desk.UnknownRetry as error:
            raise Http404 from error
        if request.headers.get("HX-Target") == "progress":
            return render(request, "portal/operator/progress.html", {"page": retry_page(retry)})
        return self.page(request, "retry.html", page=retry_page(retry))


class RejectView(DeskView):
    """A reject: what is wrong, where, and how to mend it, with what was delivered."""

    def get(self, request: HttpRequest, import_id: UUID, position: int) -> HttpResponse:
        """Show it."""
        return _reject(self, import_id, position, form=_map_form())


class MapAccountView(ActingView):
    """Say whose the account of a reject is."""

    def post(self, request: HttpRequest, import_id: UUID, position: int) -> HttpResponse:
        """Map it, and have its rejects tried again if that is wanted."""
        reject = _found(import_id, position)
        form = _map_form(request)
        if not form.is_valid() or not _mapped(form, reject, decided=self.decided):
            return _reject(self, import_id, position, form=form, status=422)
        messages.success(
            request, _("Account %(account)s is mapped now.") % {"account": reject.account}
        )
        if not form.cleaned_data["retry"]:
            return redirect("operator-rejects")
        run = operations.ask_retry(
            source_id=source_by_code(reject.source).pk,
            wanted=RejectFilter(account=reject.account),
            actor=self.actor,
            now=utc_now(),
        )
        return redirect("operator-retry", retry_id=run.public_id)

    @property
    def decided(self) -> Decided:
        """Return who decides, and when."""
        return Decided(actor=self.actor, now=utc_now())


def _map_form(request: HttpRequest | None = None) -> MapAccountForm:
    tenants = [(holder.code, f"{holder.name} · {holder.code}") for holder in desk.tenants_to_map()]
    return MapAccountForm(None if request is None else request.POST, tenants=tenants)


def _mapped(form: MapAccountForm, reject: RejectLine, *, decided: Decided) -> bool:
    """Map the account as the form says; say in the form why that cannot be."""
    said = form.cleaned_data
    tenant_id = organisation_by_code(code=said["tenant"]).pk
    project = said["project"] and project_by_code(tenant_id=tenant_id, code=said["project"])
    if said["project"] and not project:
        form.add_error("project", _("This tenant has no project of that code."))
        return False
    try:
        operations.map_account(
            source_id=source_by_code(reject.source).pk,
            account=reject.account,
            tenant_id=tenant_id,
            project_id=project.pk if project else None,
            valid_from=local_midnight(said["valid_from"]),
            valid_until=local_midnight(said["valid_until"]),
            decided=decided,
        )
    except operations.UnableToMapAccount:
        form.add_error(
            None, _("The account has a tenant for part of that time already, or the time is empty.")
        )
        return False
    return True


def _reject(
    view: DeskView, import_id: UUID, position: int, *, form: MapAccountForm, status: int = 200
) -> HttpResponse:
    page = reject_page(_found(import_id, position))
    return view.page(view.request, "reject.html", status=status, page=page, form=form)


def _found(import_id: UUID, position: int) -> RejectLine:
    try:
        return desk.reject_at(import_id=import_id, position=position)
    except desk.UnknownReject as error:
        raise Http404 from error


def _cells(reject: RejectLine) -> list[Cell]:
    return [
        reject.source,
        reject.origin,
        reject.position,
        reject.external_id,
        reject.account,
        reject.reason,
        reject.field,
        reject.message,
        reject.rejected_at,
        reject.payload,
    ]


def _after(cursor: str) -> tuple[UUID, int] | None:
    if not cursor:
        return None
    try:
        import_id, position = read_cursor(cursor, parts=2)
        return uuid_of(import_id), small_number_of(position)
    except CursorMalformed as error:
        raise Http404 from error

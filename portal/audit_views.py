"""The log of decisions: searched, read entry by entry with its proof, taken away as a file."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import queries as accounts
from accounts.permissions import Role
from compute_billing.audit import decisions
from compute_billing.audit.decisions import DecisionFilter
from kernel import seals
from kernel.clock import utc_now
from portal.access import AUDIT_READERS, GuardedView
from portal.decision_pages import (
    COLUMNS,
    COLUMNS_OF_THE_EXCHANGE,
    decision_cells,
    decision_page,
    decision_row,
)
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.wording import worded
from portal.wording_of_decisions import ACTIONS, OBJECTS

PAGE_ROWS: Final = 50
SEALED: Final = "jsonl"
SEALED_TYPE: Final = "application/x-ndjson"


class DecisionForm(forms.Form):
    """What of the log is asked for."""

    actor = forms.CharField(label=_("Who"), max_length=254, required=False)
    action = forms.CharField(label=_("Did what"), max_length=64, required=False)
    subject = forms.CharField(label=_("To what"), max_length=130, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=64, required=False)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Through"), required=False)

    def wanted(self) -> DecisionFilter:
        """Return what is asked for, days being those of the billing time zone."""
        said = self.cleaned_data
        until = said["until"]
        return DecisionFilter(
            actor=said["actor"],
            action=said["action"],
            subject=said["subject"].replace(" ", ""),
            organisation=said["organisation"],
            recorded_from=_midnight(said["since"]),
            recorded_until=None if until is None else _midnight(until + timedelta(days=1)),
        )


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.BILLING_TIME_ZONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Whose log it is: an organisation's, or that of the whole exchange."""

    organisation_id: int | None
    code: str
    name: str

    @property
    def address(self) -> str:
        """Return the address of its list."""
        return reverse("organisation-audit", args=[self.code]) if self.code else reverse("audit")

    def entry(self, public_id: UUID | str) -> str:
        """Return the address of an entry."""
        if self.code:
            return reverse("organisation-audit-entry", args=[self.code, public_id])
        return reverse("audit-entry", args=[public_id])


EXCHANGE: Final = Log(organisation_id=None, code="", name="")


class ListOfDecisions(GuardedView):
    """The log, filtered; subclasses say whose."""

    def answer(self, request: HttpRequest, log: Log) -> HttpResponse | FileAnswer:
        """Show a page of it, or send all that is wanted as a file."""
        form = DecisionForm(request.GET)
        wanted = form.wanted() if form.is_valid() else None
        if wanted is not None and request.GET.get("file") == SEALED and not log.code:
            return _sealed(wanted)
        kind = wanted_kind(request)
        if kind is not None:
            if wanted is None:
                raise Http404
            found = decisions.decisions(wanted=wanted, organisation_id=log.organisation_id)
            return file_response(
                name=_file_name(log),
                kind=kind,
                columns=COLUMNS if log.code else COLUMNS_OF_THE_EXCHANGE,
                rows=decision_cells(found, of_the_exchange=not log.code),
            )
        return self._page(request, log, form=form, wanted=wanted)

    def _page(
        self, request: HttpRequest, log: Log, *, form: DecisionForm, wanted: DecisionFilter | None
    ) -> HttpResponse:
        found = [] if wanted is None else _found(request, log, wanted=wanted)
        told = {name: text for name, text in _typed(form).items() if text}
        head = seals.head()
        rows = [decision_row(one) for one in found[:PAGE_ROWS]]
        context = {
            "log": log,
            "form": form,
            "rows": [(log.entry(row.public_id), row) for row in rows],
            "actions": [(code, worded(ACTIONS, code)) for code in _actions(log)],
            "objects": sorted(OBJECTS),
            "address": urlencode(told),
            "is_filtered": bool(told),
            "after": rows[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": not request.GET.get("after"),
            "head": "" if head is None else head.to_text(),
            "lag": int(seals.lag(now=utc_now()).total_seconds()),
        }
        return render(request, "portal/decisions.html", context, status=422 if form.errors else 200)


def _typed(form: DecisionForm) -> dict[str, str]:
    return {name: str(form[name].value() or "").strip() for name in form.fields}


def _actions(log: Log) -> list[str]:
    """Return what may be chosen; an organisation is not told what the exchange ever does."""
    return sorted(ACTIONS) if log.code else decisions.actions()


def _found(request: HttpRequest, log: Log, *, wanted: DecisionFilter) -> list[decisions.Decision]:
    wanted = replace(wanted, organisation="") if log.code else wanted
    try:
        return decisions.decision_page(
            wanted=wanted,
            organisation_id=log.organisation_id,
            after=UUID(text) if (text := request.GET.get("after", "")) else None,
            limit=PAGE_ROWS + 1,
        )
    except (ValueError, decisions.UnknownDecision) as error:
        raise Http404 from error


def _file_name(log: Log) -> str:
    return f"decisions-{log.code}" if log.code else "decisions"


def _sealed(wanted: DecisionFilter) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        decisions.sealed_file(wanted=wanted),
        content_type=SEALED_TYPE,
        headers={"Content-Disposition": 'attachment; filename="decisions.jsonl"'},
    )


def show_entry(request: HttpRequest, log: Log, entry_id: UUID) -> HttpResponse:
    """Show an entry with its seal, and recompute the chain up to it.

    Raises:
        Http404: there is none, or it is another organisation's.
    """
    try:
        found = decisions.decision(public_id=entry_id, organisation_id=log.organisation_id)
    except decisions.UnknownDecision as error:
        raise Http404 from error
    proof = None if found.seal_no is None else decisions.prove_chain(last_no=found.seal_no)
    context = {"log": log, "page": decision_page(found, proof=proof)}
    return render(request, "portal/decision.html", context)


class AuditView(ListOfDecisions):
    """The log of the whole exchange."""

    allowed_staff_roles = AUDIT_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it."""
        return self.answer(request, EXCHANGE)


class AuditEntryView(GuardedView):
    """An entry of the log of the whole exchange."""

    allowed_staff_roles = AUDIT_READERS.allowed_staff_roles

    def get(self, request: HttpRequest, entry_id: UUID) -> HttpResponse:
        """Show it."""
        return show_entry(request, EXCHANGE, entry_id)


class OrganisationAuditView(ListOfDecisions):
    """The log of an organisation, for its owners."""

    allowed_roles = (Role.OWNER,)

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show it; another organisation's is absent."""
        return self.answer(request, owned_log(self, code))


class OrganisationAuditEntryView(GuardedView):
    """An entry of the log of an organisation."""

    allowed_roles = (Role.OWNER,)

    def get(self, request: HttpRequest, code: str, entry_id: UUID) -> HttpResponse:
        """Show it; another organisation's is absent."""
        return show_entry(request, owned_log(self, code), entry_id)


def owned_log(view: GuardedView, code: str) -> Log:
    """Return the log of an organisation that the viewer owns.

    Raises:
        Http404: there is none, or the viewer does not own it.
    """
    among = view.viewer.tenant_ids or []
    organisation = accounts.organisation_among(code=code, organisation_ids=among)
    if organisation is None:
        raise Http404
    return Log(organisation_id=organisation.pk, code=organisation.code, name=organisation.name)

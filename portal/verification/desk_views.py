"""The desk of officers: the queue of cases, and one case with everything beside each other."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.verification import queries
from accounts.verification.cases import Case
from accounts.verification.decisions import operations as decisions
from accounts.verification.documents.operations import note_paper_read
from accounts.verification.findings import findings_of, organisation_facts
from accounts.verification.queries import VerificationNotFound
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.access import GuardedView, rights_of, viewer
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.verification.access import DECIDERS, OFFICERS
from portal.verification.desk_pages import (
    FILTERS,
    comparison,
    findings,
    queue_columns,
    queue_lines,
    queue_rows,
)
from portal.verification.forms import DecisionForm
from portal.verification.pages import case_page, decision_lines
from portal.verification.sending import sent_paper

WAITING: Final = "submitted"


class OfficersView(GuardedView):
    """A page for those who check organisations."""

    allowed_staff_roles = OFFICERS.allowed_staff_roles


class QueueView(OfficersView):
    """Cases, those first whose term ends first."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show what the filters ask for, or send it as a file.

        Raises:
            Http404: there is no such state.
        """
        today = utc_now().astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
        chosen = request.GET.get("state", WAITING)
        if chosen not in FILTERS:
            raise Http404
        wanted = request.GET.get("name", "").replace("\0", "").strip()
        late = request.GET.get("late", "") == "1"
        lines = queue_lines(
            queries.queue(states=FILTERS[chosen].states), wanted=wanted, late=late, today=today
        )
        kind = wanted_kind(request)
        if kind is not None:
            return file_response(
                name="verification", kind=kind, columns=queue_columns(), rows=queue_rows(lines)
            )
        told = {"state": chosen, "name": wanted, "late": "1" if late else ""}
        context = {
            "lines": lines,
            "states": [(name, choice.text) for name, choice in FILTERS.items()],
            "chosen": chosen,
            "name": wanted,
            "late": late,
            "is_filtered": bool(wanted or late or chosen != WAITING),
            "address": urlencode({name: text for name, text in told.items() if text}),
            "overdue": sum(line.is_overdue for line in lines),
        }
        return render(request, "portal/verification/queue.html", context)


class CaseDeskView(OfficersView):
    """A case: what is said, what is known, its papers, its past; and the form that decides."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Show it; a case that was never handed in is absent."""
        return self.show(request, self.found(case_id), form=None, status=200)

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Decide it, or say why not.

        Raises:
            Http404: there is no such case, or the viewer does not decide.
        """
        case = self.found(case_id)
        if not self.decides:
            raise Http404
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.show(request, case, form=form, status=422)
        try:
            decisions.decide(
                verification_id=case_id,
                submission_number=form.cleaned_data["submission_number"],
                outcome=form.cleaned_data["outcome"],
                reason=form.cleaned_data["reason"],
                step_reasons=form.step_reasons(),
                user_id=self.user_id,
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, _refusal(error))
            return self.show(request, self.found(case_id), form=form, status=409)
        messages.success(request, _("Decided. The organisation reads it on its own page."))
        return redirect("verification-queue")

    @property
    def decides(self) -> bool:
        """Say whether the viewer decides, or reads alone."""
        return viewer(rights=rights_of(self.request), rule=DECIDERS) is not None

    def found(self, case_id: UUID) -> Case:
        """Return the case.

        Raises:
            Http404: there is none, or it was never handed in.
        """
        try:
            return queries.case_by_public_id(public_id=case_id, now=utc_now())
        except VerificationNotFound as error:
            raise Http404 from error

    def show(
        self, request: HttpRequest, case: Case, *, form: DecisionForm | None, status: int
    ) -> HttpResponse:
        """Show the case, with the form where there is something to decide."""
        history = queries.history_of(organisation_id=case.organisation_id)
        is_open = case.state == WAITING
        # One case is open at a time, so what waits is the newest of all.
        fresh = DecisionForm(initial={"submission_number": history[0].number})
        context = {
            "case": case_page(case),
            # While the organisation changes it, what it handed in last is what is told.
            "name": queries.submitted_name(verification_id=case.id),
            "comparison": comparison(case, organisation_facts(case=case)),
            "findings": findings(case, findings_of(case=case)),
            "history": decision_lines(history),
            "form": (form or fresh) if is_open and self.decides else None,
            "is_open": is_open,
        }
        return render(request, "portal/verification/case.html", context, status=status)


class CasePaperView(OfficersView):
    """A paper of a case, to be saved and not shown; that it was read is written down."""

    def get(self, request: HttpRequest, case_id: UUID, document_id: UUID) -> FileResponse:
        """Send it; one that no case handed in is absent."""
        try:
            found = queries.paper(document_id=document_id, verification_id=case_id)
        except VerificationNotFound as error:
            raise Http404 from error
        note_paper_read(
            verification_id=case_id, document_id=document_id, user_id=self.user_id, now=utc_now()
        )
        return sent_paper(found)


def _refusal(error: DomainError) -> str:
    if isinstance(error, decisions.UnableToDecide):
        return _(
            "To return or reject, say why. To approve, leave the fields of what is to be mended "
            "empty."
        )
    if isinstance(error, decisions.FourEyesMissing):
        return _(
            "You handed this case in, made its payment, or are or within the last year were a "
            "member of the organisation: another officer decides."
        )
    if isinstance(error, decisions.UsccTaken):
        return _("Another organisation has got this credit code meanwhile: return or reject.")
    return _("The case was decided or taken back meanwhile. Look at it again.")

"""The wizard: an organisation's owner says who it is, step by step, and hands it in."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import Organisation, SizeClass
from accounts.permissions import Role
from accounts.verification import operations
from accounts.verification.cases import Case, fingerprint, lacks_of
from accounts.verification.deadlines import REVIEW_WORKING_DAYS, last_day
from accounts.verification.kinds import Step
from accounts.verification.queries import (
    VerificationNotFound,
    history_of,
    newest_case,
    open_case,
    paper,
)
from accounts.verification.states import VerificationState
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.organisation import OrganisationView
from portal.verification.forms import SubmitForm
from portal.verification.pages import case_page, decision_lines, step_lines
from portal.verification.sending import sent_paper
from portal.verification.words import SIZES

OVERVIEW: Final = "verification"
REVIEW: Final = "review"


class CaseView(OrganisationView):
    """A page about the open case of an organisation that the viewer owns."""

    allowed_roles = (Role.OWNER,)

    def open_case(self, organisation: Organisation) -> Case | None:
        """Return the case while it may be changed; None sends the viewer to the overview."""
        case = open_case(organisation_id=organisation.pk, now=utc_now())
        return case if case is not None and case.is_editable else None

    def who(self, organisation: Organisation) -> dict[str, Any]:
        """Return who acts for whom and when, as every operation takes it."""
        return {"organisation_id": organisation.pk, "user_id": self.user_id, "now": utc_now()}

    def shell(self, case: Case, *, current: str) -> dict[str, object]:
        """Return what the frame of every step needs."""
        steps = step_lines(case, current=current, to_mend=to_mend(case))
        return {
            "case": case_page(case),
            "steps": steps,
            "code": case.organisation_code,
            "current": current,
            "is_done": any(line.is_current and line.is_done for line in steps),
            "to_mend": next((line.to_mend for line in steps if line.is_current), ""),
        }


def to_mend(case: Case) -> Mapping[str, str]:
    """Return what the officer asked to mend, by step, while the case is returned."""
    if case.state != VerificationState.RETURNED:
        return {}
    return history_of(organisation_id=case.organisation_id)[0].step_reasons


class StepView(CaseView):
    """A step with one form: what is typed is kept until it is saved."""

    http_method_names = ["get", "post", "head", "options"]
    step: Step
    leads_to: str

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the step as it is saved."""
        case = self.open_case(self.own(code))
        if case is None:
            return redirect(OVERVIEW, code=code)
        return self.show(request, case, form=self.form_of(case), status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Save the step and go on, or say what is wrong with what was typed."""
        organisation = self.own(code)
        case = self.open_case(organisation)
        if case is None:
            return redirect(OVERVIEW, code=code)
        form = self.bound(request, case)
        if not form.is_valid():
            return self.show(request, case, form=form, status=422)
        try:
            self.save(organisation, form, seen=request.POST.get("seen", ""))
        except DomainError as error:
            status = self.tell(form, error)
            fresh = self.open_case(organisation)
            if fresh is None:
                return redirect(OVERVIEW, code=code)
            return self.show(request, fresh, form=form, status=status)
        messages.success(request, _("Saved."))
        return redirect(self.leads_to, code=code)

    def show(
        self, request: HttpRequest, case: Case, *, form: forms.Form, status: int
    ) -> HttpResponse:
        """Show the step with a form."""
        context = {
            **self.shell(case, current=self.step),
            "form": form,
            "seen": fingerprint(case, self.step),
            **self.more(case),
        }
        return render(request, f"portal/verification/{self.step}.html", context, status=status)

    def more(self, case: Case) -> dict[str, object]:
        """Return what a step shows besides its form."""
        return {}

    def form_of(self, case: Case) -> forms.Form:
        """Return the form as it is saved."""
        raise NotImplementedError

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return the form as it was sent."""
        raise NotImplementedError

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Save what was sent."""
        raise NotImplementedError

    def tell(self, form: forms.Form, error: DomainError) -> int:
        """Say on the form why it was not saved; return the status of the answer."""
        form.add_error(None, refusal(error))
        return 409


class VerificationView(CaseView):
    """Where an organisation's verification stands, what it said, and what was decided."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        organisation = self.own(code)
        case = newest_case(organisation_id=organisation.pk, now=utc_now())
        size, until = organisation.size_class, organisation.verified_until
        steps = [] if case is None else step_lines(case, current=OVERVIEW, to_mend=to_mend(case))
        open_steps = [line.url for line in steps if line.to_mend or not line.is_done]
        context = {
            "uscc": organisation.uscc or "",
            "size": SIZES[SizeClass(size)] if size else "",
            "verified_at": organisation.verified_at,
            "last_day": None if until is None else last_day(until),
            "has_ended": until is not None and until <= utc_now(),
            "case": None if case is None else case_page(case),
            "steps": steps,
            "next_url": open_steps[0] if open_steps else "",
            "history": decision_lines(history_of(organisation_id=organisation.pk)),
            "working_days": REVIEW_WORKING_DAYS,
        }
        template = "portal/verification/overview.html"
        return self.page(request, template, organisation=organisation, context=context)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Begin."""
        operations.start(**self.who(self.own(code)))
        return redirect("verification-identity", code=code)


class ReviewView(CaseView):
    """All that was said on one page, and the button that hands it in."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        case = self.open_case(self.own(code))
        if case is None:
            return redirect(OVERVIEW, code=code)
        return self.show(request, case, form=SubmitForm(), status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Hand it in, or say what is missing."""
        organisation = self.own(code)
        case = self.open_case(organisation)
        if case is None:
            return redirect(OVERVIEW, code=code)
        form = SubmitForm(request.POST)
        if not form.is_valid():
            return self.show(request, case, form=form, status=422)
        try:
            operations.submit(**self.who(organisation))
        except DomainError as error:
            form.add_error(None, refusal(error))
            return self.show(request, case, form=form, status=409)
        messages.success(request, _("Handed in. You will hear from us by the day shown below."))
        return redirect(OVERVIEW, code=code)

    def show(
        self, request: HttpRequest, case: Case, *, form: forms.Form, status: int
    ) -> HttpResponse:
        """Show the case with the undertaking."""
        context = {
            **self.shell(case, current=REVIEW),
            "form": form,
            "is_whole": not lacks_of(case),
            "working_days": REVIEW_WORKING_DAYS,
        }
        return render(request, "portal/verification/review.html", context, status=status)


class WithdrawView(CaseView):
    """Take a case back before it was decided."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Take it back, or say that it is too late."""
        organisation = self.own(code)
        try:
            operations.withdraw(**self.who(organisation))
        except DomainError:
            messages.error(request, _("There is nothing to take back: it was decided meanwhile."))
        else:
            messages.success(request, _("Taken back. Change it and hand it in again."))
        return redirect(OVERVIEW, code=code)


class PaperView(CaseView):
    """A paper of one's own organisation, to be saved and not shown."""

    def get(self, request: HttpRequest, code: str, document_id: UUID) -> FileResponse:
        """Send it; one of another organisation is absent."""
        organisation = self.own(code)
        try:
            found = paper(document_id=document_id, organisation_id=organisation.pk)
        except VerificationNotFound as error:
            raise Http404 from error
        return sent_paper(found)


def refusal(error: DomainError) -> str:
    """Return why a step was not saved, in the reader's words."""
    if isinstance(error, operations.ChangedMeanwhile):
        return _(
            "This step was saved in another window meanwhile. Below is what you typed: save again "
            "to keep it, or open the step anew to see what is saved."
        )
    if isinstance(error, operations.UsccHeld):
        return _(
            "An organisation with this credit code is registered here. If it is yours, ask its "
            "owner to invite you, or write to us."
        )
    if isinstance(error, operations.UnableToRelate):
        return _("This is the organisation itself, or it is named in this way already.")
    if isinstance(error, operations.UnableToSubmit):
        return _("Something is missing: the steps say what.")
    return _("This cannot be done now: the case has moved on. Open the page anew.")

"""The desk of programmes: what is proposed, what differs, who puts it into force, what ended."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Staff
from compute_billing.programmes import operations, queries
from compute_billing.programmes.states import VersionState
from compute_billing.subsidies.rules.assumptions import UnableToAssume
from compute_billing.subsidies.rules.documents import UnableToReadProgramme, read_yaml
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.access import FUND_READERS, GuardedView, rights_of
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.programmes import desk_pages as pages
from portal.programmes.forms import FillForm, ReasonForm, TextForm
from portal.wording import Text

ROWS_MAX: Final = 500


class DeskView(GuardedView):
    """A page of the desk: officers propose, approvers decide, finance and auditors read."""

    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def has(self, role: Staff) -> bool:
        """Say whether he has a staff role."""
        return role in rights_of(self.request).staff_roles

    def version(self, code: str, number: int) -> Any:
        """Return a version.

        Raises:
            Http404: there is none.
        """
        try:
            return queries.version_by_number(code=code, number=number)
        except queries.ProgrammeVersionNotFound as error:
            raise Http404 from error

    def shown(
        self, code: str, number: int, *, status: int = 200, **bound: forms.Form
    ) -> HttpResponse:
        """Draw a version, with the forms of whoever may act; `bound` was just refused."""
        version = self.version(code, number)
        page = pages.version_page(version, user_id=self.user_id)
        is_proposed = page.state is VersionState.PROPOSED
        is_officer, is_approver = (
            self.has(role) for role in (Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER)
        )
        parts = pages.open_parts_of(version)
        context = {
            "page": page,
            "table": pages.differences_table(queries.differences_to_the_one_before(version)),
            "may_propose": is_officer,
            "may_activate": is_proposed and is_approver and not page.is_own,
            "may_withdraw": is_proposed and (is_officer or is_approver),
            "may_end": page.state is VersionState.ACTIVE and is_approver,
            "fill": FillForm(parts=parts) if parts and is_officer else None,
            "activation": ReasonForm(prefix="activate"),
            "withdrawal": ReasonForm(prefix="withdraw"),
            "ending": ReasonForm(prefix="end"),
            **bound,
        }
        return render(self.request, "portal/programmes/version.html", context, status=status)


class QueueView(DeskView):
    """Versions, the newest first: what waits, what is in force, what was."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        kind, text = wanted_kind(request), looked_for(request)
        lines = pages.version_lines(queries.versions(limit=ROWS_MAX))
        found = narrowed(lines, table_of=pages.versions_table, text=text)
        if kind is not None:
            return file_response(
                name="programme-versions",
                kind=kind,
                columns=pages.VERSION_COLUMNS,
                rows=pages.version_cells(found),
            )
        context = {
            "table": pages.versions_table(found),
            "text": text,
            "address": address_of({"text": text}),
            "may_propose": self.has(Staff.SUBSIDY_OFFICER),
        }
        return render(request, "portal/programmes/desk.html", context)


class VersionView(DeskView):
    """A version: what it changes, what it lacks, and the forms that decide it."""

    def get(self, request: HttpRequest, code: str, number: int) -> HttpResponse | FileAnswer:
        """Show it, or send its differences as a file."""
        kind = wanted_kind(request)
        if kind is None:
            return self.shown(code, number)
        version = self.version(code, number)
        rows = pages.difference_cells(queries.differences_to_the_one_before(version))
        return file_response(
            name=f"{code}-{number}", kind=kind, columns=pages.DIFFERENCE_COLUMNS, rows=rows
        )


class TextView(DeskView):
    """The next version of a programme, or the first of a new one, written as a text."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_staff_roles = {Staff.SUBSIDY_OFFICER}

    def get(self, request: HttpRequest, code: str = "", number: int = 0) -> HttpResponse:
        """Show the text of the version to begin from."""
        initial = {"text": pages.as_text(self.version(code, number))} if code else {}
        return self.drawn(request, code, number, TextForm(initial=initial))

    def post(self, request: HttpRequest, code: str = "", number: int = 0) -> HttpResponse:
        """Propose what was written, or say where it cannot be read."""
        if code:
            self.version(code, number)
        form = TextForm(request.POST)
        if not form.is_valid():
            return self.drawn(request, code, number, form, status=422)
        try:
            made = self._proposed(form.cleaned_data, code=code, number=number)
        except (UnableToReadProgramme, operations.UnableToPropose) as error:
            form.add_error("text", _refusal(error))
            return self.drawn(request, code, number, form, status=422)
        except operations.ProgrammeMoved as error:
            form.add_error(None, _refusal(error))
            return self.drawn(request, code, number, form, status=409)
        messages.success(request, _("It is proposed. Somebody else activates it."))
        return redirect("programme-version", made.code, made.number)

    def _proposed(self, said: dict[str, Any], *, code: str, number: int) -> Any:
        document = read_yaml(said["text"])
        if code and document.code != code:
            message = f"The document is of {document.code}, not of {code}."
            raise operations.UnableToPropose(message)
        return operations.propose(
            document=document,
            reason=said["reason"],
            maker_id=self.user_id,
            now=utc_now(),
            after=number or None,
        )

    def drawn(
        self, request: HttpRequest, code: str, number: int, form: TextForm, *, status: int = 200
    ) -> HttpResponse:
        """Draw the form."""
        context = {"code": code, "number": number, "form": form}
        return render(request, "portal/programmes/edit.html", context, status=status)


class FillView(DeskView):
    """Values for what stands open, each with its reason: the next version."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = {Staff.SUBSIDY_OFFICER}

    def post(self, request: HttpRequest, code: str, number: int) -> HttpResponse:
        """Propose it, or say what does not fit."""
        version = self.version(code, number)
        form = FillForm(request.POST, parts=pages.open_parts_of(version))
        if not form.is_valid():
            return self.shown(code, number, status=422, fill=form)
        try:
            made = operations.fill(
                version=version,
                fillings=form.fillings(),
                reason=form.cleaned_data["reason"],
                maker_id=self.user_id,
                now=utc_now(),
            )
        except (UnableToAssume, UnableToReadProgramme, operations.UnableToPropose) as error:
            form.add_error(None, _refusal(error))
            return self.shown(code, number, status=422, fill=form)
        except operations.ProgrammeMoved as error:
            form.add_error(None, _refusal(error))
            return self.shown(code, number, status=409, fill=form)
        messages.success(request, _("It is proposed. Somebody else activates it."))
        return redirect("programme-version", made.code, made.number)


class DecidingView(DeskView):
    """What people decide on a version, with a reason; `form_name` is the form on its page."""

    http_method_names = ["post", "options"]
    prefix = ""
    form_name = ""

    def decide(self, *, version: Any, reason: str) -> object:
        """Do it."""
        raise NotImplementedError

    def done(self) -> str:
        """Say what was done."""
        raise NotImplementedError

    def post(self, request: HttpRequest, code: str, number: int) -> HttpResponse:
        """Decide it, or say why not."""
        version = self.version(code, number)
        form = ReasonForm(request.POST, prefix=self.prefix)
        if not form.is_valid():
            return self.shown(code, number, status=422, **{self.form_name: form})
        try:
            self.decide(version=version, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, _refusal(error))
            return self.shown(code, number, status=409, **{self.form_name: form})
        messages.success(request, self.done())
        return redirect("programme-version", code, number)


class ActivateView(DecidingView):
    """Put a version into force."""

    allowed_staff_roles = {Staff.SUBSIDY_APPROVER}
    prefix = "activate"
    form_name = "activation"

    def decide(self, *, version: Any, reason: str) -> object:
        """Activate it."""
        return operations.activate(
            version_id=version.public_id, reason=reason, decider_id=self.user_id, now=utc_now()
        )

    def done(self) -> str:
        """Say so."""
        return _("It is in force from now on.")


class WithdrawView(DecidingView):
    """Take a proposal back, or refuse it."""

    allowed_staff_roles = {Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER}
    prefix = "withdraw"
    form_name = "withdrawal"

    def decide(self, *, version: Any, reason: str) -> object:
        """Withdraw it."""
        return operations.withdraw(
            version_id=version.public_id, reason=reason, decider_id=self.user_id, now=utc_now()
        )

    def done(self) -> str:
        """Say so."""
        return _("It is withdrawn.")


class EndView(DecidingView):
    """End the version in force."""

    allowed_staff_roles = {Staff.SUBSIDY_APPROVER}
    prefix = "end"
    form_name = "ending"

    def decide(self, *, version: Any, reason: str) -> object:
        """End it."""
        return operations.end(
            version_id=version.public_id, reason=reason, decider_id=self.user_id, now=utc_now()
        )

    def done(self) -> str:
        """Say so."""
        return _("It is ended. Nobody applies for it any more.")


REFUSALS: Final[Mapping[type[DomainError], Text]] = {
    UnableToReadProgramme: gettext_lazy("The text cannot be read as a programme. %(why)s"),
    UnableToAssume: gettext_lazy("A part cannot be filled so. %(why)s"),
    operations.ProgrammeMoved: gettext_lazy(
        "Somebody proposed version %(newest)s meanwhile: begin from that one."
    ),
    operations.UnableToActivateOwn: gettext_lazy("Somebody else activates it: you proposed it."),
    operations.UnableToActivate: gettext_lazy(
        "Not yet: a part stands open, an assumption has no reason, or the text is a draft."
    ),
    operations.UnableToPropose: gettext_lazy(
        "It differs in nothing from the newest version, or is of another programme."
    ),
}
FASTER: Final = gettext_lazy("Somebody was faster: look again.")


def _refusal(error: DomainError) -> str:
    """Return why somebody was refused, in the reader's words."""
    return str(REFUSALS.get(type(error), FASTER)) % {"why": error, **error.details}

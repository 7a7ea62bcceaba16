"""The five steps of the wizard."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.verification import operations
from accounts.verification.cases import Case, same_name
from accounts.verification.documents.operations import (
    DOCUMENTS_MAX,
    TooManyDocuments,
    attach_document,
    remove_document,
)
from accounts.verification.kinds import (
    REQUIRED_DOCUMENTS,
    Declaration,
    DocumentKind,
    Step,
)
from accounts.verification.models import TRIES_MAX
from accounts.verification.payments import operations as payments
from accounts.verification.payments.operations import Check
from accounts.verification.queries import VerificationNotFound
from accounts.verification.states import PaymentState
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.uploads import PAPER_BYTES_MAX, Refusal, UploadRefused
from portal.verification.forms import (
    AccountForm,
    AmountForm,
    DocumentForm,
    IdentityForm,
    RelatedForm,
    SizeForm,
)
from portal.verification.pages import wan_text
from portal.verification.views import CaseView, StepView, refusal
from portal.verification.words import REFUSALS


class IdentityView(StepView):
    """Credit code and name."""

    step, leads_to = Step.IDENTITY, "verification-size"

    def form_of(self, case: Case) -> forms.Form:
        """Return the form as it is saved."""
        initial = {"uscc": case.uscc, "registered_name": case.registered_name}
        return IdentityForm(initial=initial)

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return the form as it was sent."""
        return IdentityForm(request.POST)

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Save it."""
        operations.save_identity(**self.who(organisation), **form.cleaned_data, seen=seen)


class SizeView(StepView):
    """The figures that the size is judged by, and the size with its reasons."""

    step, leads_to = Step.SIZE, "verification-size"

    def form_of(self, case: Case) -> forms.Form:
        """Return the form as it is saved."""
        figures = case.figures
        initial = {
            "industry": figures.industry,
            "year": figures.year or _this_year() - 1,
            "employees": figures.employees,
            "revenue_yuan": _wan(figures.revenue_yuan),
            "assets_yuan": _wan(figures.assets_yuan),
        }
        return SizeForm(initial=initial, this_year=_this_year())

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return the form as it was sent."""
        return SizeForm(request.POST, this_year=_this_year())

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Save it."""
        operations.save_size(**self.who(organisation), **form.cleaned_data, seen=seen)


class DocumentsView(StepView):
    """The papers; each is sent by itself."""

    step, leads_to = Step.DOCUMENTS, "verification-documents"

    def form_of(self, case: Case) -> forms.Form:
        """Return an empty form that asks for what is missing first."""
        there = {document.kind for document in case.documents}
        missing = [kind for kind in REQUIRED_DOCUMENTS if kind not in there]
        return DocumentForm(initial={"kind": missing[0] if missing else DocumentKind.OTHER})

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return the form as it was sent, with its file looked at by size alone."""
        form = DocumentForm(request.POST, request.FILES)
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile) and (file.size or 0) > PAPER_BYTES_MAX:
            form.add_error("file", str(REFUSALS[Refusal.TOO_LARGE]))
        return form

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Keep the paper, or say at the field why not."""
        file = form.cleaned_data["file"]
        attach_document(
            **self.who(organisation),
            kind=form.cleaned_data["kind"],
            content=file.read(),
            file_name=file.name or "",
        )

    def tell(self, form: forms.Form, error: DomainError) -> int:
        """Say at the field why a file is refused."""
        if isinstance(error, UploadRefused):
            form.add_error("file", str(REFUSALS[error.reason]))
            return 422
        if isinstance(error, TooManyDocuments):
            text = _("A case holds %(n)s papers. Take one away first.") % {"n": DOCUMENTS_MAX}
            form.add_error(None, text)
            return 409
        return super().tell(form, error)


class RemoveDocumentView(CaseView):
    """Take a paper away."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, document_id: UUID) -> HttpResponse:
        """Take it away; one of another organisation is absent."""
        try:
            remove_document(**self.who(self.own(code)), document_id=document_id)
        except (VerificationNotFound, operations.VerificationLocked) as error:
            raise Http404 from error
        return redirect("verification-documents", code=code)


class AccountView(StepView):
    """The corporate account: first which, then the amount that arrived."""

    step, leads_to = Step.ACCOUNT, "verification-account"

    def form_of(self, case: Case) -> forms.Form:
        """Return the form of what comes next."""
        return self._form(case)

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return it as it was sent."""
        return self._form(case, request.POST)

    def _form(self, case: Case, data: object = None) -> forms.Form:
        payment = case.payment
        is_sent = payment is not None and payment.state == PaymentState.SENT
        return AmountForm(data) if is_sent else AccountForm(data)  # type: ignore[arg-type]

    def more(self, case: Case) -> dict[str, object]:
        """Say what comes next."""
        payment = case.payment
        is_confirmed = payment is not None and payment.state == PaymentState.CONFIRMED
        return {
            "is_confirmed": is_confirmed,
            "holder_differs": is_confirmed
            and payment is not None
            and not same_name(payment.holder, case.registered_name),
            "tries_max": TRIES_MAX,
            "valid_days": payments.VALID_FOR.days,
            "payments_per_day": payments.PAYMENTS_PER_DAY,
            "payments_per_month": payments.PAYMENTS_PER_MONTH,
        }

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Ask for a payment, or compare an amount."""
        if isinstance(form, AmountForm):
            check = payments.confirm_amount(**self.who(organisation), amount_fen=form.amount_fen())
            if check.result != Check.RIGHT:
                raise AmountRefused(check)
            return
        payments.request_payment(**self.who(organisation), **form.cleaned_data)

    def tell(self, form: forms.Form, error: DomainError) -> int:
        """Say why no payment can be asked for."""
        if isinstance(error, payments.UnableToRequestPayment):
            form.add_error(None, _request_text(error))
            return 409
        return super().tell(form, error)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Go on, or say why not."""
        try:
            return super().post(request, code)
        except AmountRefused as refused:
            messages.error(request, refused.text)
            return redirect("verification-account", code=code)


class AmountRefused(Exception):
    """A typed amount was not the one that was paid; the try is used up."""

    def __init__(self, check: payments.AmountCheck) -> None:
        """Keep what is told."""
        super().__init__(check.result)
        self.text = _amount_text(check)


def _amount_text(check: payments.AmountCheck) -> str:
    if check.result == Check.WRONG:
        return _("This is not the amount that was sent. Tries left: %(n)s.") % {
            "n": check.tries_left
        }
    if check.result == Check.FAILED:
        return _("This was the third wrong amount. Ask for another payment.")
    return _("The payment has expired. Ask for another one.")


def _request_text(error: payments.UnableToRequestPayment) -> str:
    if "days" in error.details:
        return _("At most %(n)s payments in %(days)s days. Come back later.") % {
            "n": error.details["payments_max"],
            "days": error.details["days"],
        }
    return _("Give the registered name first; one payment is under way at a time.")


class CancelPaymentView(CaseView):
    """Give up the payment that is under way, because the account was wrong."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Give it up."""
        try:
            payments.cancel_payment(**self.who(self.own(code)))
        except DomainError:
            messages.error(request, _("No payment is under way."))
        return redirect("verification-account", code=code)


class RelationsView(StepView):
    """Related organisations: named one by one, or said to be none."""

    step, leads_to = Step.RELATIONS, "verification-relations"

    def form_of(self, case: Case) -> forms.Form:
        """Return an empty form."""
        return RelatedForm()

    def bound(self, request: HttpRequest, case: Case) -> forms.Form:
        """Return it as it was sent."""
        return RelatedForm(request.POST)

    def save(self, organisation: Organisation, form: forms.Form, *, seen: str) -> None:
        """Name one."""
        operations.add_related_party(**self.who(organisation), **form.cleaned_data)


class DeclareNoneView(CaseView):
    """Say that no organisation is related."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Say it, unless somebody named one meanwhile."""
        organisation = self.own(code)
        try:
            operations.declare(
                **self.who(organisation),
                declaration=Declaration.NONE,
                seen=request.POST.get("seen", ""),
            )
        except DomainError as error:
            messages.error(request, refusal(error))
            return redirect("verification-relations", code=code)
        messages.success(request, _("Saved."))
        return redirect("verification-review", code=code)


class RemoveRelatedView(CaseView):
    """Take a named organisation away."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, party_id: UUID) -> HttpResponse:
        """Take it away; one of another case is absent."""
        try:
            operations.remove_related_party(**self.who(self.own(code)), party_id=party_id)
        except (VerificationNotFound, operations.VerificationLocked) as error:
            raise Http404 from error
        return redirect("verification-relations", code=code)


def _this_year() -> int:
    return utc_now().astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).year


def _wan(yuan: int | None) -> str | None:
    return None if yuan is None else wan_text(yuan)

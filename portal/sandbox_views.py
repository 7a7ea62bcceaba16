"""An organisation's sandbox: into it, out of it, and what can be done with it."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View

from accounts.authentication import SANDBOX_SESSION_KEY
from accounts.models import Organisation
from accounts.sandboxes.queries import NoSandbox
from compute_billing.sandboxes import operations, queries
from compute_billing.sandboxes.operations import UnableToCloseSandboxMonth, UnableToTopUpSandbox
from kernel.clock import utc_now
from kernel.periods import month_text, parse_month
from kernel.worlds import is_sandbox
from portal.organisation import KEY_HOLDERS, OrganisationView
from portal.sandbox_pages import CloseForm, TopUpForm, local_today, sandbox_page


class SandboxDesk(OrganisationView):
    """A page about a sandbox: seen from outside, where it is entered, and from inside."""

    allowed_roles = KEY_HOLDERS
    in_sandbox = True

    def sandbox_desk(
        self,
        request: HttpRequest,
        organisation: Organisation,
        *,
        top_up_form: TopUpForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the sandbox, or the way in."""
        now = utc_now()
        sandbox = queries.sandbox(organisation_id=organisation.pk)
        inside = sandbox is not None and is_sandbox(organisation.pk)
        context = {
            "page": sandbox_page(
                sandbox=sandbox, address=request.build_absolute_uri("/").rstrip("/"), now=now
            )
            if sandbox is not None and inside
            else None,
            "is_on": sandbox is not None,
            "form": top_up_form or TopUpForm(),
            "close_form": CloseForm(today=local_today(now)),
        }
        return self.page(
            request,
            "portal/sandbox.html",
            organisation=organisation,
            context=context,
            status=status,
        )

    def back(self, organisation: Organisation) -> HttpResponse:
        """Return to the page."""
        return redirect("own-sandbox", code=organisation.code)


class SandboxView(SandboxDesk):
    """The page."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show it."""
        return self.sandbox_desk(request, self.own(code))


class EnterSandboxView(SandboxDesk):
    """Go in; the first who does switches it on."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Let the session act in the sandbox from now on."""
        opened = operations.open_sandbox(
            organisation_id=queries.real_organisation_id(organisation_id=self.own(code).pk),
            actor=self.actor,
            now=utc_now(),
        )
        request.session[SANDBOX_SESSION_KEY] = opened.sandbox.organisation_id
        return redirect("own-sandbox", code=opened.sandbox.code)


class LeaveSandboxView(LoginRequiredMixin, View):
    """Come back to what is real."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Let the session act for real organisations again."""
        request.session.pop(SANDBOX_SESSION_KEY, None)
        return redirect("overview")


class FillSandboxView(SandboxDesk):
    """Put play money in."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Put it in, or say why not beside what was typed."""
        organisation = self.own(code)
        form = TopUpForm(request.POST)
        if not form.is_valid():
            return self.sandbox_desk(request, organisation, top_up_form=form, status=422)
        try:
            operations.top_up_sandbox(
                organisation_id=organisation.pk,
                amount=form.cleaned_data["amount"],
                actor=self.actor,
                now=utc_now(),
            )
        except UnableToTopUpSandbox:
            form.add_error("amount", _("More than nothing, and at most a million yuan at once."))
            return self.sandbox_desk(request, organisation, top_up_form=form, status=422)
        except NoSandbox:
            messages.error(request, _("There is no sandbox: switch it on first."))
        else:
            messages.success(request, _("The play money is in the balance."))
        return self.back(organisation)


class CloseSandboxMonthView(SandboxDesk):
    """Close a month, which nobody else asks for in a sandbox."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Close it, or say why it stays open."""
        organisation, now = self.own(code), utc_now()
        form = CloseForm(request.POST, today=local_today(now))
        if not form.is_valid():
            messages.error(request, _("Choose a month that is over."))
            return self.back(organisation)
        month = parse_month(form.cleaned_data["month"])
        try:
            closing = operations.close_sandbox_month(
                organisation_id=organisation.pk, month=month, now=now
            )
        except NoSandbox:
            messages.error(request, _("There is no sandbox: switch it on first."))
        except UnableToCloseSandboxMonth:
            messages.error(request, _("The month stays open: some of its use has no price."))
        else:
            name = month_text(month)
            if closing.was_closed_before:
                messages.info(request, _("%(month)s was closed before.") % {"month": name})
            elif closing.invoice_ids:
                messages.success(
                    request, _("%(month)s is closed, and its bill is issued.") % {"month": name}
                )
            else:
                messages.info(
                    request,
                    _("%(month)s is closed. Nothing was used in it, so there is no bill.")
                    % {"month": name},
                )
        return self.back(organisation)


class RenewSandboxView(SandboxDesk):
    """Make the sandbox anew, once somebody has read what goes."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Say what goes and what stays, and ask."""
        organisation = self.own(code)
        if queries.sandbox(organisation_id=organisation.pk) is None:
            return self.back(organisation)
        return self.page(
            request, "portal/sandbox_renew.html", organisation=organisation, context={}
        )

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Put a new one in its place, and go on in it."""
        organisation = self.own(code)
        try:
            sandbox = operations.reset_sandbox(
                organisation_id=queries.real_organisation_id(organisation_id=organisation.pk),
                actor=self.actor,
                now=utc_now(),
            )
        except NoSandbox:
            messages.error(request, _("There is no sandbox: switch it on first."))
            return self.back(organisation)
        messages.success(request, _("The sandbox is empty. Its keys and endpoints still work."))
        if is_sandbox(organisation.pk):
            request.session[SANDBOX_SESSION_KEY] = sandbox.organisation_id
            return redirect("own-sandbox", code=sandbox.code)
        return self.back(organisation)

"""公示: what is to be given, for everybody to read and to object to, without a log-in."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.address_limit import seconds_to_wait
from accounts.addresses import client_address
from compute_billing.applications import operations, queries
from compute_billing.applications.terms import local_day
from kernel.clock import utc_now
from portal import figures
from portal.applications.forms import ObjectionForm

ROWS_MAX: Final = 200
OBJECTIONS_PER_MINUTE: Final = 5
REFUSED: Final = gettext_lazy("No objection is taken now: the notice is over, or many wait.")


class NoticesView(View):
    """Public notices, open ones first."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        today = local_day(utc_now())
        lines = [
            {
                "notice": one,
                "amount": figures.money(one.amount_micro),
                "is_open": today <= one.closes_on,
            }
            for one in queries.notices(on=today, limit=ROWS_MAX)
        ]
        return render(request, "portal/applications/notices.html", {"lines": lines})


class NoticeView(View):
    """One notice, with what was said against it and what was answered."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, notice_id: UUID) -> HttpResponse:
        """Show it."""
        return self.drawn(request, notice_id, ObjectionForm())

    def post(self, request: HttpRequest, notice_id: UUID) -> HttpResponse:
        """Take an objection down, or say why none is taken."""
        form = ObjectionForm(request.POST)
        now = utc_now()
        address = f"objection:{client_address(request)}"
        if seconds_to_wait(address=address, limit=OBJECTIONS_PER_MINUTE, now=now):
            form.add_error(None, _("Too many at once: wait a minute."))
        if not form.is_valid():
            return self.drawn(request, notice_id, form, status=422)
        try:
            operations.object_to(notice_id=notice_id, words=form.cleaned_data["words"], now=now)
        except queries.ApplicationNotFound as error:
            raise Http404 from error
        except operations.UnableToObject:
            form.add_error(None, REFUSED)
            return self.drawn(request, notice_id, form, status=422)
        messages.success(request, _("Your objection is taken down; the answer will stand here."))
        return redirect("public-notice", notice_id=notice_id)

    def drawn(
        self, request: HttpRequest, notice_id: UUID, form: ObjectionForm, *, status: int = 200
    ) -> HttpResponse:
        """Draw it."""
        try:
            notice = queries.notice(public_id=notice_id)
        except queries.ApplicationNotFound as error:
            raise Http404 from error
        is_open = notice.application.state == "notice"
        context = {
            "notice": notice,
            "amount": figures.money(notice.amount_micro),
            "is_open": is_open and local_day(utc_now()) <= notice.closes_on,
            "form": form,
        }
        return render(request, "portal/applications/notice.html", context, status=status)

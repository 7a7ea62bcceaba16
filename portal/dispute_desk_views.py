"""Disputes about use: the desk of those who answer, the operator first and the house after him."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.disputes import operations, queries, terms
from compute_billing.disputes.operations import Level, Reply, Verdict
from compute_billing.disputes.states import DisputeState
from compute_billing.metering.operations import UnableToTakeBack
from kernel.clock import utc_now
from portal import usage_dispute_pages as pages
from portal.access import rights_of
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.operator_desk import DeskView, address_of
from portal.usage_dispute_forms import AnswerForm, PaperForm
from portal.usage_dispute_views import FILE_ROWS_MAX, ROWS_MAX, checked, chosen_state
from portal.usage_dispute_words import STATES

WAITING: Final = ("open", "escalated")
ANSWERERS: Final = frozenset({Staff.OPERATOR, Staff.FINANCE})


class QueueView(DeskView):
    """Disputes that wait for an answer, what is due first ahead; and those that are over."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        chosen = chosen_state(request)
        kind = wanted_kind(request)
        if kind is not None:
            rows = pages.dispute_rows(_desk(chosen, limit=FILE_ROWS_MAX))
            return file_response(
                name="disputes", kind=kind, columns=pages.DISPUTE_COLUMNS, rows=rows
            )
        today = terms.local_day(utc_now())
        return self.page(
            request,
            "disputes.html",
            table=pages.queue_table(_desk(chosen, limit=ROWS_MAX), today=today),
            states=STATES.items(),
            chosen=chosen,
            address=address_of(chosen),
        )


class DeskDisputeView(DeskView):
    """A dispute, and the form that answers it: the operator first, the house after him."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Show it."""
        del request
        return self._shown(dispute_id, form=AnswerForm(), status=200)

    def post(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Answer it, or say why that cannot be.

        Raises:
            PermissionDenied: somebody else answers at this level.
        """
        level = self._level(self._dispute(dispute_id).state)
        if level is None:
            raise PermissionDenied
        with timezone.override(ZoneInfo(settings.BILLING_TIME_ZONE)):
            form = AnswerForm(request.POST, request.FILES)
            is_valid = form.is_valid()
        upload = checked(form) if is_valid else None
        if not form.is_valid():
            return self._shown(dispute_id, form=form, status=422)
        said = {**form.cleaned_data, "upload": upload}
        if refusal := _answered(dispute_id, said, level=level, user_id=self.user_id):
            form.add_error(None, refusal)
            return self._shown(dispute_id, form=form, status=409)
        messages.success(request, _("It is answered."))
        return redirect("operator-dispute", dispute_id=dispute_id)

    def _dispute(self, dispute_id: UUID) -> Any:
        try:
            return queries.dispute(public_id=dispute_id)
        except queries.UnknownUsageDispute as error:
            raise Http404 from error

    def _level(self, state: str) -> Level | None:
        """Return at which level he answers a dispute in this state, if at any."""
        roles = rights_of(self.request).staff_roles
        if state == DisputeState.OPEN and Staff.OPERATOR in roles:
            return Level.OPERATOR
        if state == DisputeState.ESCALATED and Staff.FINANCE in roles:
            return Level.HOUSE
        return None

    def _shown(self, dispute_id: UUID, *, form: Form, status: int) -> HttpResponse:
        dispute = self._dispute(dispute_id)
        return self.page(
            self.request,
            "dispute.html",
            status=status,
            page=pages.dispute_page(dispute, today=terms.local_day(utc_now())),
            form=form,
            paper_form=PaperForm(),
            may_attach=bool(rights_of(self.request).staff_roles & ANSWERERS),
            may_answer=self._level(dispute.state) is not None,
        )


def _answered(dispute_id: UUID, said: dict[str, Any], *, level: Level, user_id: int) -> str:
    """Answer, or return why that cannot be."""
    reply = Reply(
        verdict=Verdict(said["verdict"]),
        words=said["words"],
        granted_from=said["granted_from"],
        granted_until=said["granted_until"],
    )
    try:
        operations.answer_with(
            upload=said["upload"],
            dispute_id=dispute_id,
            reply=reply,
            level=level,
            user_id=user_id,
            now=utc_now(),
        )
    except operations.UnableToAnswer:
        return _("A part has a beginning and an end within the disputed time.")
    except operations.UnableToAnswerOwnDispute:
        return _("Somebody else answers: you asked, answered this before, or belong to who asks.")
    except operations.UnableToAttach:
        return _("The dispute takes no more papers: answer without one.")
    except operations.AnsweredAlready:
        return _("Somebody was faster: look again.")
    except UnableToTakeBack as error:
        return _("This cannot be taken back. %(why)s") % {"why": error}
    return ""


def _desk(chosen: dict[str, str], *, limit: int) -> list[Any]:
    if chosen["state"] in ("", *WAITING):
        level = DisputeState(chosen["state"]) if chosen["state"] else None
        return [*queries.queue(level=level, limit=limit)]
    return [*queries.dispute_page(states=[chosen["state"]], limit=limit)]

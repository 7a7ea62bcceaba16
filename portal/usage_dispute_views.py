"""Disputes about use: the desk of the buyer, and the papers of both sides."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.api_paging import decoded
from accounts.permissions import Role, Rule, Staff
from compute_billing.audit import usage as explorer
from compute_billing.audit.usage import UsageTenant
from compute_billing.disputes import operations, queries, terms
from compute_billing.disputes.operations import Doubt, Reason, Side
from compute_billing.disputes.states import DisputeState
from compute_billing.metering.queries import UnknownUsage
from kernel.clock import utc_now
from kernel.uploads import CheckedUpload, UploadRefused, check_upload
from portal import usage_dispute_pages as pages
from portal.access import BILL_READERS, BOOK_READERS, GuardedView, rights_of, viewer
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, file_response
from portal.operator_desk import address_of, chosen_texts
from portal.tenant_view import TenantPage
from portal.usage_dispute_forms import DisputeForm, EscalationForm, PaperForm
from portal.usage_dispute_words import STATES
from portal.verification.sending import sent_paper
from portal.verification.words import REFUSALS

ROWS_MAX: Final = 200
FILE_ROWS_MAX: Final = 5_000
BUYERS: Final = Rule(allowed_roles={Role.OWNER, Role.FINANCE})
NO_RECORD: Final = ("", "")


class OwnView(BillReadersView):
    """A page about disputes of a tenant; owners and finance act."""

    http_method_names = ["get", "head", "options"]

    def may_act(self, tenant_id: int) -> bool:
        """Say whether he may dispute for the tenant."""
        buyers = viewer(rights=rights_of(self.request), rule=BUYERS)
        return buyers is not None and buyers.sees(tenant_id)

    def dispute(self, dispute_id: UUID) -> Any:
        """Return a dispute that the viewer may see; others are as absent as none."""
        try:
            return queries.dispute(public_id=dispute_id, tenant_ids=self.viewer.tenant_ids)
        except queries.UnknownUsageDispute as error:
            raise Http404 from error

    def insist(self, tenant_id: int) -> None:
        """Let only those act who may.

        Raises:
            PermissionDenied: who only reads.
        """
        if not self.may_act(tenant_id):
            raise PermissionDenied

    def shown(
        self, dispute_id: UUID, *, form: Form | None = None, status: int = 200
    ) -> HttpResponse:
        """Show a dispute, with what may be done about it."""
        dispute = self.dispute(dispute_id)
        page = pages.dispute_page(dispute, today=terms.local_day(utc_now()))
        context = {
            "page": page,
            "may_act": self.may_act(dispute.tenant_id),
            "form": form or EscalationForm(),
            "paper_form": PaperForm(),
        }
        return render(self.request, "portal/dispute.html", context, status=status)


class OwnDisputesView(BillReadersView, TenantPage):
    """A tenant's disputes, the newest first."""

    template = "portal/disputes.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return them."""
        chosen = chosen_state(request)
        return {
            "page": {"tenant": tenant},
            "table": pages.own_table(_own(tenant, chosen, limit=ROWS_MAX)),
            "states": STATES.items(),
            "chosen": chosen,
            "address": address_of({"tenant": tenant.code, **chosen}),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return them as a file."""
        return file_response(
            name=f"disputes-{tenant.code}",
            kind=kind,
            columns=pages.DISPUTE_COLUMNS,
            rows=pages.dispute_rows(_own(tenant, chosen_state(request), limit=FILE_ROWS_MAX)),
        )


class OpenDisputeView(OwnView):
    """Dispute a record of use."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """Show the form, or what the record has already."""
        tenant, usage = self._record(record_id)
        known = queries.disputable(usage=usage, tenant_id=tenant.tenant_id, now=utc_now())
        if known is not None and known.dispute_id is not None:
            return redirect("own-dispute", dispute_id=known.dispute_id)
        return self._page(record_id, tenant, usage, form=DisputeForm(), status=200)

    def post(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """Open the dispute, or say why it cannot be."""
        tenant, usage = self._record(record_id)
        self.insist(tenant.tenant_id)
        with timezone.override(ZoneInfo(settings.BILLING_TIME_ZONE)):
            form = DisputeForm(request.POST, request.FILES)
            is_valid = form.is_valid()
        upload = checked(form) if is_valid else None
        if not form.is_valid():
            return self._page(record_id, tenant, usage, form=form, status=422)
        said = form.cleaned_data
        try:
            opened = operations.open_dispute(
                tenant_id=tenant.tenant_id,
                source=usage.source,
                external_id=usage.external_id,
                doubt=Doubt(
                    reason=Reason(said["reason"]),
                    words=said["words"],
                    starts_at=said["starts_at"],
                    ends_at=said["ends_at"],
                ),
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.DisputedAlready:
            messages.warning(request, _("Somebody disputed this record already."))
            return redirect("own-disputes")
        except operations.UnableToDispute:
            form.add_error(
                None,
                _("This cannot be disputed so: choose a time within that of the record."),
            )
            return self._page(record_id, tenant, usage, form=form, status=422)
        attach(opened.public_id, upload, side=Side.BUYER, user_id=self.user_id)
        messages.success(request, _("It is disputed. The operator answers by the day shown."))
        return redirect("own-dispute", dispute_id=opened.public_id)

    def _record(self, record_id: str) -> tuple[UsageTenant, Any]:
        source, external_id = decoded(record_id, parts=2) or NO_RECORD
        try:
            tenant = explorer.holder_of_usage(
                source=source, external_id=external_id, tenant_ids=self.viewer.tenant_ids
            )
            usage = queries.disputable_usage(
                tenant_id=tenant.tenant_id, source=source, external_id=external_id
            )
        except UnknownUsage as error:
            raise Http404 from error
        return tenant, usage

    def _page(
        self, record_id: str, tenant: UsageTenant, usage: Any, *, form: Form, status: int
    ) -> HttpResponse:
        known = queries.disputable(usage=usage, tenant_id=tenant.tenant_id, now=utc_now())
        context = {
            "form": form,
            "usage": usage,
            "tenant": tenant,
            "record_id": record_id,
            "known": known,
            "may_act": self.may_act(tenant.tenant_id),
            "time_zone": settings.BILLING_TIME_ZONE,
        }
        return render(self.request, "portal/dispute_new.html", context, status=status)


class OwnDisputeView(OwnView):
    """A dispute with its answers."""

    def get(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Show it."""
        del request
        return self.shown(dispute_id)


class WithdrawView(OwnView):
    """Take a dispute back."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Do it."""
        tenant_id = self.dispute(dispute_id).tenant_id
        self.insist(tenant_id)
        try:
            operations.withdraw(
                dispute_id=dispute_id, tenant_id=tenant_id, user_id=self.user_id, now=utc_now()
            )
        except operations.UnableToWithdraw:
            messages.warning(request, _("It was answered meanwhile: look at the answer."))
        else:
            messages.success(request, _("The dispute is taken back."))
        return redirect("own-dispute", dispute_id=dispute_id)


class EscalateView(OwnView):
    """Take the operator's answer to the house."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Do it, or say why that cannot be."""
        tenant_id = self.dispute(dispute_id).tenant_id
        self.insist(tenant_id)
        form = EscalationForm(request.POST)
        if not form.is_valid():
            return self.shown(dispute_id, form=form, status=422)
        try:
            operations.escalate(
                dispute_id=dispute_id,
                tenant_id=tenant_id,
                words=form.cleaned_data["words"],
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.UnableToEscalate:
            messages.warning(request, _("This answer does not go to the house any more."))
        else:
            messages.success(request, _("The house decides by the day shown."))
        return redirect("own-dispute", dispute_id=dispute_id)


class AttachView(GuardedView):
    """Give another paper to a dispute: the buyer, or those who answer."""

    http_method_names = ["post", "options"]
    allowed_roles = BUYERS.allowed_roles
    allowed_staff_roles = {Staff.OPERATOR, Staff.FINANCE}

    def post(self, request: HttpRequest, dispute_id: UUID) -> HttpResponse:
        """Keep it, or say what is wrong with it."""
        is_desk = self.viewer.sees_everyone
        back = "operator-dispute" if is_desk else "own-dispute"
        try:
            dispute = queries.dispute(public_id=dispute_id, tenant_ids=self.viewer.tenant_ids)
        except queries.UnknownUsageDispute as error:
            raise Http404 from error
        form = PaperForm(request.POST, request.FILES)
        upload = checked(form) if form.is_valid() else None
        if upload is None:
            messages.error(request, " ".join(str(one) for one in form.errors.get("paper", [])))
            return redirect(back, dispute_id=dispute_id)
        side = Side.DESK if is_desk else Side.BUYER
        try:
            attach(dispute.public_id, upload, side=side, user_id=self.user_id)
        except operations.UnableToAttach:
            messages.error(request, _("The dispute is over, or has ten papers already."))
        return redirect(back, dispute_id=dispute_id)


class PaperView(GuardedView):
    """A paper of a dispute, to be saved and not shown."""

    allowed_roles = BILL_READERS.allowed_roles
    allowed_staff_roles = BOOK_READERS

    def get(self, request: HttpRequest, dispute_id: UUID, file_id: UUID) -> FileResponse:
        """Send it; somebody else's is as absent as one that never was."""
        del request
        try:
            queries.dispute(public_id=dispute_id, tenant_ids=self.viewer.tenant_ids)
            found = queries.evidence(dispute_id=dispute_id, file_id=file_id)
        except queries.UnknownUsageDispute as error:
            raise Http404 from error
        return sent_paper(found)


def checked(form: Form) -> CheckedUpload | None:
    """Return the paper of a form if it has one that may be kept; or the form says why not."""
    file = form.cleaned_data.get("paper")
    if not file:
        return None
    try:
        return check_upload(content=file.read(), name=file.name)
    except UploadRefused as error:
        form.add_error("paper", str(REFUSALS[error.reason]))
        return None


def attach(dispute_id: UUID, upload: CheckedUpload | None, *, side: Side, user_id: int) -> None:
    """Keep a paper with a dispute, if there is one."""
    if upload is not None:
        operations.attach(
            dispute_id=dispute_id, side=side, upload=upload, user_id=user_id, now=utc_now()
        )


def chosen_state(request: HttpRequest) -> dict[str, str]:
    """Return the filter.

    Raises:
        Http404: there is no such state.
    """
    chosen = chosen_texts(request, ("state",))
    if chosen["state"] and chosen["state"] not in set(DisputeState):
        raise Http404
    return chosen


def _own(tenant: UsageTenant, chosen: dict[str, str], *, limit: int) -> list[Any]:
    states = [chosen["state"]] if chosen["state"] else []
    found = queries.dispute_page(tenant_ids=[tenant.tenant_id], states=states, limit=limit)
    return [*found]

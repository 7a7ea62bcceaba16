"""What finance does about differences in cash: pair, propose, approve, refuse."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.cash import operations, queries
from kernel.clock import utc_now
from portal.access import GuardedView
from portal.cash_views import booking_form, difference_page, pair_form


class CashActorsView(GuardedView):
    """Something that only finance does."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = {Staff.FINANCE}

    def page_again(self, request: HttpRequest, difference_id: UUID, **forms: Any) -> HttpResponse:
        """Draw the difference again, with what is wrong beside its form."""
        return difference_page(
            request, difference_id, user_id=self.user_id, may_act=True, status=422, **forms
        )


class PairView(CashActorsView):
    """End two differences that are the same movement."""

    def post(self, request: HttpRequest, difference_id: UUID) -> HttpResponse:
        """Do it, or tell what is wrong."""
        form = pair_form(_known(difference_id), request.POST)
        if not form.is_valid():
            return self.page_again(request, difference_id, pairing=form)
        try:
            operations.pair(
                difference_ids=[difference_id, UUID(form.cleaned_data["other"])],
                reason=form.cleaned_data["reason"],
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.UnableToResolve:
            form.add_error("other", _("Together they must come to nothing."))
            return self.page_again(request, difference_id, pairing=form)
        except operations.DifferenceEnded:
            messages.warning(request, _("Somebody was faster: look again."))
        else:
            messages.success(request, _("Paired: both have ended."))
        return redirect("cash-difference", difference_id)


class ProposeView(CashActorsView):
    """Propose how a difference is booked."""

    def post(self, request: HttpRequest, difference_id: UUID) -> HttpResponse:
        """Do it, or tell what is wrong."""
        form = booking_form(_known(difference_id), request.POST)
        if not form.is_valid():
            return self.page_again(request, difference_id, booking=form)
        told = form.cleaned_data
        operator = {one.code: one.pk for one in queries.operators()}[told["operator"]]
        try:
            operations.propose(
                difference_id=difference_id,
                booking=operations.Booking(
                    counter=told["counter"],
                    operator_id=operator,
                    other_id=UUID(told["other"]) if told["other"] else None,
                ),
                reason=told["reason"],
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.UnableToResolve:
            form.add_error("other", _("A transfer names its other end, and nothing else does."))
            return self.page_again(request, difference_id, booking=form)
        except operations.DifferenceEnded:
            messages.warning(request, _("Somebody was faster: look again."))
        else:
            messages.success(request, _("Proposed: somebody else approves it."))
        return redirect("cash-difference", difference_id)


class ApproveView(CashActorsView):
    """Have booked what somebody else proposed."""

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.approve(proposal_id=proposal_id, user_id=self.user_id, now=utc_now())
        except operations.CashProposalNotFound as error:
            raise Http404 from error
        except operations.UnableToApproveOwnCashProposal:
            messages.error(request, _("Whoever proposed this does not approve it."))
        except operations.DifferenceEnded:
            messages.warning(request, _("It changed meanwhile: refuse the proposal, look again."))
        else:
            messages.success(request, _("Booked."))
        return redirect("cash")


class RefuseView(CashActorsView):
    """Refuse a proposal, or take one's own back."""

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.refuse(proposal_id=proposal_id, user_id=self.user_id, now=utc_now())
        except operations.CashProposalNotFound as error:
            raise Http404 from error
        messages.success(request, _("The difference is open again."))
        return redirect("cash")


def _known(difference_id: UUID) -> Any:
    try:
        return queries.difference(public_id=difference_id)
    except queries.CashDifferenceUnknown as error:
        raise Http404 from error

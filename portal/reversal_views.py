"""Finance takes back what was transferred: one proposes it, another lets Stripe be asked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compute_billing.payouts import operations, queries
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN
from portal import connect_pages
from portal.connect_forms import ReversalForm
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.figures import money
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.payout_run_views import RunActorsView, RunReadersView


class ReversalsView(RunReadersView):
    """What was taken back of a transferred payout, and the form of the next reversal."""

    def get(self, request: HttpRequest, payout_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send it as a file."""
        kind = wanted_kind(request)
        if kind is None:
            return _page(self, payout_id, form=ReversalForm(), status=200)
        found = _found(payout_id)[1]
        shown = narrowed(found, table_of=connect_pages.reversals_table, text=looked_for(request))
        return file_response(
            name="taken-back",
            kind=kind,
            columns=connect_pages.REVERSAL_COLUMNS,
            rows=connect_pages.reversal_cells(shown),
        )


class ProposeReversalView(RunActorsView):
    """Propose to take a part of a transfer back."""

    lets_money_out = True

    def post(self, request: HttpRequest, payout_id: UUID) -> HttpResponse:
        """Do it, or tell what is wrong.

        Raises:
            Http404: there is no such payout at Stripe.
        """
        form = ReversalForm(request.POST)
        _found(payout_id)
        if form.is_valid():
            try:
                operations.propose_reversal(
                    payout_id=payout_id,
                    amount_fen=int(form.cleaned_data["amount"] * 100),
                    reason=form.cleaned_data["reason"],
                    user_id=self.user_id,
                    now=utc_now(),
                )
            except operations.UnableToReverse:
                told = _("No more than is left of a transfer, and one reversal after the other.")
                form.add_error("amount", told)
            else:
                messages.success(request, _("Proposed: somebody else approves it."))
                return redirect("payout-reversals", payout_id)
        return _page(self, payout_id, form=form, status=422)


class ApproveReversalView(RunActorsView):
    """Let Stripe be asked to take it back."""

    lets_money_out = True

    def post(self, request: HttpRequest, reversal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        payout_id = _payout_of(reversal_id)
        try:
            operations.approve_reversal(
                reversal_id=reversal_id, user_id=self.user_id, now=utc_now()
            )
        except operations.ReversalNotFound:
            messages.warning(request, _("Somebody was faster: look again."))
        except operations.UnableToApproveOwnReversal:
            messages.error(
                request, _("Whoever proposed this, or belongs to the payee, does not approve it.")
            )
        else:
            messages.success(request, _("Approved: Stripe is asked."))
        return redirect("payout-reversals", payout_id)


class RefuseReversalView(RunActorsView):
    """Refuse a reversal, or take one's own back."""

    def post(self, request: HttpRequest, reversal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        payout_id = _payout_of(reversal_id)
        try:
            operations.refuse_reversal(reversal_id=reversal_id, user_id=self.user_id, now=utc_now())
        except operations.ReversalNotFound:
            messages.warning(request, _("Somebody was faster: look again."))
        else:
            messages.success(request, _("Refused: nothing is taken back."))
        return redirect("payout-reversals", payout_id)


def _payout_of(reversal_id: UUID) -> UUID:
    found = queries.payout_of_reversal(reversal_id=reversal_id)
    if found is None:
        raise Http404
    return found


def _found(payout_id: UUID) -> tuple[Any, list[Any]]:
    try:
        return queries.reversals_of(payout_id=payout_id)
    except queries.UnknownPayout as error:
        raise Http404 from error


def _page(
    view: RunReadersView, payout_id: UUID, *, form: ReversalForm, status: int
) -> HttpResponse:
    payout, reversals = _found(payout_id)
    text = looked_for(view.request)
    shown = narrowed(reversals, table_of=connect_pages.reversals_table, text=text)
    waiting = next((one for one in reversals if one.state == "proposed"), None)
    context = {
        "payout": payout,
        "left": money((payout.amount_fen - payout.reversed_fen) * MICRO_PER_FEN),
        "table": connect_pages.reversals_table(shown),
        "waiting": waiting,
        "is_own": waiting is not None and waiting.maker_id == view.user_id,
        "is_open": any(one.state in {"proposed", "asked"} for one in reversals),
        "form": form,
        "may_act": view.may_act,
        "text": text,
        "address": address_of({"text": text}),
    }
    return render(view.request, "portal/payout_reversals.html", context, status=status)

"""The desk of clawbacks: what is to be given back, why, decided by whom, and what came back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Staff
from compute_billing.settlement import clawback_receipts, clawbacks
from compute_billing.settlement.clawbacks import Clawback
from kernel.clock import utc_now
from kernel.money import Money
from portal import figures
from portal.access import FUND_READERS, GuardedView, rights_of
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.tables import Table, TableCell, TableRow, amount, instant, words

SHOWN: Final = 500
PAPER_LENGTH_MAX: Final = 100
REASONS: Final = {
    "refund": gettext_lazy("refunded"),
    "duplicate_funding": gettext_lazy("funded twice"),
    "relocation": gettext_lazy("moved away"),
    "fraud": gettext_lazy("false statements"),
    "provider_delisted": gettext_lazy("provider off the list"),
    "closed_fund_year": gettext_lazy("budget year closed"),
}
STATES: Final = {
    "proposed": gettext_lazy("waits for somebody else"),
    "approved": gettext_lazy("approved"),
    "rejected": gettext_lazy("rejected"),
}
COLUMNS: Final = (
    *("id", "award", "tenant", "debtor", "reason", "clause", "statement", "state", "amount"),
    *("left", "proposed_at", "decided_at"),
)


class ClawbackForm(forms.Form):
    """Of which award, why, by which clause, and what happened."""

    award = forms.CharField(label=gettext_lazy("Award"), max_length=64)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=list(REASONS.items()))
    clause = forms.CharField(label=gettext_lazy("Clause"), max_length=200)
    statement = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    withdraws_award = forms.BooleanField(
        label=gettext_lazy("The award ends with it"), required=False
    )


class ClawbacksView(GuardedView):
    """What was proposed, decided and received, and the form that proposes."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it, or send it as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            rows = (_cells(made) for made in _found(request))
            return file_response(name="clawbacks", kind=kind, columns=COLUMNS, rows=rows)
        return self.show(request, ClawbackForm())

    def show(self, request: HttpRequest, form: ClawbackForm, *, status: int = 200) -> HttpResponse:
        """Show the page, and the form as it was typed."""
        found, text = _found(request), looked_for(request)
        roles = rights_of(request).staff_roles
        context = {
            "table": clawbacks_table(found),
            "waiting": [
                _waiting(made, user_id=self.user_id)
                for made in found
                if Staff.SUBSIDY_APPROVER in roles and made.state == "proposed"
            ],
            "owing": [
                _waiting(made, user_id=self.user_id)
                for made in found
                if Staff.FINANCE in roles and _left(made)
            ],
            "text": text,
            "address": address_of({"text": text}),
            "form": form if Staff.SUBSIDY_OFFICER in roles else None,
        }
        return render(request, "portal/clawbacks.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose it, or say why that cannot be."""
        if Staff.SUBSIDY_OFFICER not in rights_of(request).staff_roles:
            return HttpResponse(status=403)
        form = ClawbackForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        said = form.cleaned_data
        try:
            clawbacks.propose(
                award_reference=said["award"],
                grounds=clawbacks.Grounds(
                    reason=said["reason"], clause=said["clause"], statement=said["statement"]
                ),
                extent=clawbacks.Extent(withdraws_award=said["withdraws_award"]),
                maker_id=self.user_id,
                now=utc_now(),
            )
        except clawbacks.UnableToClawBack:
            form.add_error("award", _("There is no award of this name that pays money."))
            return self.show(request, form, status=422)
        messages.success(request, _("It is proposed. Somebody else decides it."))
        return redirect("clawbacks")


class DecideClawbackView(GuardedView):
    """Approve what somebody else proposed, or reject it."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = (Staff.SUBSIDY_APPROVER,)

    def post(self, request: HttpRequest, clawback_id: UUID) -> HttpResponse:
        """Decide it for the authority whose award it is."""
        try:
            clawbacks.decide(
                public_id=clawback_id,
                approves=request.POST.get("decision") == "approve",
                decider_id=self.user_id,
                decider_organisation_id=clawback_receipts.authority_of(public_id=clawback_id),
                answer="",
                now=utc_now(),
            )
        except clawbacks.ClawbackNotFound as error:
            raise Http404 from error
        except clawbacks.ClawbackNeedsAnother:
            told = _("Not by you: you proposed it, belong to it, or are not of its authority.")
            messages.error(request, told)
        except clawbacks.UnableToClawBack:
            messages.error(request, _("It is decided already, or nothing was given to take back."))
        else:
            messages.success(request, _("It is decided."))
        return redirect("clawbacks")


class ReceiveClawbackView(GuardedView):
    """Note that the treasury has what was left."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = (Staff.FINANCE,)

    def post(self, request: HttpRequest, clawback_id: UUID) -> HttpResponse:
        """Book it under its receipt."""
        receipt_no = request.POST.get("receipt_no", "")[:PAPER_LENGTH_MAX]
        try:
            clawback_receipts.receive_rest(
                public_id=clawback_id, receipt_no=receipt_no, actor=self.actor, now=utc_now()
            )
        except clawbacks.ClawbackNotFound as error:
            raise Http404 from error
        except clawbacks.UnableToClawBack:
            messages.error(request, _("Nothing is owed any more, or the receipt was used before."))
        else:
            messages.success(request, _("The receipt is booked."))
        return redirect("clawbacks")


def _left(made: Clawback) -> int:
    return sum(part.amount - part.settled for part in made.parts.all())


def _waiting(made: Clawback, *, user_id: int) -> dict[str, Any]:
    return {
        "id": made.public_id,
        "name": made.debtor.name,
        "award": made.award.reference,
        "statement": made.statement,
        "left": figures.money(_left(made)),
        "is_own": made.maker_id == user_id,
    }


def _found(request: HttpRequest) -> list[Clawback]:
    every = clawback_receipts.recent(limit=SHOWN)
    return narrowed(every, table_of=clawbacks_table, text=looked_for(request))


def clawbacks_table(found: Sequence[Clawback]) -> Table:
    """Return clawbacks as a table."""
    return Table(
        name=_("Clawbacks"),
        columns=[
            _("Debtor"),
            _("Award"),
            _("Reason"),
            _("Clause"),
            _("Proposed at"),
            _("State"),
            _("Amount"),
            _("Still owed"),
        ],
        rows=[
            TableRow(
                key=str(made.public_id),
                cells=[
                    TableCell(text=made.debtor.name, code=made.debtor.code),
                    words(made.award.reference),
                    words(str(REASONS[made.reason]), note=made.statement),
                    words(made.clause),
                    instant(made.proposed_at),
                    words(str(STATES[made.state])),
                    amount(figures.money(made.amount), name="amount"),
                    amount(figures.money(_left(made)), name="left"),
                ],
            )
            for made in found
        ],
    )


def _cells(made: Clawback) -> list[Cell]:
    sums = [Decimal(Money(micro).to_text()) for micro in (made.amount, _left(made))]
    return [
        *(str(made.public_id), made.award.reference, made.tenant.code, made.debtor.code),
        *(made.reason, made.clause, made.statement, made.state),
        *sums,
        *(made.proposed_at, made.decided_at),
    ]

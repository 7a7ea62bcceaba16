"""The desk of finance: how tenants pay and what they may owe, with four eyes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Staff
from accounts.queries import OrganisationNotFound, organisation_by_code
from compute_billing.ledger import credit_terms
from compute_billing.ledger.credit_terms import (
    CreditProposal,
    CreditTerms,
    UnableToDecideCredit,
    UnableToSetCredit,
)
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN, Money
from portal import figures
from portal.access import BANK_READERS, GuardedView, rights_of
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.payment_forms import YuanField, fen
from portal.tables import Table, TableCell, TableRow, amount, instant, words

SHOWN: Final = 500
MODES: Final = (("postpaid", gettext_lazy("on credit")), ("prepaid", gettext_lazy("in advance")))
DECISIONS: Final = {
    "": gettext_lazy("waits for somebody else"),
    "approved": gettext_lazy("approved"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("taken back"),
}
COLUMNS: Final = (
    *("id", "tenant", "mode", "limit", "former_mode", "former_limit", "reason", "made_at"),
    *("decision", "decided_at", "net_days", "former_net_days"),
)


class CreditForm(forms.Form):
    """Who, how, up to how much, and why."""

    tenant = forms.CharField(
        label=gettext_lazy("Tenant"),
        max_length=64,
        help_text=gettext_lazy("Its code, as it stands below its name: yunlu-medical"),
    )
    mode = forms.ChoiceField(label=gettext_lazy("Pays"), choices=MODES)
    limit = YuanField(label=gettext_lazy("Credit limit in yuan"))
    net_days = forms.IntegerField(
        label=gettext_lazy("Bills are due within days"),
        required=False,
        min_value=0,
        max_value=180,
        initial=30,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class CreditView(GuardedView):
    """What was proposed and decided, and the form that proposes."""

    http_method_names = ["get", "post", "head", "options"]
    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it, or send it as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            rows = (_cells(made) for made in _found(request))
            return file_response(name="credit-limits", kind=kind, columns=COLUMNS, rows=rows)
        return self.show(request, CreditForm())

    def show(self, request: HttpRequest, form: CreditForm, *, status: int = 200) -> HttpResponse:
        """Show the page, and the form as it was typed."""
        found, text = _found(request), looked_for(request)
        may_act = Staff.FINANCE in rights_of(request).staff_roles
        context = {
            "table": credit_table(found),
            "waiting": [
                {
                    "id": made.public_id,
                    "name": made.tenant.name,
                    "reason": made.reason,
                    "limit": figures.money(made.limit),
                    "is_own": made.maker_id == self.user_id,
                }
                for made in found
                if may_act and not made.decision
            ],
            "text": text,
            "address": address_of({"text": text}),
            "form": form if may_act else None,
        }
        return render(request, "portal/credit.html", context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose it, or say why that cannot be."""
        form = CreditForm(request.POST)
        if Staff.FINANCE not in rights_of(request).staff_roles:
            return HttpResponse(status=403)
        if not form.is_valid():
            return self.show(request, form, status=422)
        said = form.cleaned_data
        try:
            credit_terms.propose_credit(
                tenant_id=organisation_by_code(code=said["tenant"]).pk,
                wanted=CreditTerms(
                    mode=said["mode"],
                    limit_micro=fen(said["limit"]) * MICRO_PER_FEN,
                    net_days=30 if said["net_days"] is None else said["net_days"],
                ),
                reason=said["reason"],
                maker_id=self.user_id,
                now=utc_now(),
            )
        except OrganisationNotFound:
            form.add_error("tenant", _("There is no tenant of this code."))
            return self.show(request, form, status=422)
        except UnableToSetCredit as error:
            form.add_error("limit", _refusal(error))
            return self.show(request, form, status=422)
        messages.success(request, _("It is proposed. Somebody else approves it."))
        return redirect("credit-limits")


class DecideCreditView(GuardedView):
    """Approve what somebody else proposed, or refuse it."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = (Staff.FINANCE,)

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Decide it; what came of it stands on the page."""
        approves = request.POST.get("decision") == "approve"
        try:
            credit_terms.decide_credit(
                public_id=proposal_id, approves=approves, decider_id=self.user_id, now=utc_now()
            )
        except UnableToSetCredit as error:
            messages.error(request, _refusal(error))
        except UnableToDecideCredit:
            told = _("Not by you: it is decided already, you proposed it, or you belong to it.")
            messages.error(request, told)
        else:
            messages.success(request, _("It is decided."))
        return redirect(reverse("credit-limits"))


def _refusal(error: UnableToSetCredit) -> str:
    used = error.details.get("used")
    if used:
        return _("¥ %(used)s are used already: bill and collect them first.") % {"used": used}
    return _("It does not fit: it is so already, another waits, or the limit is not zero.")


def _found(request: HttpRequest) -> list[CreditProposal]:
    every = credit_terms.proposals(limit=SHOWN)
    return narrowed(every, table_of=credit_table, text=looked_for(request))


def credit_table(found: Sequence[CreditProposal]) -> Table:
    """Return proposals as a table."""
    return Table(
        name=_("Credit limits"),
        columns=[
            _("Tenant"),
            _("Proposed at"),
            _("Limit now"),
            _("New limit"),
            _("Due"),
            _("Reason"),
            _("State"),
        ],
        rows=[
            TableRow(
                key=str(made.public_id),
                cells=[
                    TableCell(text=made.tenant.name, note=made.tenant.code),
                    instant(made.made_at),
                    amount(figures.money(made.former_limit)),
                    amount(figures.money(made.limit), name="limit"),
                    words(_("%(days)s days") % {"days": made.net_days}),
                    words(made.reason),
                    words(DECISIONS[made.decision], note=dict(MODES)[made.mode]),
                ],
            )
            for made in found
        ],
    )


def _cells(made: CreditProposal) -> list[Cell]:
    limits = [Decimal(Money(micro).to_text()) for micro in (made.limit, made.former_limit)]
    return [
        *(str(made.public_id), made.tenant.code, made.mode, limits[0], made.former_mode),
        *(limits[1], made.reason, made.made_at, made.decision or "open", made.decided_at),
        *(made.net_days, made.former_net_days),
    ]

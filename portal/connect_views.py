"""Payees at Stripe: their accounts as Stripe says that they are, and the way to its own pages."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from compute_billing.payments.operations import is_set_up
from compute_billing.payouts import operations, queries
from kernel.clock import utc_now
from portal import connect_pages
from portal.connect_forms import ConnectForm, RailForm
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import ActingView, DeskView, address_of


class ConnectView(DeskView):
    """The payees' accounts at Stripe: what each may do, and what Stripe still wants to know."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file; whoever is back from Stripe sees the newest."""
        kind = wanted_kind(request)
        if kind is not None:
            found = narrowed(
                queries.connected_accounts(),
                table_of=connect_pages.accounts_table,
                text=looked_for(request),
            )
            return file_response(
                name="accounts-at-stripe",
                kind=kind,
                columns=connect_pages.COLUMNS,
                rows=connect_pages.account_cells(found),
            )
        if request.GET.get("from") == "refresh":
            messages.warning(request, _("That page of Stripe is used up: go on with a new one."))
        if request.GET.get("from") == "return" and is_set_up():
            _look(request)
        return _page(self, request, start=_start_form(), rail=_rail_form(), status=200)


class StartView(ActingView):
    """Lead a payee to Stripe's own page, where it tells what Stripe wants to know."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the account if there is none yet, and go on at Stripe, or tell what is wrong."""
        form = _start_form(request)
        if not form.is_valid() or not is_set_up():
            return _page(self, request, start=form, rail=_rail_form(), status=422)
        payee_id = connect_pages.payee_ids()[form.cleaned_data["payee"]]
        operations.connect(
            payee_id=payee_id,
            country=form.cleaned_data["country"],
            email=form.cleaned_data["email"],
            user_id=self.user_id,
            now=utc_now(),
        )
        back = f"{settings.PORTAL_ADDRESS}{reverse('operator-connect')}"
        try:
            page = operations.onboarding_page(
                payee_id=payee_id, refresh=f"{back}?from=refresh", back=f"{back}?from=return"
            )
        except operations.ConnectedAccountNotFound:
            form.add_error("payee", _("Stripe opened no account: the table says why."))
        except operations.StripeNotReached:
            form.add_error("payee", _("Stripe has not answered yet: try again in a minute."))
        else:
            return redirect(page)
        return _page(self, request, start=form, rail=_rail_form(), status=422)


class RailView(ActingView):
    """Propose that a payee is paid by Connect; finance approves it, and time passes."""

    lets_money_out = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose it, or tell what is wrong."""
        form = _rail_form(request)
        if form.is_valid():
            try:
                operations.propose_connect(
                    payee_id=connect_pages.payee_ids()[form.cleaned_data["payee"]],
                    reason=form.cleaned_data["reason"],
                    user_id=self.user_id,
                    now=utc_now(),
                )
            except operations.UnableToProposeAccount:
                told = _("Its account at Stripe must be payable, and no other proposal may wait.")
                form.add_error("payee", told)
            else:
                messages.success(request, _("Proposed: finance asks back and approves it."))
                return redirect("operator-payouts")
        return _page(self, request, start=_start_form(), rail=form, status=422)


def _look(request: HttpRequest) -> None:
    if operations.look_at_all_accounts():
        messages.success(request, _("This is what Stripe says now."))
    else:
        messages.warning(request, _("Stripe has not answered: this is what it said before."))


def _page(
    view: DeskView, request: HttpRequest, *, start: ConnectForm, rail: RailForm, status: int
) -> HttpResponse:
    text = looked_for(request)
    known = queries.connected_accounts()
    found = narrowed(known, table_of=connect_pages.accounts_table, text=text)
    return view.page(
        request,
        "connect.html",
        status=status,
        table=connect_pages.accounts_table(found),
        start=start,
        rail=rail,
        has_payees=bool(start.fields["payee"].choices),  # type: ignore[attr-defined]
        has_payable=any(one.transfers_enabled for one in known),
        is_set_up=is_set_up(),
        text=text,
        address=address_of({"text": text}),
    )


def _start_form(request: HttpRequest | None = None) -> ConnectForm:
    return ConnectForm(
        None if request is None else request.POST, payees=connect_pages.payee_choices()
    )


def _rail_form(request: HttpRequest | None = None) -> RailForm:
    payable = connect_pages.payable_choices()
    return RailForm(None if request is None else request.POST, payees=payable, prefix="rail")

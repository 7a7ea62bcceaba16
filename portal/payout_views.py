"""The payee's desk: what is earned, held back, payable and paid, statements, and the account."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.payouts import documents, operations, queries
from kernel.clock import utc_now
from portal import payout_pages
from portal.access import rights_of
from portal.documents import known_language, pdf_response
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import ActingView, DeskView, address_of
from portal.payout_forms import AccountForm

PAYOUTS_MAX: Final = 200


class PayoutsView(DeskView):
    """How each payee's money stands, the payouts, and the accounts that are paid to."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show it, or send one of the tables as a file."""
        kind, text, now = wanted_kind(request), looked_for(request), utc_now()
        if kind is not None:
            return _file(request.GET.get("table", "payees"), kind=kind, text=text, now=now)
        standings = queries.standings(now=now)
        payees = narrowed(standings, table_of=payout_pages.payees_table, text=text)
        return self.page(
            request,
            "payouts.html",
            payees=payout_pages.payees_table(payees),
            has_payees=bool(standings),
            payouts=payout_pages.payouts_table(_payouts(text)),
            waiting=queries.waiting_accounts(now=now),
            text=text,
            payees_address=address_of({"table": "payees", "text": text}),
            payouts_address=address_of({"table": "payouts", "text": text}),
        )


class PayoutView(DeskView):
    """What a payout consists of, to the last fen."""

    def get(self, request: HttpRequest, payout_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its parts as a file.

        Raises:
            Http404: there is no such payout.
        """
        try:
            found = queries.statement_of(payout_id=payout_id, payee_id=None)
        except queries.UnknownPayout as error:
            raise Http404 from error
        payout, kind, text = found.payout, wanted_kind(request), looked_for(request)
        parts = narrowed(found.parts, table_of=payout_pages.parts_table, text=text)
        if payout is None:
            raise Http404
        if kind is not None:
            rows = payout_pages.part_cells(parts)
            return file_response(
                name=f"payout-{payout.number}",
                kind=kind,
                columns=payout_pages.PART_COLUMNS,
                rows=rows,
            )
        return self.page(
            request,
            "payout.html",
            payout=payout,
            state=payout_pages.STATES[payout.state],
            account=payout_pages.last_four(payout.account.number),
            steps=payout_pages.steps(found),
            beside=payout_pages.beside(found),
            table=payout_pages.parts_table(parts),
            text=text,
            address=address_of({"text": text}),
            may_see_run=not {Staff.FINANCE, Staff.AUDITOR}.isdisjoint(
                rights_of(request).staff_roles
            ),
        )


class PayoutDocumentView(DeskView):
    """What a payout consists of as a PDF, in one of the languages of the house."""

    def get(self, request: HttpRequest, payout_id: UUID, language: str) -> HttpResponse:
        """Send it.

        Raises:
            Http404: there is no such payout, or language.
        """
        del request
        try:
            document = documents.payout_document(
                payout_id=payout_id, payee_id=None, language=known_language(language)
            )
        except queries.UnknownPayout as error:
            raise Http404 from error
        return pdf_response(document)


class ProposeAccountView(ActingView):
    """Say where a payee is to be paid; finance approves it, and time passes."""

    lets_money_out = True
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return render(request, "portal/operator/payout_account.html", {"form": _form()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose it, or tell what is wrong."""
        form = _form(request)
        if form.is_valid():
            told = form.cleaned_data
            payees = {one.code: one.payee_id for one in queries.standings(now=utc_now())}
            try:
                operations.propose_account(
                    payee_id=payees[told["payee"]],
                    details=form.details,
                    reason=told["reason"],
                    user_id=self.user_id,
                    now=utc_now(),
                )
            except operations.UnableToProposeAccount:
                told_why = _("The holder must be the payee itself, and no other proposal may wait.")
                form.add_error("holder", told_why)
            else:
                messages.success(request, _("Proposed: finance asks back and approves it."))
                return redirect("operator-payouts")
        context = {"form": form}
        return render(request, "portal/operator/payout_account.html", context, status=422)


def _form(request: HttpRequest | None = None) -> AccountForm:
    payees = [(one.code, one.name) for one in queries.standings(now=utc_now())]
    return AccountForm(None if request is None else request.POST, payees=payees)


def _payouts(text: str) -> list[object]:
    found = queries.payout_page(payee_id=None, after=None, limit=PAYOUTS_MAX)
    return narrowed(found, table_of=payout_pages.payouts_table, text=text)


def _file(table: str, *, kind: str, text: str, now: datetime) -> FileAnswer:
    if table == "payees":
        found = narrowed(queries.standings(now=now), table_of=payout_pages.payees_table, text=text)
        return file_response(
            name="payees",
            kind=kind,
            columns=payout_pages.PAYEE_COLUMNS,
            rows=payout_pages.payee_cells(found),
        )
    if table == "payouts":
        return file_response(
            name="payouts",
            kind=kind,
            columns=payout_pages.PAYOUT_COLUMNS,
            rows=payout_pages.payout_cells(_payouts(text)),
        )
    raise Http404

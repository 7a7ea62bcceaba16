"""A payee's own page: what it was paid, the account it is paid to, and the change that waits."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.permissions import Role
from compute_billing.payouts import documents, operations, queries
from kernel.clock import utc_now
from portal import payout_pages
from portal.documents import known_language, pdf_response
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.organisation import OrganisationView
from portal.payout_forms import OwnAccountForm


class PayeeView(OrganisationView):
    """A page of a payee for its owners and its finance."""

    allowed_roles = frozenset({Role.OWNER, Role.FINANCE})

    def payee(self, code: str) -> Organisation:
        """Return the organisation.

        Raises:
            Http404: it is not the viewer's, or nobody pays it anything.
        """
        organisation = self.own(code)
        if not queries.is_payee(organisation_id=organisation.pk):
            raise Http404
        return organisation


class OwnPayoutsView(PayeeView):
    """What the payee was paid, where it is paid, and the form that proposes another account."""

    http_method_names = ["get", "post", "head", "options"]
    lets_money_out = True

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show it, or send the payouts as a file."""
        organisation, kind = self.payee(code), wanted_kind(request)
        if kind is not None:
            return file_response(
                name=f"payouts-{code}",
                kind=kind,
                columns=payout_pages.PAYOUT_COLUMNS,
                rows=payout_pages.payout_cells(_payouts(organisation, looked_for(request))),
            )
        form = OwnAccountForm(initial={"holder": organisation.name})
        return self._page(request, organisation, form=form, status=200)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Propose an account, or tell what is wrong."""
        organisation, form = self.payee(code), OwnAccountForm(request.POST)
        if form.is_valid():
            try:
                operations.propose_account(
                    payee_id=organisation.pk,
                    details=form.details,
                    reason=form.cleaned_data["reason"],
                    user_id=self.user_id,
                    now=utc_now(),
                )
            except operations.UnableToProposeAccount:
                told = _("The holder must be the payee itself, and no other proposal may wait.")
                form.add_error("holder", told)
            else:
                messages.success(request, _("Proposed: finance asks back and approves it."))
                return redirect("own-payouts", code=code)
        return self._page(request, organisation, form=form, status=422)

    def _page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        *,
        form: OwnAccountForm,
        status: int,
    ) -> HttpResponse:
        now, text = utc_now(), looked_for(request)
        accounts = queries.accounts_of(payee_id=organisation.pk)
        context = {
            "form": form,
            "table": payout_pages.own_payouts_table(
                _payouts(organisation, text), code=organisation.code
            ),
            "waiting": [one for one in accounts if one.decided_at is None or one.is_awaited(now)],
            "used": next((one for one in accounts if one.is_used(now)), None),
            "text": text,
            "address": address_of({"text": text}),
        }
        return self.page(
            request,
            "portal/own_payouts.html",
            organisation=organisation,
            context=context,
            status=status,
        )


class OwnPayoutDocumentView(PayeeView):
    """What an own payout consists of, as a PDF."""

    def get(self, request: HttpRequest, code: str, payout_id: UUID, language: str) -> HttpResponse:
        """Send it.

        Raises:
            Http404: the payee has no such payout, or there is no such language.
        """
        del request
        try:
            document = documents.payout_document(
                payout_id=payout_id,
                payee_id=self.payee(code).pk,
                language=known_language(language),
            )
        except queries.UnknownPayout as error:
            raise Http404 from error
        return pdf_response(document)


class StopAccountView(PayeeView):
    """Stop an account that waits: a payee's own people know best that it is not theirs."""

    http_method_names = ["post", "options"]
    lets_money_out = True

    def post(self, request: HttpRequest, code: str, account_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: the payee has no such account that waits.
        """
        organisation = self.payee(code)
        try:
            operations.refuse_account(
                account_id=account_id,
                user_id=self.user_id,
                payee_id=organisation.pk,
                now=utc_now(),
            )
        except operations.PayoutAccountNotFound as error:
            raise Http404 from error
        messages.success(request, _("Stopped: the account of before stays."))
        return redirect("own-payouts", code=code)


def _payouts(organisation: Organisation, text: str) -> list[object]:
    found = queries.payout_page(payee_id=organisation.pk, after=None, limit=queries.PAYOUTS_MAX)
    return narrowed(found, table_of=payout_pages.payouts_table, text=text)

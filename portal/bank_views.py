"""Transfers by bank: finance's desk of statements, and where a tenant remits to."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Role, Staff
from compute_billing.audit.usage import UsageTenant
from compute_billing.bank import operations, queries
from compute_billing.bank.bank_file import UnableToReadStatement, read_statement
from kernel import uploads
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN
from portal import bank_file_pages, bank_pages
from portal.access import BANK_READERS, GuardedView, rights_of
from portal.bank_forms import LineForm, StatementForm
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, wanted_kind
from portal.figures import money
from portal.operator_desk import address_of, chosen_texts
from portal.verification.words import REFUSALS

LINES_MAX: Final = 200
STATEMENTS_MAX: Final = 20
FEN_PER_YUAN: Final = 100


class BankReadersView(GuardedView):
    """A page of the desk: finance acts, auditors read."""

    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    @property
    def may_act(self) -> bool:
        """Say whether he may change anything here."""
        return Staff.FINANCE in rights_of(self.request).staff_roles


class BankActorsView(BankReadersView):
    """Something that only finance does."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = {Staff.FINANCE}


class BankView(BankReadersView):
    """The accounts, the transfers that wait, and what was imported."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send one of the tables as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            table = request.GET.get("table", bank_file_pages.TABLES[0])
            return bank_file_pages.file_of(table, kind=kind, wanted=_wanted(request))
        return _desk(self, form=_statement_form(), status=200)


class ImportView(BankActorsView):
    """Take a statement in, and credit what says itself whose it is."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Tell what came of it, or what is wrong with the file."""
        form = _statement_form(request)
        if not form.is_valid():
            return _desk(self, form=form, status=422)
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            uploads.scan(content)
            read = read_statement(content, name=file.name)
        except uploads.UploadRefused as error:
            form.add_error("file", str(REFUSALS[error.reason]))
            return _desk(self, form=form, status=422)
        except UnableToReadStatement as error:
            told = _(
                "This is no bank statement: export it as CSV with its day and its amounts, or as "
                "camt.053."
            )
            form.add_error("file", f"{told} {bank_pages.fault(error)}".strip())
            return _desk(self, form=form, status=422)
        try:
            imported = operations.import_statement(
                account_id=UUID(form.cleaned_data["account"]),
                read=read,
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.StatementOfAnotherAccount:
            form.add_error("account", _("The file is of another account: choose that one."))
            return _desk(self, form=form, status=422)
        credited = operations.credit_exact_lines(two_from_fen=_two_from_fen(), now=utc_now())
        told = _("%(new)s of %(lines)s lines are new, %(credited)s were credited.")
        figures = {
            "new": imported.new_lines,
            "lines": imported.lines,
            "credited": credited,
        }
        messages.success(request, told % figures)
        return redirect("bank")


class LineView(BankReadersView):
    """A transfer, and whose it is."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, line_id: UUID) -> HttpResponse:
        """Show it."""
        line = _line(line_id)
        first = {"fate": "credit", "tenant": line.tenant_code}
        return self._page(request, line, form=_line_form(initial=first), status=200)

    def post(self, request: HttpRequest, line_id: UUID) -> HttpResponse:
        """Decide, or propose where two must.

        Raises:
            PermissionDenied: who only reads.
        """
        if not self.may_act:
            raise PermissionDenied
        line = _line(line_id)
        form = _line_form(request.POST)
        if not form.is_valid():
            return self._page(request, line, form=form, status=422)
        tenant = _tenants().get(form.cleaned_data["tenant"])
        try:
            operations.decide(
                line_id=line_id,
                fate=form.cleaned_data["fate"],
                tenant_id=None if tenant is None else tenant.tenant_id,
                reason=form.cleaned_data["reason"],
                two_from_fen=_two_from_fen(),
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.UnableToDecide:
            form.add_error("tenant", _("Choose whose money it is."))
            return self._page(request, line, form=form, status=422)
        except operations.LineDecided:
            messages.warning(request, _("Somebody was faster: look again."))
        else:
            messages.success(request, _told_decision(line.amount_fen))
        return redirect("bank")

    def _page(
        self, request: HttpRequest, line: queries.WaitingLine, *, form: LineForm, status: int
    ) -> HttpResponse:
        proposal = line.proposal
        context = {
            "line": line,
            "amount": money(line.amount_fen * MICRO_PER_FEN),
            "match": bank_pages.MATCHES[line.match],
            "form": form,
            "may_act": self.may_act,
            "is_own": proposal is not None and proposal.maker_id == self.user_id,
            "needs_two": line.amount_fen >= _two_from_fen(),
        }
        return render(request, "portal/bank_line.html", context, status=status)


class ApproveView(BankActorsView):
    """Carry out what somebody else proposed."""

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.approve(
                proposal_id=proposal_id,
                two_from_fen=_two_from_fen(),
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.ProposalNotFound as error:
            raise Http404 from error
        except operations.UnableToApproveOwnProposal:
            messages.error(request, _("Whoever proposed this does not approve it."))
        else:
            messages.success(request, _("Approved."))
        return redirect("bank")


class RefuseView(BankActorsView):
    """Refuse a proposal, or take one's own back."""

    def post(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.refuse(proposal_id=proposal_id, user_id=self.user_id, now=utc_now())
        except operations.ProposalNotFound as error:
            raise Http404 from error
        messages.success(request, _("The transfer waits again."))
        return redirect("bank")


class TransferView(BillReadersView):
    """Where a tenant remits to, and what it writes into the remark."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it; staff choose a tenant."""
        tenant = self.chosen_tenant(request)
        context: dict[str, Any] = {"tenants": self.tenants}
        if tenant is not None:
            context |= {
                "page": {"tenant": tenant},
                "remittances": bank_pages.remittances(tenant_id=tenant.tenant_id),
                "may_act": self._may_act(tenant),
            }
        return render(request, "portal/bank_transfer.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the code of a tenant for an operator.

        Raises:
            BadRequest: no such operator takes transfers; the page offers those that do.
            PermissionDenied: who may only read.
        """
        tenant = self.chosen_tenant(request)
        if tenant is None or not self._may_act(tenant):
            raise PermissionDenied
        try:
            operator_id = queries.remitted_to(
                tenant_id=tenant.tenant_id, operator=request.POST.get("operator", "")
            )
        except queries.UnableToRemit as error:
            raise BadRequest from error
        operations.remittance_code(
            tenant_id=tenant.tenant_id, operator_id=operator_id, now=utc_now()
        )
        return redirect(f"{request.path}?tenant={tenant.code}")

    def _may_act(self, tenant: UsageTenant) -> bool:
        roles = rights_of(self.request).roles_by_organisation.get(tenant.tenant_id, frozenset())
        return not roles.isdisjoint({Role.OWNER, Role.FINANCE})


def _desk(view: BankReadersView, *, form: StatementForm, status: int) -> HttpResponse:
    wanted = _wanted(view.request)
    accounts = queries.accounts()
    shown = [one for one in accounts if wanted.account in ("", one.number)]
    lines = queries.waiting_lines(wanted=wanted, limit=LINES_MAX)
    statements = queries.statements(wanted=wanted, limit=STATEMENTS_MAX)
    refusals = queries.refusals(wanted=wanted, limit=STATEMENTS_MAX)
    context = {
        "chosen": wanted,
        "has_accounts": bool(accounts),
        "places": [(one.number, bank_pages.named(one)) for one in accounts],
        "matches": bank_pages.MATCHES.items(),
        "is_filtered": bool(wanted.account or wanted.match or wanted.text),
        "addresses": {table: _address(table, wanted) for table in bank_file_pages.TABLES},
        "accounts": bank_pages.accounts_table(shown),
        "waiting": bank_pages.waiting_table(lines),
        "statements": bank_pages.statements_table(statements),
        "refusals": bank_pages.refusals_table(refusals),
        "form": form,
        "may_act": view.may_act,
    }
    return render(view.request, "portal/bank.html", context, status=status)


def _wanted(request: HttpRequest) -> queries.LineFilter:
    return queries.LineFilter(**chosen_texts(request, ("account", "match", "text")))


def _address(table: str, wanted: queries.LineFilter) -> str:
    return address_of({"table": table, **asdict(wanted)})


def _statement_form(request: HttpRequest | None = None) -> StatementForm:
    offered = [
        (str(account.public_id), bank_pages.named(account)) for account in queries.accounts()
    ]
    if request is None:
        return StatementForm(accounts=offered)
    return StatementForm(request.POST, request.FILES, accounts=offered)


def _line_form(data: Any = None, *, initial: dict[str, str] | None = None) -> LineForm:
    offered = [(code, tenant.name) for code, tenant in _tenants().items()]
    return LineForm(data, tenants=offered, initial=initial)


def _tenants() -> dict[str, queries.Tenant]:
    return {tenant.code: tenant for tenant in queries.tenants()}


def _line(line_id: UUID) -> queries.WaitingLine:
    try:
        return queries.waiting_line(line_id=line_id)
    except queries.LineNotWaiting as error:
        raise Http404 from error


def _two_from_fen() -> int:
    return int(settings.BANK_TWO_FROM_YUAN) * FEN_PER_YUAN


def _told_decision(amount_fen: int) -> str:
    if amount_fen >= _two_from_fen():
        return _("Proposed: somebody else approves it.")
    return _("Decided.")

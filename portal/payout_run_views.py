"""Finance's desk of payouts: runs, their files, what banks answered, and accounts to approve."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Staff
from compute_billing.bank import queries as bank
from compute_billing.payments.operations import is_set_up, terms
from compute_billing.payouts import operations, queries
from kernel import uploads
from kernel.clock import utc_now
from kernel.money import MICRO_PER_FEN
from portal import payout_pages
from portal.access import BANK_READERS, GuardedView, rights_of
from portal.cash_pages import place
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.figures import money
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.payout_forms import ResultForm, RunForm
from portal.verification.words import REFUSALS


class RunReadersView(GuardedView):
    """A page of the desk: finance acts, auditors read."""

    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    @property
    def may_act(self) -> bool:
        """Say whether he may change anything here."""
        return Staff.FINANCE in rights_of(self.request).staff_roles


class RunActorsView(RunReadersView):
    """Something that only finance does, most of it with a second factor."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = {Staff.FINANCE}


class RunsView(RunReadersView):
    """The runs, the accounts that wait for approval, and the form of the next run."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send the runs as a file."""
        kind, text = wanted_kind(request), looked_for(request)
        runs = narrowed(queries.runs(), table_of=payout_pages.runs_table, text=text)
        if kind is not None:
            rows = payout_pages.run_cells(runs)
            columns = payout_pages.RUN_COLUMNS
            return file_response(name="payout-runs", kind=kind, columns=columns, rows=rows)
        return _desk(self, form=_run_form(), status=200)


class ProposeRunView(RunActorsView):
    """Propose to pay everybody who is due."""

    lets_money_out = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, and show the run."""
        form = _run_form(request)
        if not form.is_valid():
            return _desk(self, form=form, status=422)
        try:
            run = operations.propose_run(
                custody=form.cleaned_data["custody"], user_id=self.user_id, now=utc_now()
            )
        except operations.NothingToPay:
            form.add_error(
                "custody",
                _("Nobody is due who has an account, enough to be paid, and money in this place."),
            )
            return _desk(self, form=form, status=422)
        messages.success(request, _("Proposed: somebody else approves it."))
        return redirect("payout-run", run.public_id)


class RunView(RunReadersView):
    """A run: what it pays, its file, and what the bank answered."""

    def get(self, request: HttpRequest, run_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its payouts as a file."""
        kind = wanted_kind(request)
        if kind is not None:
            payouts = _payouts(request, run_id)[1]
            return file_response(
                name="payout-run",
                kind=kind,
                columns=payout_pages.PAYOUT_COLUMNS,
                rows=payout_pages.payout_cells(payouts),
            )
        return _run_page(self, run_id, form=ResultForm(), status=200)


class RunFileView(RunActorsView):
    """The file of an approved run, as the bank takes it."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Send it, when its hash is that which was approved.

        Raises:
            Http404: there is no such run, or it was not approved.
        """
        try:
            content, sha256 = operations.approved_file(run_id=run_id)
        except (operations.RunNotFound, operations.RunNotSent) as error:
            raise Http404 from error
        name = f"payouts-{sha256[:12]}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


class ApproveRunView(RunActorsView):
    """Let a run go that somebody else proposed."""

    lets_money_out = True

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such run.
        """
        try:
            operations.approve_run(run_id=run_id, user_id=self.user_id, now=utc_now())
        except operations.RunNotFound as error:
            raise Http404 from error
        except operations.UnableToApproveOwnRun:
            messages.error(
                request, _("Whoever proposed a run, or is paid by it, does not approve it.")
            )
        except operations.RunDecided:
            messages.warning(request, _("Somebody was faster: look again."))
        except operations.AccountChanged as error:
            told = _("%(payee)s is paid to another account by now: refuse this run, make another.")
            messages.error(request, told % error.details)
        else:
            messages.success(request, _("Approved: the file may go to the bank."))
        return redirect("payout-run", run_id)


class RefuseRunView(RunActorsView):
    """Refuse a run, or take one's own back."""

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such run.
        """
        try:
            operations.refuse_run(run_id=run_id, user_id=self.user_id, now=utc_now())
        except operations.RunNotFound as error:
            raise Http404 from error
        except operations.RunDecided:
            messages.warning(request, _("Somebody was faster: look again."))
        else:
            messages.success(request, _("Refused: all of it is payable again."))
        return redirect("payout-run", run_id)


class ResultView(RunActorsView):
    """Take in what the bank answered: what came back is payable again."""

    lets_money_out = True

    def post(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Tell what came of it, or what is wrong with the file.

        Raises:
            Http404: there is no such run.
        """
        form = ResultForm(request.POST, request.FILES)
        if not form.is_valid():
            return _run_page(self, run_id, form=form, status=422)
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            uploads.scan(content)
            read = operations.read_result(content, name=file.name)
            outcome = operations.import_result(
                run_id=run_id, read=read, user_id=self.user_id, now=utc_now()
            )
        except operations.RunNotFound as error:
            raise Http404 from error
        except uploads.UploadRefused as error:
            form.add_error("file", str(REFUSALS[error.reason]))
        except operations.UnableToReadResult:
            form.add_error("file", _("This is no answer of a bank to a batch of payments."))
        except operations.UnableToImportOwnResult:
            told_why = _("Whoever proposed a run does not take in its answer: ask somebody else.")
            form.add_error("file", told_why)
        except operations.RunNotSent:
            form.add_error("file", _("This run was not approved: nothing can have been answered."))
        else:
            told = _("%(applied)s of %(lines)s lines were new, %(wrong)s did not fit.")
            figures = {
                "applied": outcome.applied,
                "lines": outcome.lines,
                "wrong": outcome.wrong,
            }
            messages.success(request, told % figures)
            return redirect("payout-run", run_id)
        return _run_page(self, run_id, form=form, status=422)


class ApproveAccountView(RunActorsView):
    """Approve where a payee is paid, after asking back."""

    lets_money_out = True

    def post(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.approve_account(
                account_id=account_id,
                cool_off=timedelta(hours=settings.PAYOUT_ACCOUNT_HOURS),
                user_id=self.user_id,
                now=utc_now(),
            )
        except operations.PayoutAccountNotFound as error:
            raise Http404 from error
        except operations.UnableToApproveOwnAccount:
            messages.error(
                request, _("Whoever proposed this, or is paid to it, does not approve it.")
            )
        else:
            messages.success(request, _("Approved."))
        return redirect("payout-runs")


class RefuseAccountView(RunActorsView):
    """Refuse an account."""

    def post(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """Do it.

        Raises:
            Http404: there is no such proposal.
        """
        try:
            operations.refuse_account(account_id=account_id, user_id=self.user_id, now=utc_now())
        except operations.PayoutAccountNotFound as error:
            raise Http404 from error
        messages.success(request, _("Refused: the account of before stays."))
        return redirect("payout-runs")


def _desk(view: RunReadersView, *, form: RunForm, status: int) -> HttpResponse:
    text = looked_for(view.request)
    runs = narrowed(queries.runs(), table_of=payout_pages.runs_table, text=text)
    waiting = queries.waiting_accounts(now=utc_now())
    context = {
        "table": payout_pages.runs_table(runs),
        "waiting": [(one, one.maker_id == view.user_id) for one in waiting],
        "form": form,
        "has_places": bool(_places()),
        "may_act": view.may_act,
        "hours": settings.PAYOUT_ACCOUNT_HOURS,
        "text": text,
        "address": address_of({"text": text}),
    }
    return render(view.request, "portal/payout_runs.html", context, status=status)


def _run_page(view: RunReadersView, run_id: UUID, *, form: ResultForm, status: int) -> HttpResponse:
    run, payouts = _payouts(view.request, run_id)
    text = looked_for(view.request)
    context = {
        "run": run,
        "place": place(run.custody),
        "at_stripe": run.custody.startswith("stripe:"),
        "state": payout_pages.RUN_STATES[run.state],
        "total": money(sum(one.amount_fen for one in payouts) * MICRO_PER_FEN),
        "table": payout_pages.payouts_table(payouts),
        "failures": [
            (one, payout_pages.VERDICTS[one.verdict]) for one in queries.failures_of(run_id=run_id)
        ],
        "form": form,
        "may_act": view.may_act,
        "is_own": run.maker_id == view.user_id,
        "text": text,
        "address": address_of({"text": text}),
    }
    return render(view.request, "portal/payout_run.html", context, status=status)


def _payouts(request: HttpRequest, run_id: UUID) -> tuple[Any, list[Any]]:
    try:
        run, payouts = queries.run_with_payouts(run_id=run_id)
    except queries.UnknownRun as error:
        raise Http404 from error
    return run, narrowed(payouts, table_of=payout_pages.payouts_table, text=looked_for(request))


def _places() -> list[tuple[str, str]]:
    at_stripe = [(terms().custody, place(terms().custody))] if is_set_up() else []
    return at_stripe + [
        (f"bank:{one.number}", f"{one.bank} {payout_pages.named(f'bank:{one.number}')}")
        for one in bank.accounts()
    ]


def _run_form(request: HttpRequest | None = None) -> RunForm:
    return RunForm(None if request is None else request.POST, places=_places())

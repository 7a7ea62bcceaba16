"""The desk of claims: what funds owe, with its evidence; handing in, and the payment's papers."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.api_paging import CursorMalformed, encoded, read_cursor, small_number_of
from accounts.permissions import Rule, Staff
from compute_billing.settlement import claims, operations
from compute_billing.settlement.claims import (
    ClaimedAward,
    ClaimFilter,
    ClaimShown,
    EvidenceLine,
    LineKey,
)
from compute_billing.settlement.states import ClaimState
from kernel import seals
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.periods import UnableToReadMonth, month_text, parse_month
from portal.access import FUND_READERS, GuardedView, rights_of
from portal.claim_pages import (
    AWARD_COLUMNS,
    CLAIM_COLUMNS,
    LINE_COLUMNS,
    award_cells,
    awards_table,
    claim_cells,
    claim_page,
    claims_table,
    line_cells,
    lines_table,
)
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of, chosen_texts
from portal.settlement_pages import CLAIM_STATES

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
PAPER_LENGTH_MAX: Final = 100
FILTERS: Final = ("programme", "year", "month", "state")
# An officer hands a claim in; that the money came is finance's to say.
SUBMITTERS: Final = Rule(allowed_staff_roles={Staff.SUBSIDY_OFFICER, Staff.FINANCE})
PAYERS: Final = Rule(allowed_staff_roles={Staff.FINANCE})


class PaymentForm(forms.Form):
    """The papers under which the treasury paid."""

    budget_document_no = forms.CharField(
        label=gettext_lazy("Budget document number"), max_length=PAPER_LENGTH_MAX
    )
    treasury_receipt_no = forms.CharField(
        label=gettext_lazy("Treasury receipt number"), max_length=PAPER_LENGTH_MAX
    )


class ClaimsView(GuardedView):
    """Claims by fund and month, the newest first."""

    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all that the filters find as a file."""
        chosen, kind = chosen_texts(request, FILTERS), wanted_kind(request)
        wanted = _wanted(chosen)
        if kind is not None:
            rows = claim_cells(_every(wanted), head=_head())
            return file_response(name="claims", kind=kind, columns=CLAIM_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = _claims(wanted, after=_uuid(cursor) if cursor else None, limit=PAGE_ROWS + 1)
        shown, offered = found[:PAGE_ROWS], claims.claim_choices()
        context = {
            "table": claims_table(shown),
            "programmes": offered.programmes,
            "years": [str(year) for year in offered.budget_years],
            "months": [month_text(month) for month in offered.months],
            "states": [(state.value, CLAIM_STATES[state.value]) for state in ClaimState],
            "chosen": chosen,
            "address": address_of(chosen),
            "cursor": shown[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": not cursor,
        }
        return render(request, "portal/claims.html", context)


def _wanted(chosen: dict[str, str]) -> ClaimFilter:
    """Read what the filters say; what names no month, year or state finds nothing."""
    try:
        return ClaimFilter(
            month=parse_month(chosen["month"]) if chosen["month"] else None,
            state=ClaimState(chosen["state"]).value if chosen["state"] else None,
            programme=chosen["programme"] or None,
            budget_year=int(chosen["year"][:6]) if chosen["year"] else None,
        )
    except (UnableToReadMonth, ValueError) as error:
        raise Http404 from error


def _claims(wanted: ClaimFilter, *, after: UUID | None, limit: int) -> list[ClaimShown]:
    try:
        return claims.claims(claimant_id=None, wanted=wanted, after=after, limit=limit)
    except operations.ClaimNotFound as error:
        raise Http404 from error


def _every(wanted: ClaimFilter) -> Iterator[ClaimShown]:
    after = None
    while page := _claims(wanted, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _head() -> str:
    found = seals.head()
    return "" if found is None else found.to_text()


def _found(claim_id: UUID) -> ClaimShown:
    try:
        return claims.claim_of(public_id=claim_id, claimant_id=None)
    except operations.ClaimNotFound as error:
        raise Http404 from error


class ClaimView(GuardedView):
    """A claim: its sums by award, its lines, and what is to be done next."""

    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def get(self, request: HttpRequest, claim_id: UUID) -> HttpResponse | FileAnswer:
        """Show it, or send its lines or its awards as a file."""
        claim, kind = _found(claim_id), wanted_kind(request)
        if kind is not None:
            table = request.GET.get("table", "lines")
            return _file(claim, table=table, kind=kind, text=looked_for(request))
        return _page(request, claim, form=PaymentForm(), status=200)


def _awards(claim: ClaimShown, *, text: str) -> list[ClaimedAward]:
    every = claims.awards_of_claim(claim_id=claim.claim_id)
    return narrowed(every, table_of=awards_table, text=text)


def _named(awards: Sequence[ClaimedAward], *, text: str) -> list[str] | None:
    """Return the awards whose lines are wanted; None where all are."""
    return [award.reference for award in awards] if text else None


def _file(claim: ClaimShown, *, table: str, kind: str, text: str) -> FileAnswer:
    name = f"claim-{claim.programme}-{claim.level}-{month_text(claim.month)}-{claim.sequence}"
    awards = _awards(claim, text=text)
    if table == "lines":
        lines = claims.every_line_of_claim(
            claim_id=claim.claim_id, awards=_named(awards, text=text)
        )
        rows = line_cells(lines, head=_head())
        return file_response(name=name, kind=kind, columns=LINE_COLUMNS, rows=rows)
    if table == "awards":
        sums = award_cells(awards)
        return file_response(name=f"{name}-awards", kind=kind, columns=AWARD_COLUMNS, rows=sums)
    raise Http404


def _page(
    request: HttpRequest, claim: ClaimShown, *, form: PaymentForm, status: int
) -> HttpResponse:
    cursor, roles = request.GET.get("cursor", ""), rights_of(request).staff_roles
    text = looked_for(request)
    awards = _awards(claim, text=text)
    found = _lines(claim, cursor=cursor, awards=_named(awards, text=text))
    shown = found[:PAGE_ROWS]
    context: dict[str, Any] = {
        "page": claim_page(claim),
        "awards": awards_table(awards),
        "lines": lines_table(shown),
        "cursor": _place(shown[-1]) if len(found) > PAGE_ROWS else "",
        "is_first": not cursor,
        "text": text,
        "address": address_of({"text": text}),
        "addresses": {
            table: address_of({"table": table, "text": text}) for table in ("awards", "lines")
        },
        "may_submit": not roles.isdisjoint(SUBMITTERS.allowed_staff_roles),
        "may_pay": not roles.isdisjoint(PAYERS.allowed_staff_roles),
        "form": form,
        "head": _head(),
    }
    return render(request, "portal/claim.html", context, status=status)


def _lines(claim: ClaimShown, *, cursor: str, awards: Sequence[str] | None) -> list[EvidenceLine]:
    try:
        after = _key(cursor) if cursor else None
        return claims.lines_of_claim(
            claim_id=claim.claim_id, after=after, limit=PAGE_ROWS + 1, awards=awards
        )
    except (CursorMalformed, claims.UnknownClaimLine) as error:
        raise Http404 from error


def _place(line: EvidenceLine) -> str:
    numbers = (str(line.segment_no), str(line.revision))
    return encoded(line.source, line.external_id, *numbers, line.award)


def _key(cursor: str) -> LineKey:
    source, external_id, segment_no, revision, award = read_cursor(cursor, parts=5)
    return LineKey(
        source=source,
        external_id=external_id,
        segment_no=small_number_of(segment_no),
        revision=small_number_of(revision),
        award=award,
    )


class HandInView(GuardedView):
    """Note that a claim was handed in."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = SUBMITTERS.allowed_staff_roles

    def post(self, request: HttpRequest, claim_id: UUID) -> HttpResponse:
        """Hand it in, once."""
        claim = _found(claim_id)
        try:
            operations.submit_claim(claim_id=claim.claim_id, actor=self.actor, now=utc_now())
        except DomainError:
            messages.warning(request, _("Somebody has handed this claim in already."))
        else:
            messages.success(request, _("The claim is handed in."))
        return redirect("claim", claim_id=claim_id)


class PayClaimView(GuardedView):
    """Book the treasury's payment of a claim."""

    http_method_names = ["post", "options"]
    allowed_staff_roles = PAYERS.allowed_staff_roles

    def post(self, request: HttpRequest, claim_id: UUID) -> HttpResponse:
        """Book it under its papers, or say why that cannot be."""
        claim, form = _found(claim_id), PaymentForm(request.POST)
        if not form.is_valid():
            return _page(request, claim, form=form, status=422)
        try:
            operations.mark_claim_paid(
                claim_id=claim.claim_id, actor=self.actor, now=utc_now(), **form.cleaned_data
            )
        except operations.UnableToMarkClaimPaid:
            messages.error(request, _("This claim was paid with other papers: look at it again."))
        else:
            messages.success(request, _("The payment is booked."))
        return redirect("claim", claim_id=claim_id)

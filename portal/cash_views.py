"""The desk of cash: days with both sides, their movements, and differences that finance ends."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.api_paging import CursorMalformed, encoded, read_cursor
from accounts.permissions import Staff
from compute_billing.cash import queries
from compute_billing.cash.queries import DayShown, DifferenceFilter
from kernel.money import MICRO_PER_FEN
from portal.access import BANK_READERS, GuardedView, rights_of
from portal.cash_forms import BookingForm, PairForm
from portal.cash_pages import (
    COUNTERS,
    DAY_COLUMNS,
    DIFFERENCE_COLUMNS,
    ENDINGS,
    KINDS,
    choices,
    day_cells,
    days_table,
    difference_cells,
    movement_name,
    place,
)
from portal.cash_tables import day_tables, named_differences
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.figures import money
from portal.operator_desk import address_of, chosen_texts
from portal.page_tables import drawn, file_of
from portal.wording import worded

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
OPEN_SHOWN_MAX: Final = 20
STATES: Final = {"": None, "open": True, "agreed": False}


class CashReadersView(GuardedView):
    """A page of the desk: finance acts, auditors read."""

    allowed_staff_roles = BANK_READERS.allowed_staff_roles

    @property
    def may_act(self) -> bool:
        """Say whether he may change anything here."""
        return Staff.FINANCE in rights_of(self.request).staff_roles


class DaysView(CashReadersView):
    """Days of all accounts, the newest first, above the differences that are open."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all that the filters find as a file."""
        chosen, kind = chosen_texts(request, ("account", "state")), wanted_kind(request)
        if chosen["state"] not in STATES:
            raise Http404
        if kind is not None:
            rows = day_cells(_every_day(chosen))
            return file_response(name="cash-days", kind=kind, columns=DAY_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = _days(chosen, before=_day_cursor(cursor), limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        is_open = DifferenceFilter(is_open=True)
        open_ = queries.differences(wanted=is_open, after=None, limit=OPEN_SHOWN_MAX)
        context = {
            "table": days_table(shown),
            "open": named_differences(open_),
            "open_count": queries.open_count(),
            "places": [(one.custody, place(one.custody)) for one in queries.places()],
            "chosen": chosen,
            "address": address_of(chosen),
            "cursor": _cursor_of(shown[-1]) if len(found) > PAGE_ROWS else "",
            "is_first": not cursor,
        }
        return render(request, "portal/cash.html", context)


def _days(chosen: dict[str, str], *, before: tuple[date, str] | None, limit: int) -> list[DayShown]:
    return queries.days(
        custody=chosen["account"] or None,
        has_open=STATES[chosen["state"]],
        before=before,
        limit=limit,
    )


def _every_day(chosen: dict[str, str]) -> Iterator[DayShown]:
    before = None
    while page := _days(chosen, before=before, limit=FILE_ROWS):
        yield from page
        before = page[-1].day, page[-1].custody


def _cursor_of(one: DayShown) -> str:
    return encoded(one.day.isoformat(), one.custody)


def _day_cursor(text: str) -> tuple[date, str] | None:
    if not text:
        return None
    try:
        day, custody = read_cursor(text, parts=2)
        return date.fromisoformat(day), custody
    except (CursorMalformed, ValueError) as error:
        raise Http404 from error


class DayView(CashReadersView):
    """A day of an account: both sides, movement by movement, and what stood at its end."""

    def get(self, request: HttpRequest, account_id: UUID, day: str) -> HttpResponse | FileAnswer:
        """Show it, or send one of its tables as a file."""
        try:
            found = queries.day(account_id=account_id, day=date.fromisoformat(day))
        except (queries.CashDayNotFound, ValueError) as error:
            raise Http404 from error
        tables, kind = day_tables(found), wanted_kind(request)
        if kind is not None:
            return file_of(request, tables, name=f"cash-{found.day}", kind=kind)
        context = {
            "day": found,
            "place": place(found.custody),
            "gap": money(found.gap_fen * MICRO_PER_FEN),
            **drawn(request, tables),
        }
        return render(request, "portal/cash_day.html", context)


class DifferencesView(CashReadersView):
    """All differences, open and ended, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all that the filters find as a file."""
        chosen = chosen_texts(request, ("account", "state", "kind"))
        kind, wanted = wanted_kind(request), _wanted(chosen)
        if kind is not None:
            rows = (difference_cells(one) for one in _every_difference(wanted))
            name = "cash-differences"
            return file_response(name=name, kind=kind, columns=DIFFERENCE_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = _differences(wanted, after=_uuid(cursor), limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        context = {
            "table": named_differences(shown),
            "places": [(one.custody, place(one.custody)) for one in queries.places()],
            "kinds": list(KINDS.items()),
            "chosen": chosen,
            "address": address_of(chosen),
            "cursor": shown[-1].public_id if len(found) > PAGE_ROWS else "",
            "is_first": not cursor,
        }
        return render(request, "portal/cash_differences.html", context)


def _wanted(chosen: dict[str, str]) -> DifferenceFilter:
    states = {"": None, "open": True, "ended": False}
    if chosen["state"] not in states or chosen["kind"] not in {"", *KINDS}:
        raise Http404
    return DifferenceFilter(
        is_open=states[chosen["state"]],
        custody=chosen["account"] or None,
        kind=chosen["kind"] or None,
    )


def _differences(wanted: DifferenceFilter, *, after: UUID | None, limit: int) -> list[Any]:
    try:
        return list(queries.differences(wanted=wanted, after=after, limit=limit))
    except queries.CashDifferenceUnknown as error:
        raise Http404 from error


def _every_difference(wanted: DifferenceFilter) -> Iterator[Any]:
    after = None
    while page := _differences(wanted, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


class DifferenceView(CashReadersView):
    """A difference: what each side says, and how it may end or has ended."""

    def get(self, request: HttpRequest, difference_id: UUID) -> HttpResponse:
        """Show it."""
        return difference_page(request, difference_id, user_id=self.user_id, may_act=self.may_act)


def difference_page(
    request: HttpRequest,
    difference_id: UUID,
    *,
    user_id: int,
    may_act: bool,
    pairing: PairForm | None = None,
    booking: BookingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page of a difference, with forms as they were sent where something was wrong."""
    one = _difference(difference_id)
    proposal = queries.open_proposal(difference_id=one.pk)
    context = {
        "one": one,
        "place": place(one.account.custody),
        "amount": money(one.amount_fen * MICRO_PER_FEN),
        "kind": worded(KINDS, one.kind),
        "name": queries.names([one.key]).get(one.key) or movement_name(one.key),
        "ending": worded(ENDINGS, one.ending),
        "proposal": proposal,
        "counter": "" if proposal is None else worded(COUNTERS, proposal.counter),
        "other_end": ""
        if proposal is None or proposal.other is None
        else place(proposal.other.account.custody),
        "is_own": proposal is not None and proposal.maker_id == user_id,
        "may_act": may_act,
        "pairing": pairing or pair_form(one),
        "booking": booking or booking_form(one),
        "has_twins": bool(queries.counterparts(of=one, elsewhere=False)),
    }
    return render(request, "portal/cash_difference.html", context, status=status)


def _difference(difference_id: UUID) -> Any:
    try:
        return queries.difference(public_id=difference_id)
    except queries.CashDifferenceUnknown as error:
        raise Http404 from error


def pair_form(one: Any, data: Any = None) -> PairForm:
    """Return the form that pairs a difference, offering what cancels it out."""
    others = queries.counterparts(of=one, elsewhere=False)
    return PairForm(data, others=choices(others))


def booking_form(one: Any, data: Any = None) -> BookingForm:
    """Return the form that proposes a booking of a difference."""
    others = queries.counterparts(of=one, elsewhere=True)
    operators = [(each.code, each.name) for each in queries.operators()]
    return BookingForm(data, operators=operators, others=choices(others))

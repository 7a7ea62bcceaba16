"""The operator's desk: running jobs that must be stopped, and how long others ran on."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from compute_billing.rating import exhausted_reading
from compute_billing.rating.exhausted_reading import ExhaustedCase
from kernel.clock import utc_now
from portal.enforcement_pages import COLUMNS, case_cells, cases_table, lag_figures
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.operator_desk import DeskView, address_of, chosen_texts

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
LAG_DAYS: Final = 30
STATES: Final = {"": True, "over": False, "any": None}


class EnforcementView(DeskView):
    """Jobs whose hold could not be extended: those that run, or those of before."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all as a file."""
        chosen = chosen_texts(request, ("tenant", "cluster", "state"))
        if chosen["state"] not in STATES:
            raise Http404
        kind = wanted_kind(request)
        if kind is not None:
            rows = (case_cells(case) for case in _every(chosen))
            return file_response(name="enforcement", kind=kind, columns=COLUMNS, rows=rows)
        cursor = _place(request.GET.get("cursor", ""))
        found = _cases(chosen, after=cursor, limit=PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        lag = exhausted_reading.enforcement_lag(since=utc_now() - timedelta(days=LAG_DAYS))
        return self.page(
            request,
            "enforcement.html",
            table=cases_table(shown),
            lag=lag_figures(lag),
            chosen=chosen,
            address=address_of(chosen),
            cursor=shown[-1].public_id if len(found) > PAGE_ROWS else "",
            is_first=cursor is None,
        )


def _place(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _cases(chosen: dict[str, str], *, after: UUID | None, limit: int) -> list[ExhaustedCase]:
    return exhausted_reading.exhausted_page(
        organisation_id=None,
        is_open=STATES[chosen["state"]],
        tenant=chosen["tenant"],
        cluster=chosen["cluster"],
        after=after,
        limit=limit,
        now=utc_now(),
    )


def _every(chosen: dict[str, str]) -> Iterator[ExhaustedCase]:
    after = None
    while page := _cases(chosen, after=after, limit=FILE_ROWS):
        yield from page
        after = page[-1].public_id

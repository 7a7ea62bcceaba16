"""The desk of public money: funds, their burn, and the awards that draw on them."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compute_billing.subsidies import burn
from compute_billing.subsidies.burn import AwardLine, AwardPhase, FundState
from compute_billing.subsidies.queries import SubsidyNotFound
from kernel.clock import utc_now
from portal.access import FUND_READERS, GuardedView
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.fund_pages import (
    AWARD_COLUMNS,
    FUND_COLUMNS,
    MONTH_COLUMNS,
    PHASES,
    award_cells,
    award_row,
    fund_cells,
    fund_row,
    month_cells,
    month_rows,
)


class FundsView(GuardedView):
    """Every fund: granted, drawn, reserved, left, and until when it lasts."""

    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show those of a programme and a year, or of all; or send them as a file."""
        kind, now = wanted_kind(request), utc_now()
        every = burn.funds(now=now)
        chosen = {name: request.GET.get(name, "") for name in ("programme", "year")}
        found = [fund for fund in every if _fits(fund, chosen)]
        if kind is not None:
            return file_response(
                name="funds", kind=kind, columns=FUND_COLUMNS, rows=fund_cells(found, now=now)
            )
        context = {
            "rows": [fund_row(fund, now=now) for fund in found],
            "programmes": sorted({(fund.programme, fund.programme_name) for fund in every}),
            "years": [f"{year}" for year in sorted({fund.budget_year for fund in every})],
            "chosen": chosen,
            "address": urlencode({name: text for name, text in chosen.items() if text}),
        }
        return render(request, "portal/funds.html", context)


def _fits(fund: FundState, chosen: dict[str, str]) -> bool:
    return (not chosen["programme"] or fund.programme == chosen["programme"]) and (
        not chosen["year"] or str(fund.budget_year) == chosen["year"]
    )


class FundView(GuardedView):
    """A fund with its burn by month and its awards."""

    allowed_staff_roles = FUND_READERS.allowed_staff_roles

    def get(
        self, request: HttpRequest, programme: str, level: str, year: int
    ) -> HttpResponse | FileAnswer:
        """Show it, or send one of its tables as a file."""
        kind, now = wanted_kind(request), utc_now()
        try:
            fund = burn.fund(programme=programme, level=level, budget_year=year, now=now)
        except SubsidyNotFound as error:
            raise Http404 from error
        every = burn.awards_of_fund(fund_id=fund.fund_id, now=now)
        phase = request.GET.get("phase", "")
        awards = [award for award in every if not phase or award.phase.value == phase]
        if kind is not None:
            return _file(request, kind=kind, fund=fund, awards=awards)
        context = {
            "fund": fund_row(fund, now=now),
            "months": month_rows(fund),
            "awards": [award_row(award) for award in awards],
            "phases": [(one.value, PHASES[one], one.value == phase) for one in AwardPhase],
            "phase": phase,
            "address": f"phase={phase}" if phase in {one.value for one in AwardPhase} else "",
        }
        return render(request, "portal/fund.html", context)


def _file(
    request: HttpRequest, *, kind: str, fund: FundState, awards: list[AwardLine]
) -> FileAnswer:
    table = request.GET.get("table", "awards")
    name = f"fund-{fund.programme}-{fund.level}-{fund.budget_year}-{table}"
    if table == "awards":
        return file_response(name=name, kind=kind, columns=AWARD_COLUMNS, rows=award_cells(awards))
    if table == "months":
        return file_response(name=name, kind=kind, columns=MONTH_COLUMNS, rows=month_cells(fund))
    raise Http404

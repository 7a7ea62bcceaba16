"""The pages: parse, authorise, ask the rooms, render."""

from datetime import date
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.permissions import ANY_MEMBER, ANY_STAFF
from compute_billing.audit.queries import Trace
from compute_billing.audit.queries import trace as trace_posting
from compute_billing.settlement import overview
from compute_billing.settlement.overview import SettledMonth, TenantIds
from kernel.clock import utc_now
from kernel.periods import UnableToReadMonth, month_text, parse_month
from portal.access import GuardedView
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, says
from portal.operator_desk import address_of
from portal.page_tables import keeping
from portal.presenters import settled_page
from portal.sandbox_pages import sandbox_page_of
from portal.settled_file import TENANT_COLUMNS, tenant_cells

# Of these shares of a posting the largest is followed to its source.
TRACED_LINES_MAX: Final = 200


class SettledView(GuardedView):
    """The newest settled month, or the one that `?month=` names.

    Staff see every tenant; members see their own organisations and nobody else's.
    """

    allowed_roles = ANY_MEMBER
    allowed_staff_roles = ANY_STAFF

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show the month, or send its tenants as a file."""
        inside = sandbox_page_of(request)
        if inside is not None:
            return inside
        kind, text = wanted_kind(request), looked_for(request)
        tenant_ids = self.viewer.tenant_ids
        months = overview.settled_months(tenant_ids=tenant_ids)
        if not months:
            return render(request, "portal/nothing_settled.html")
        settled = _chosen(months, text=request.GET.get("month", ""))
        lines = overview.tenant_lines(month=settled.month, tenant_ids=tenant_ids, now=utc_now())
        shown = [line for line in lines if says((line.name, line.code), text=text)]
        if kind is not None:
            return file_response(
                name=f"settlement-{month_text(settled.month)}",
                kind=kind,
                columns=TENANT_COLUMNS,
                rows=(tenant_cells(line) for line in shown),
            )
        page = settled_page(
            settled=settled,
            months=months,
            lines=lines,
            shown=shown,
            days=overview.days_of_use(month=settled.month, tenant_ids=tenant_ids),
            milli_cards=(
                overview.capacity(month=settled.month) if self.viewer.sees_everyone else None
            ),
            trace=_trace(month=settled.month, tenant_ids=tenant_ids),
        )
        return render(
            request,
            "portal/settled.html",
            {
                "page": page,
                "time_zone": settings.BILLING_TIME_ZONE,
                "text": text,
                **keeping({"month": month_text(settled.month)}),
                "address": address_of({"month": month_text(settled.month), "text": text}),
            },
        )


def _chosen(months: list[SettledMonth], *, text: str) -> SettledMonth:
    if not text:
        return months[0]
    try:
        wanted = parse_month(text)
    except UnableToReadMonth as error:
        raise Http404 from error
    for settled in months:
        if settled.month == wanted:
            return settled
    raise Http404


def _trace(*, month: date, tenant_ids: TenantIds) -> Trace | None:
    posting_id = overview.posting_to_follow(month=month, tenant_ids=tenant_ids)
    return (
        None if posting_id is None else trace_posting(posting_id=posting_id, limit=TRACED_LINES_MAX)
    )

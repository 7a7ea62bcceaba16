"""The desk of the buyer: his usage by month, and why a piece of it costs what it costs."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.api_paging import CursorMalformed, decoded, encoded, instant_of, read_cursor
from compute_billing.audit import billed
from compute_billing.audit import usage as explorer
from compute_billing.audit.billed import Line, OnBill, line_of_bill
from compute_billing.audit.charges import explain_usage
from compute_billing.audit.usage import UsageTenant
from compute_billing.invoices.queries import UnknownInvoice, month_page
from compute_billing.metering.queries import UnknownUsage, Usage, UsageFilter
from kernel.clock import utc_now
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.queries import BillingMonthMissing, billing_month, billing_month_at
from portal.access import BILL_READERS, USAGE_READERS, rights_of, viewer
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.tenant_view import TenantPage, TenantView
from portal.usage_file import usage_columns, usage_rows
from portal.usage_found import BY_BILL, Question, Totals, charges_found, find
from portal.usage_pages import usage_page
from portal.why_file import TABLES, file_of_charges
from portal.why_page import why_page

PAGE_ROWS: Final = 50
MONTHS_MAX: Final = 36
FILTERS: Final = ("project", "card_type", "job")
# A record's name that is none is looked up like any other, so that it takes as long.
NO_RECORD: Final = ("", "")

After = tuple[datetime, str, str]


class AmountsAside(TenantView):
    """A page about a tenant's usage; its amounts are for those who may read bills."""

    allowed_roles = USAGE_READERS.allowed_roles
    allowed_staff_roles = USAGE_READERS.allowed_staff_roles

    def tells_amounts(self, request: HttpRequest, tenant: UsageTenant) -> bool:
        """Say whether the viewer may read the tenant's bills as well."""
        readers = viewer(rights=rights_of(request), rule=BILL_READERS)
        return readers is not None and readers.sees(tenant.tenant_id)

    def question(self, request: HttpRequest, tenant: UsageTenant) -> Question:
        """Read what is asked for.

        Raises:
            Http404: there is no such month.
        """
        booked = month_page(tenant_id=tenant.tenant_id, after=None, limit=MONTHS_MAX)
        months = [tenant_month.month for tenant_month in booked]
        line = self._line(request, tenant)
        named = request.GET.get("month", "") if line is None else month_text(line.on.booked_month)
        border = billing_month(month=_month(named, months=months))
        on = self._on_bill(request, tenant, month=border.month) if line is None else line.on
        chosen = {name: request.GET.get(name, "").replace("\0", "").strip() for name in FILTERS}
        # What stands on a bill may have begun in any month.
        wanted = UsageFilter(
            project=chosen["project"] or None,
            card_type=chosen["card_type"] or None,
            job=chosen["job"] or None,
        )
        return Question(
            tenant=tenant,
            month=border.month,
            months=months,
            wanted=wanted
            if on
            else replace(wanted, started_from=border.starts_at, started_until=border.ends_at),
            chosen=chosen,
            on=on,
            line=line,
        )

    def _line(self, request: HttpRequest, tenant: UsageTenant) -> Line | None:
        """Return the line of a bill whose use is asked for."""
        named = request.GET.get("bill", "")
        if not named:
            return None
        self._insist_on_amounts(request, tenant)
        try:
            return line_of_bill(
                tenant_id=tenant.tenant_id,
                bill=UUID(named),
                position=int(request.GET.get("line", "")),
            )
        except (ValueError, UnknownInvoice) as error:
            raise Http404 from error

    def _on_bill(self, request: HttpRequest, tenant: UsageTenant, *, month: date) -> OnBill | None:
        if request.GET.get("by", "") != BY_BILL:
            return None
        self._insist_on_amounts(request, tenant)
        return OnBill(booked_month=month)

    def _insist_on_amounts(self, request: HttpRequest, tenant: UsageTenant) -> None:
        if not self.tells_amounts(request, tenant):
            raise Http404


class UsageView(AmountsAside, TenantPage):
    """A tenant's usage of a month, filtered, with the sums of what is filtered."""

    template = "portal/usage.html"

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return all records that the filters find; of one job its segments or shares too."""
        asked = self.question(request, tenant)
        tells_amounts = self.tells_amounts(request, tenant)
        table = request.GET.get("table", "")
        if table:
            if table not in TABLES or not (asked.wanted.job and tells_amounts) or asked.on:
                raise Http404
            return file_of_charges(
                table,
                name=f"usage-{tenant.code}-{month_text(asked.month)}",
                kind=kind,
                charges=charges_found(asked),
            )
        return file_response(
            name=f"usage-{tenant.code}-{month_text(asked.month)}",
            kind=kind,
            columns=usage_columns(tells_amounts=tells_amounts, on=asked.on),
            rows=usage_rows(
                tenant_id=tenant.tenant_id,
                wanted=asked.wanted,
                tells_amounts=tells_amounts,
                on=asked.on,
            ),
        )

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return a page of them, with their sums and days."""
        asked = self.question(request, tenant)
        found = find(
            tenant_id=tenant.tenant_id,
            wanted=asked.wanted,
            on=asked.on,
            after=_after(request.GET.get("cursor", "")),
            limit=PAGE_ROWS + 1,
            tells_amounts=self.tells_amounts(request, tenant),
        )
        records = found[:PAGE_ROWS]
        return {
            "page": usage_page(asked=asked, found=records, totals=self.totals(request, asked)),
            "address": asked.address,
            "addresses": {table: f"{asked.address}&table={table}" for table in TABLES},
            "place": urlencode(asked.place),
            "cursor": _cursor(records[-1].usage) if len(found) > PAGE_ROWS else "",
            "is_first": not request.GET.get("cursor"),
        }

    def totals(self, request: HttpRequest, asked: Question) -> Totals:
        """Return the sums, the days and the choices of what is asked for."""
        whose = {"tenant_id": asked.tenant.tenant_id}
        tells_amounts = self.tells_amounts(request, asked.tenant)
        if asked.on is not None:
            return Totals(
                sums=billed.billed_sums(**whose, on=asked.on, wanted=asked.wanted),
                days=billed.billed_days(**whose, on=asked.on, wanted=asked.wanted),
                offered=billed.billed_choices(**whose, on=asked.on),
                tells_amounts=tells_amounts,
            )
        return Totals(
            sums=explorer.usage_sums(**whose, wanted=asked.wanted),
            days=explorer.usage_days(**whose, wanted=asked.wanted),
            offered=explorer.usage_choices(**whose, wanted=asked.wanted),
            tells_amounts=tells_amounts,
        )


class WhyView(AmountsAside):
    """Why a record of usage costs what it costs, down to the line that reported it."""

    def get(self, request: HttpRequest, record_id: str) -> HttpResponse | FileAnswer:
        """Show it, or send its segments or shares as a file.

        Somebody else's record is as absent as one that never was.
        """
        kind, table = wanted_kind(request), request.GET.get("table") or TABLES[0]
        source, external_id = decoded(record_id, parts=2) or NO_RECORD
        try:
            tenant = explorer.holder_of_usage(
                source=source, external_id=external_id, tenant_ids=self.viewer.tenant_ids
            )
        except UnknownUsage as error:
            raise Http404 from error
        explanation = explain_usage(
            tenant_id=tenant.tenant_id,
            source=source,
            external_id=external_id,
            with_charges=self.tells_amounts(request, tenant),
        )
        if kind is not None:
            if explanation.charges is None or table not in TABLES:
                raise Http404
            return file_of_charges(table, name="charges", kind=kind, charges=explanation.charges)
        page = why_page(explanation, tenant=tenant, time_zone=settings.BILLING_TIME_ZONE)
        return render(request, "portal/why.html", {"page": page})


def _month(text: str, *, months: list[date]) -> date:
    """Return the month that is named, else the newest with anything in it, else the present one."""
    try:
        if text:
            return billing_month(month=parse_month(text)).month
    except (UnableToReadMonth, BillingMonthMissing) as error:
        raise Http404 from error
    return months[0] if months else billing_month_at(moment=utc_now()).month


def _cursor(usage: Usage) -> str:
    return encoded(usage.started_at.isoformat(), usage.external_id, usage.source)


def _after(cursor: str) -> After | None:
    if not cursor:
        return None
    try:
        started_at, external_id, source = read_cursor(cursor, parts=3)
        return instant_of(started_at), external_id, source
    except CursorMalformed as error:
        raise Http404 from error

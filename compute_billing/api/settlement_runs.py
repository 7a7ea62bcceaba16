"""How far a month's settlement is, over all organisations: for staff, who signed in."""

from __future__ import annotations

from typing import ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked
from accounts.api_paging import encoded, month_of_cursor, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import Rule, Staff
from compute_billing.api.fields import MoneyField, MonthField
from compute_billing.settlement import run as runs
from compute_billing.settlement.run import Run, RunState, Step, TenantRun
from kernel.clock import utc_now
from kernel.periods import month_text, parse_month

# By no key: a run is over all organisations, and a key acts for one.
RUN_READERS: Final = Rule(allowed_staff_roles={Staff.FINANCE, Staff.OPERATOR, Staff.AUDITOR})


class RunTenantQuestion(PageQuestion):
    """Which tenants."""

    step = serializers.ChoiceField([step.value for step in Step], required=False)
    text = serializers.CharField(
        required=False, max_length=100, help_text="In the tenant's name or code."
    )


class RunMonthBody(serializers.Serializer[dict[str, object]]):
    """A month in which something was booked."""

    month = MonthField()


class SettlementRunBody(serializers.Serializer[Run]):
    """A month's settlement as it stands; of all tenants, `finished` need nothing more."""

    month = MonthField()
    state = serializers.ChoiceField([state.value for state in RunState])
    starts_by_itself_at = serializers.DateTimeField()
    last_step_at = serializers.DateTimeField(allow_null=True)
    tenants = serializers.SerializerMethodField()
    closed = serializers.IntegerField()
    finished = serializers.IntegerField()
    parked = serializers.SerializerMethodField()

    def get_tenants(self, run: Run) -> int:
        """Return how many tenants the month has."""
        return len(run.tenants)

    def get_parked(self, run: Run) -> int:
        """Return how many wait for a person."""
        return run.count(Step.PARKED)


class RunTenantBody(serializers.Serializer[TenantRun]):
    """A tenant's month, and what holds it up."""

    tenant = serializers.CharField(source="code")
    name = serializers.CharField()
    step = serializers.ChoiceField([step.value for step in Step])
    waiting = serializers.IntegerField(help_text="Records that are not rated yet.")
    parked = serializers.IntegerField(help_text="Records that wait for a person.")
    reasons = serializers.ListField(child=serializers.CharField())
    refusal = serializers.CharField(help_text="Why the last closing refused; else empty.")
    gross = MoneyField(allow_null=True)
    bills = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)


class SettlementRuns(APIView):
    """Months that are or were settled."""

    access_by_method: ClassVar = {"GET": RUN_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="settlement_runs_list",
        summary="Months in which something was booked; for staff",
        parameters=[PageQuestion],
        responses={200: page_of(RunMonthBody), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of months, the newest first."""
        question = asked(request, PageQuestion)
        months = runs.months_with_books()
        if "cursor" in question:
            last = month_of_cursor(read_cursor(question["cursor"], parts=1)[0])
            months = [month for month in months if month < last]
        return page(
            [{"month": month} for month in months[: question["limit"] + 1]],
            limit=question["limit"],
            shown=RunMonthBody,
            cursor=lambda row: encoded(month_text(row["month"])),
        )


class SettlementRunDetail(APIView):
    """A month's settlement."""

    access_by_method: ClassVar = {"GET": RUN_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="settlement_run_retrieve",
        summary="How far a month's settlement is; for staff",
        responses={200: SettlementRunBody, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, month: str) -> Response:
        """Return it as it stands now."""
        asked(request, Question)
        return Response(SettlementRunBody(_run(month)).data)


class SettlementRunTenants(APIView):
    """The tenants of a month's settlement."""

    access_by_method: ClassVar = {"GET": RUN_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="settlement_run_tenants_list",
        summary="How far each tenant's month is, and what holds it up; for staff",
        parameters=[RunTenantQuestion],
        responses={200: page_of(RunTenantBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, month: str) -> Response:
        """Return a page of tenants by code."""
        question = asked(request, RunTenantQuestion)
        text = question.get("text", "").casefold()
        found = [
            tenant
            for tenant in sorted(_run(month).tenants, key=lambda tenant: tenant.code)
            if question.get("step", tenant.step.value) == tenant.step.value
            and text in f"{tenant.code}\n{tenant.name}".casefold()
        ]
        if "cursor" in question:
            (last,) = read_cursor(question["cursor"], parts=1)
            found = [tenant for tenant in found if tenant.code > last]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=RunTenantBody,
            cursor=lambda tenant: encoded(tenant.code),
        )


def _run(month: str) -> Run:
    return runs.run_of(month=parse_month(month), now=utc_now())

"""Funds of public money: an authority's own by its key, any for staff."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked
from accounts.api_paging import encoded, page, page_of, read_cursor, small_number_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.fields import MoneyField, MonthField, RateField
from compute_billing.subsidies import burn
from compute_billing.subsidies.burn import AwardLine, AwardPhase, FundState
from kernel.clock import utc_now

FUND_READERS: Final = Rule(
    required_scope=Scope.BILLING_READ,
    allowed_roles={Role.OWNER, Role.FINANCE, Role.VIEWER},
    allowed_staff_roles={
        Staff.SUBSIDY_OFFICER,
        Staff.SUBSIDY_APPROVER,
        Staff.FINANCE,
        Staff.AUDITOR,
    },
)
YEAR_MAX: Final = 9999


class FundQuestion(PageQuestion):
    """Which funds."""

    programme = serializers.CharField(required=False, max_length=64)
    budget_year = serializers.IntegerField(required=False, min_value=2000, max_value=YEAR_MAX)


class FundAwardQuestion(PageQuestion):
    """Which awards."""

    phase = serializers.ChoiceField([phase.value for phase in AwardPhase], required=False)


class FundMonthBody(serializers.Serializer[burn.MonthDrawn]):
    """What the awards of a fund gave in a month."""

    month = MonthField()
    drawn = MoneyField()


class FundBody(serializers.Serializer[Any]):
    """Where a fund's money is.

    appropriated = not_awarded + awarded; awarded = drawn + reserved + lapsed.
    """

    programme = serializers.CharField()
    programme_name = serializers.CharField()
    jurisdiction = serializers.CharField()
    level = serializers.CharField()
    budget_year = serializers.IntegerField()
    budget_document_no = serializers.CharField()
    appropriated = MoneyField()
    not_awarded = MoneyField(source="left_in_fund")
    awards = serializers.IntegerField()
    awarded = MoneyField()
    drawn = MoneyField()
    reserved = MoneyField(help_text="What running awards may still give.")
    lapsed = MoneyField(help_text="What awards that ended did not give.")
    months = FundMonthBody(many=True, help_text="Those with draws, the earliest first.")
    exhausted_on = serializers.DateField(
        allow_null=True, help_text="At the pace of its last month; null: none is in sight."
    )


class FundAwardBody(serializers.Serializer[AwardLine]):
    """An award of a fund, and how far it is used; left = cap − granted."""

    reference = serializers.CharField()
    tenant = serializers.CharField(source="tenant_code")
    tenant_name = serializers.CharField()
    rate = RateField(source="rate_ppm")
    cap = MoneyField()
    basis = MoneyField()
    granted = MoneyField()
    left = MoneyField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField()
    phase = serializers.ChoiceField([phase.value for phase in AwardPhase])


def _body(fund: FundState) -> dict[str, Any]:
    names = set(FundState.__dataclass_fields__)
    return {name: getattr(fund, name) for name in names} | {
        "exhausted_on": fund.exhausted_on(now=utc_now())
    }


def _authority(request: Request) -> int | None:
    """Return whose funds are read: those of the caller's organisation, or all for staff."""
    return caller_of(request).organisation_id


def _fund(request: Request, *, programme: str, level: str, year: int) -> FundState:
    return burn.fund(
        programme=programme,
        level=level,
        # a year that no column holds is looked up like any other, so that it takes as long
        budget_year=min(year, YEAR_MAX),
        authority_id=_authority(request),
        now=utc_now(),
    )


class Funds(APIView):
    """Funds of the own programmes; of all for staff."""

    access_by_method: ClassVar = {"GET": FUND_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="funds_list",
        summary="Funds of public money: granted, drawn, reserved, left",
        parameters=[FundQuestion],
        responses={200: page_of(FundBody), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of funds, the newest budget year first, then by programme and level."""
        question = asked(request, FundQuestion)
        found = [
            fund
            for fund in burn.funds(authority_id=_authority(request), now=utc_now())
            if question.get("programme", fund.programme) == fund.programme
            and question.get("budget_year", fund.budget_year) == fund.budget_year
        ]
        if "cursor" in question:
            year, programme, level = read_cursor(question["cursor"], parts=3)
            last = (-small_number_of(year), programme, level)
            found = [fund for fund in found if _place(fund) > last]
        shown = sorted(found, key=_place)[: question["limit"] + 1]
        return page(
            [_body(fund) for fund in shown],
            limit=question["limit"],
            shown=FundBody,
            cursor=lambda fund: encoded(str(fund["budget_year"]), fund["programme"], fund["level"]),
        )


def _place(fund: FundState) -> tuple[int, str, str]:
    return -fund.budget_year, fund.programme, fund.level


class FundDetail(APIView):
    """A fund."""

    access_by_method: ClassVar = {"GET": FUND_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="fund_retrieve",
        summary="A fund, and its burn by month",
        responses={200: FundBody, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, programme: str, level: str, year: int) -> Response:
        """Return the fund of a programme, level and budget year."""
        asked(request, Question)
        found = _fund(request, programme=programme, level=level, year=year)
        return Response(FundBody(_body(found)).data)


class FundAwards(APIView):
    """The awards that draw on a fund."""

    access_by_method: ClassVar = {"GET": FUND_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="fund_awards_list",
        summary="Awards that draw on a fund",
        parameters=[FundAwardQuestion],
        responses={200: page_of(FundAwardBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, programme: str, level: str, year: int) -> Response:
        """Return a page of awards by reference."""
        question = asked(request, FundAwardQuestion)
        phase, cursor = question.get("phase"), question.get("cursor")
        found = burn.award_page(
            fund_id=_fund(request, programme=programme, level=level, year=year).fund_id,
            phase=None if phase is None else AwardPhase(phase),
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
            now=utc_now(),
        )
        return page(
            found,
            limit=question["limit"],
            shown=FundAwardBody,
            cursor=lambda award: encoded(award.reference),
        )

"""Subsidy awards as their beneficiary reads them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, asked, own_organisation
from accounts.api_paging import encoded, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyBody, MoneyField, RateField, money
from compute_billing.subsidies import queries


class AwardShown(serializers.Serializer[Any]):
    """A share of the net price that a programme pays, up to a cap; granted + left = cap."""

    reference = serializers.CharField()
    programme = serializers.CharField(source="fund.programme.code")
    programme_name = serializers.CharField(source="fund.programme.name")
    level = serializers.CharField(source="fund.level")
    budget_year = serializers.IntegerField(source="fund.budget_year")
    rate = RateField(source="rate_ppm", help_text="Of the net price that is still to be paid.")
    cap = MoneyField(source="counter.cap")
    basis = MoneyField(source="counter.basis", help_text="What it was asked to share in so far.")
    granted = MoneyField(source="counter.granted")
    left = serializers.SerializerMethodField()
    stacking_order = serializers.IntegerField()
    cluster = serializers.CharField(
        source="cluster.code", allow_null=True, default=None, help_text="Null: any."
    )
    card_type = serializers.CharField(
        source="meter.code", allow_null=True, default=None, help_text="Null: any."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()

    @extend_schema_field(MoneyBody)
    def get_left(self, award: Any) -> dict[str, str]:
        """Return what it can still give."""
        return money(award.counter.cap - award.counter.granted)


class Awards(APIView):
    """Subsidy awards with what is left of them."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="awards_list",
        summary="Subsidy awards, with what is left of each",
        parameters=[PageQuestion],
        responses={200: page_of(AwardShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of awards by reference."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        found = queries.award_page(
            tenant_id=own_organisation(request),
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=AwardShown,
            cursor=lambda award: encoded(award.reference),
        )

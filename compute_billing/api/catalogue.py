"""Prices that hold for the caller, and his projects."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, PageQuestion, asked, own_organisation
from accounts.api_paging import encoded, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.permissions import ANY_MEMBER, Rule, Scope
from compute_billing.api.fields import CardSecondsField, MoneyField
from compute_billing.catalogue import queries as catalogue
from compute_billing.catalogue.queries import PriceTerm, Tier
from compute_billing.contracts import queries as contracts
from kernel.clock import utc_now

CATALOGUE_READERS: Final = Rule(required_scope=Scope.CATALOGUE_READ, allowed_roles=ANY_MEMBER)


class PriceQuestion(PageQuestion):
    """Which prices, and when."""

    at = InstantField(required=False, help_text="Valid then; now without it.")
    card_type = serializers.CharField(required=False, max_length=64)
    price_list = serializers.CharField(required=False, max_length=64)


class TierShown(serializers.Serializer[Tier]):
    """A step of a graduated price."""

    from_card_seconds = CardSecondsField(
        source="from_quantity", help_text="Of the billing month, from this quantity on."
    )
    unit_price = MoneyField(source="unit_price_micro", help_text="A card-hour, with tax.")


class PriceShown(serializers.Serializer[PriceTerm]):
    """A price of a card-hour. A contract goes before a class, and a class before the default."""

    price_list = serializers.CharField()
    list_kind = serializers.ChoiceField(["default", "class", "contract"])
    customer_class = serializers.CharField(allow_blank=True)
    issuer = serializers.CharField()
    card_type = serializers.CharField()
    cluster = serializers.CharField(allow_blank=True, help_text="Empty: any of the issuer.")
    band = serializers.CharField(help_text="all, or a time of day.")
    starts_minute = serializers.IntegerField(
        allow_null=True, help_text="Of the day in the billing time zone."
    )
    ends_minute = serializers.IntegerField(allow_null=True)
    correction_no = serializers.IntegerField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Not included.")
    unit_price = MoneyField(
        source="unit_price_micro", allow_null=True, help_text="With tax. Null: tiers say it."
    )
    unit_price_before_tax = MoneyField(
        source="before_tax_micro", allow_null=True, help_text="Where the list states that."
    )
    tiers = TierShown(many=True)
    tax_class = serializers.CharField()
    tax_included = serializers.BooleanField(help_text="Whether the list states prices with tax.")


class ProjectShown(serializers.Serializer[Any]):
    """A cost unit that use and bill lines carry."""

    id = serializers.UUIDField(source="public_id")
    code = serializers.CharField()
    name = serializers.CharField()


class Prices(APIView):
    """Prices."""

    access_by_method: ClassVar = {"GET": CATALOGUE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="prices_list",
        summary="Prices that are valid for the own organisation at an instant",
        parameters=[PriceQuestion],
        responses={200: page_of(PriceShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of prices by list, card type, cluster and band."""
        question = asked(request, PriceQuestion)
        cursor = question.get("cursor")
        found = catalogue.price_page(
            tenant_id=own_organisation(request),
            at=question.get("at", utc_now()),
            card_type=question.get("card_type"),
            price_list=question.get("price_list"),
            after=_place(cursor) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=PriceShown,
            cursor=lambda price: encoded(*price.place),
        )


def _place(cursor: str) -> tuple[str, str, str, str]:
    price_list, card_type, cluster, band = read_cursor(cursor, parts=4)
    return price_list, card_type, cluster, band


class Projects(APIView):
    """Projects."""

    access_by_method: ClassVar = {"GET": CATALOGUE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="projects_list",
        summary="Projects of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(ProjectShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of projects by code."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        found = contracts.project_page(
            tenant_id=own_organisation(request),
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=ProjectShown,
            cursor=lambda project: encoded(project.code),
        )

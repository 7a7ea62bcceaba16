"""What an operator sells: the prices of its own lists, and packages that run on its clusters."""

from __future__ import annotations

from datetime import UTC
from typing import ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.fields import MoneyField
from compute_billing.api.operators import OperatorPageQuestion, operator_or_all
from compute_billing.api.package_shapes import PackageShown
from compute_billing.api.price_drafts import DRAFT_READERS
from compute_billing.catalogue import desk
from compute_billing.catalogue.desk import PriceLine
from compute_billing.packages import queries
from kernel.clock import utc_now

KINDS: Final = ("unit", "graduated")


class ListPriceQuestion(OperatorPageQuestion):
    """Which prices."""

    price_list = serializers.CharField(required=False, max_length=64)
    card_type = serializers.CharField(required=False, max_length=64)


class ListPriceBody(serializers.Serializer[PriceLine]):
    """A price of an own list that holds now or will."""

    price_list = serializers.CharField()
    list_kind = serializers.ChoiceField(["default", "class", "contract"])
    customer_class = serializers.CharField(allow_blank=True)
    card_type = serializers.CharField()
    cluster = serializers.CharField(allow_blank=True, help_text="Empty: every one of yours.")
    band = serializers.CharField(help_text="all, or a time of day.")
    kind = serializers.ChoiceField(KINDS)
    unit_price = MoneyField(
        source="unit_price_micro", allow_null=True, help_text="A card-hour. null: it has tiers."
    )
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Not included.")
    correction_no = serializers.IntegerField()


class PackageSaleBody(PackageShown):
    """A package on an own cluster, and whose it is."""

    tenant = serializers.CharField(source="tenant.code")


class ListPrices(APIView):
    """Prices of an issuer's lists: one's own, or of all for staff."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="list_prices_list",
        summary="Prices of the own lists that hold now or will",
        parameters=[ListPriceQuestion],
        responses={200: page_of(ListPriceBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of prices by list, card type, cluster, band and start."""
        question = asked(request, ListPriceQuestion)
        prices = desk.prices_in_force(issuer_id=operator_or_all(request, question), now=utc_now())
        found = [
            price
            for price in sorted(prices, key=_place)
            if question.get("price_list", price.price_list) == price.price_list
            and question.get("card_type", price.card_type) == price.card_type
        ]
        if "cursor" in question:
            last = tuple(read_cursor(question["cursor"], parts=5))
            found = [price for price in found if _place(price) > last]
        return page(
            found[: question["limit"] + 1],
            limit=question["limit"],
            shown=ListPriceBody,
            cursor=lambda price: encoded(*_place(price)),
        )


def _place(price: PriceLine) -> tuple[str, str, str, str, str]:
    starts = price.valid_from.astimezone(UTC).isoformat()
    return price.price_list, price.card_type, price.cluster, price.band, starts


class PackageSales(APIView):
    """Packages that run on an operator's clusters; on all for staff."""

    access_by_method: ClassVar = {"GET": DRAFT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="package_sales_list",
        summary="Packages on the own clusters that are not over",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(PackageSaleBody), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of packages by their end."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.sales_page(
                operator_id=operator_or_all(request, question),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
                now=utc_now(),
            )
        except queries.UnknownPackage as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=PackageSaleBody,
            cursor=lambda order: encoded(str(order.public_id)),
        )

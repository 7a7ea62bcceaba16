"""What a tenant may spend, the lots that it lies on, and what the tenant owes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, PageQuestion, Question, asked, own_organisation
from accounts.api_paging import encoded, instant_of, page, page_of, read_cursor
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS, CURRENCY_UNIT
from compute_billing.api.fields import (
    CardTimeBody,
    MoneyBody,
    MoneyField,
    card_time,
    money,
)
from compute_billing.ledger import queries
from compute_billing.ledger.queries import CauseOwed, Lot
from kernel.clock import utc_now

STAGES = ("in_kind", "promotion", "paid")


class HoldingShown(serializers.Serializer[Any]):
    """What valid lots of a stage and unit hold; a value is money or card time, the other null."""

    stage = serializers.ChoiceField(STAGES)
    amount = serializers.SerializerMethodField()
    card_time = serializers.SerializerMethodField()
    held_amount = serializers.SerializerMethodField(help_text="Of it, set aside for running jobs.")
    held_card_time = serializers.SerializerMethodField()

    @extend_schema_field(MoneyBody(allow_null=True))
    def get_amount(self, row: Any) -> dict[str, str] | None:
        """Return the money that is left."""
        return _money(row.posted, row.unit)

    @extend_schema_field(CardTimeBody(allow_null=True))
    def get_card_time(self, row: Any) -> dict[str, str] | None:
        """Return the card time that is left."""
        return _card_time(row.posted, row.unit)

    @extend_schema_field(MoneyBody(allow_null=True))
    def get_held_amount(self, row: Any) -> dict[str, str] | None:
        """Return the money that is held."""
        return _money(row.held, row.unit)

    @extend_schema_field(CardTimeBody(allow_null=True))
    def get_held_card_time(self, row: Any) -> dict[str, str] | None:
        """Return the card time that is held."""
        return _card_time(row.held, row.unit)


def _money(amount: int, unit: str) -> dict[str, str] | None:
    return money(amount) if unit == CURRENCY_UNIT else None


def _card_time(quantity: int, unit: str) -> dict[str, str] | None:
    return None if unit == CURRENCY_UNIT else card_time(quantity, unit=unit)


class OwedShown(serializers.Serializer[CauseOwed]):
    """What is owed to one operator for one cause."""

    operator = serializers.CharField(help_text="Whom it is owed to; only money paid there pays it.")
    cause = serializers.CharField()
    outstanding = MoneyField()
    debts = serializers.IntegerField()
    since = serializers.DateTimeField()


class ArrearsShown(serializers.Serializer[Any]):
    """What the tenant owes, by cause, the oldest first."""

    total = MoneyField()
    causes = OwedShown(many=True)


class BalanceShown(serializers.Serializer[Any]):
    """What may be spent at an instant, and what is owed now."""

    at = serializers.DateTimeField()
    mode = serializers.ChoiceField(
        ["prepaid", "postpaid"], allow_null=True, help_text="Null: nothing was booked yet."
    )
    paused_reason = serializers.CharField(allow_blank=True)
    holdings = HoldingShown(many=True)
    credit_limit = MoneyField()
    credit_used = MoneyField()
    arrears = MoneyField()


class BalanceQuestion(Question):
    """When."""

    at = InstantField(
        required=False, help_text="Lots that are valid then, with what is left of them now."
    )


class LotQuestion(PageQuestion):
    """Which lots."""

    stage = serializers.ChoiceField(STAGES, required=False)
    valid_at = InstantField(required=False)


class LotShown(HoldingShown):
    """A lot: value granted at once, what is left of it, and on what it may be spent."""

    reference = serializers.CharField()
    operator = serializers.CharField(help_text="Whose compute it buys.")
    granted_amount = serializers.SerializerMethodField()
    granted_card_time = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    funded_by = serializers.CharField(allow_blank=True)
    cluster = serializers.CharField(allow_null=True, help_text="Null: any.")
    card_type = serializers.CharField(allow_null=True, help_text="Null: any.")
    project = serializers.CharField(allow_null=True, help_text="Null: any.")

    @extend_schema_field(MoneyBody(allow_null=True))
    def get_granted_amount(self, lot: Lot) -> dict[str, str] | None:
        """Return the money that was granted."""
        return _money(lot.granted, lot.unit)

    @extend_schema_field(CardTimeBody(allow_null=True))
    def get_granted_card_time(self, lot: Lot) -> dict[str, str] | None:
        """Return the card time that was granted."""
        return _card_time(lot.granted, lot.unit)


class Balance(APIView):
    """What may be spent."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="balance_retrieve",
        summary="What may be spent, and what is owed",
        parameters=[BalanceQuestion],
        responses={200: BalanceShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return the balance by stage and unit."""
        at = asked(request, BalanceQuestion).get("at", utc_now())
        found = queries.position(tenant_id=own_organisation(request), at=at)
        return Response(BalanceShown(found).data)


class Lots(APIView):
    """The lots that the balance lies on."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="lots_list",
        summary="Lots, with what is left of each",
        parameters=[LotQuestion],
        responses={200: page_of(LotShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of lots by their beginning."""
        question = asked(request, LotQuestion)
        found = queries.lot_page(
            tenant_id=own_organisation(request),
            stage=question.get("stage"),
            valid_at=question.get("valid_at"),
            after=_after(question.get("cursor")),
            limit=question["limit"] + 1,
        )
        return page(found, limit=question["limit"], shown=LotShown, cursor=_cursor)


class Arrears(APIView):
    """What is owed."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="arrears_retrieve",
        summary="What is owed, by cause",
        responses={200: ArrearsShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return what is owed by cause, the oldest first."""
        asked(request, Question)
        causes = queries.owed_by_cause(tenant_id=own_organisation(request))
        total = sum(owed.outstanding for owed in causes)
        return Response(ArrearsShown({"total": total, "causes": causes}).data)


def _cursor(lot: Lot) -> str:
    starts_at, *rest = lot.place
    return encoded(starts_at.isoformat(), *rest)


def _after(cursor: str | None) -> tuple[datetime, str, str, str] | None:
    if cursor is None:
        return None
    starts_at, stage, reference, unit = read_cursor(cursor, parts=4)
    return instant_of(starts_at), stage, reference, unit

"""Let a saved card pay in when money runs low."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import FenField
from compute_billing.api.money_in import (
    NOT_SET_UP,
    PAYERS,
    MoneySaid,
    fen,
    operator_id,
)
from compute_billing.payments import operations, queries
from compute_billing.payments.queries import AutoTopUp
from kernel.clock import utc_now


class AutoTopUpShown(serializers.Serializer[AutoTopUp]):
    """When a saved card pays, how much, and up to which sum in a billing month."""

    operator = serializers.CharField(source="operator.code")
    is_on = serializers.BooleanField()
    threshold = FenField(source="threshold_fen")
    amount = FenField(source="amount_fen")
    month_max = FenField(source="month_max_fen")
    declined = serializers.IntegerField(help_text="Times in a row.")
    off_reason = serializers.CharField(allow_blank=True, help_text="person, declined, or empty.")
    changed_at = serializers.DateTimeField()


class AutoTopUpsShown(serializers.Serializer[Any]):
    """All of them, one for each operator."""

    data = AutoTopUpShown(many=True)  # type: ignore[assignment]


class AutoTopUpBody(serializers.Serializer[Any]):
    """Switch it on with all three amounts, or off."""

    is_on = serializers.BooleanField()
    threshold = MoneySaid(required=False)
    amount = MoneySaid(required=False)
    month_max = MoneySaid(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to switch it on without amounts."""
        lacking = [name for name in ("threshold", "amount", "month_max") if name not in attrs]
        if attrs["is_on"] and lacking:
            raise serializers.ValidationError(dict.fromkeys(lacking, "Say how much."))
        return attrs


class AutoTopUps(APIView):
    """The automatic top-ups of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="auto_top_ups_list",
        summary="Automatic top-ups, by operator",
        responses={200: AutoTopUpsShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return them; there is one for each operator at most."""
        asked(request, Question)
        found = queries.auto_top_ups(tenant_id=own_organisation(request))
        return Response(AutoTopUpsShown({"data": found}).data)


class AutoTopUpDetail(APIView):
    """The automatic top-up at one operator."""

    access_by_method: ClassVar = {"PUT": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="auto_top_up_set",
        summary="Switch automatic top-up on or off",
        request=AutoTopUpBody,
        responses={
            200: AutoTopUpsShown,
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (422, PROBLEM): problem(
                "unable_to_set_auto_top_up: no card is saved, or the month's limit is too low; "
                "unable_to_top_up: the amount is out of bounds; invalid_request"
            ),
            **NOT_SET_UP,
        },
    )
    def put(self, request: Request, operator: str) -> Response:
        """Set it; a card that was declined too often is asked again from now on."""
        asked(request, Question)
        body = said(request, AutoTopUpBody)
        whose: dict[str, Any] = {
            "tenant_id": own_organisation(request),
            "operator_id": operator_id(operator),
            "actor": actor_of(caller_of(request)),
            "now": utc_now(),
        }
        if body["is_on"]:
            wanted = operations.AutoTerms(
                threshold_fen=fen(body["threshold"]),
                amount_fen=fen(body["amount"]),
                month_max_fen=fen(body["month_max"]),
            )
            operations.set_auto_top_up(wanted=wanted, **whose)
        else:
            operations.switch_off_auto_top_up(**whose)
        found = queries.auto_top_ups(tenant_id=whose["tenant_id"])
        return Response(AutoTopUpsShown({"data": found}).data)

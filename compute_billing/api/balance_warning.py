"""For how long the balance lasts, and below which amount its people are warned."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_problems import MALFORMED, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyField
from compute_billing.api.money_in import PAYERS, MoneySaid
from compute_billing.audit.lasting import lasting
from compute_billing.ledger.queries import wallet_state
from compute_billing.ledger.warning import set_low_amount
from kernel.clock import utc_now
from kernel.money import Money


class BalanceLastsShown(serializers.Serializer[Any]):
    """Until when lots pay what is used, at the pace of the last seven days."""

    at = serializers.DateTimeField()
    has_pace = serializers.BooleanField(help_text="False: nothing was used in seven days.")
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on something is unpaid. Null: no such day."
    )
    is_by_expiry = serializers.BooleanField(help_text="A lot is over then with something left.")
    days_left = serializers.IntegerField(allow_null=True)
    unused = MoneyField(help_text="Money that expires before it is used up.")


class LowAmountShown(serializers.Serializer[Any]):
    """When people are warned."""

    amount = MoneyField(allow_null=True, help_text="Null: by days.")
    days = serializers.IntegerField(help_text="Without an amount: fewer days than these are left.")


class LowAmountBody(serializers.Serializer[Any]):
    """Name the amount, or null to be warned by days."""

    amount = MoneySaid(allow_null=True)


class BalanceLasts(APIView):
    """The forecast."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="balance_forecast_retrieve",
        summary="Until when the balance lasts",
        responses={200: BalanceLastsShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it; card time pays first, what is held pays its own job, credit is not counted."""
        asked(request, Question)
        found = lasting(tenant_id=own_organisation(request), now=utc_now())
        return Response(BalanceLastsShown(found).data)


class BalanceWarning(APIView):
    """The amount below which people are warned."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "PUT": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="balance_warning_retrieve",
        summary="When people are warned of a low balance",
        responses={200: LowAmountShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it."""
        asked(request, Question)
        return _shown(own_organisation(request))

    @extend_schema(
        operation_id="balance_warning_set",
        summary="Choose below which amount people are warned",
        request=LowAmountBody,
        responses={
            200: LowAmountShown,
            **UNREADABLE,
            **REFUSED,
            (422, PROBLEM): problem(
                "unable_to_set_low_amount: nothing, or too much; invalid_request"
            ),
        },
    )
    def put(self, request: Request) -> Response:
        """Set it; who was warned is warned anew below another amount."""
        asked(request, Question)
        body = said(request, LowAmountBody)
        tenant_id = own_organisation(request)
        amount = body["amount"]
        set_low_amount(
            tenant_id=tenant_id,
            amount_micro=None if amount is None else Money.from_text(amount["amount"]).amount_micro,
            actor=actor_of(caller_of(request)),
            now=utc_now(),
        )
        return _shown(tenant_id)


def _shown(tenant_id: int) -> Response:
    amount = wallet_state(tenant_id=tenant_id).low_amount
    return Response(LowAmountShown({"amount": amount, "days": settings.BALANCE_LOW_DAYS}).data)

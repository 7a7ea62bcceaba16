"""A payee's account at Stripe, as it reads it: what it may do, and what Stripe wants to know."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import asked
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.operators import OperatorQuestion, operator_asked
from compute_billing.api.payouts import PAYOUT_READERS
from compute_billing.payouts import queries


class ConnectedAccountShown(serializers.Serializer[Any]):
    """An account at Stripe: `incomplete` until all is given, `limited` when Stripe stopped it.

    Who is paid by the bank's file alone has `none`.
    """

    payee = serializers.CharField(source="payee_code")
    account = serializers.CharField(source="stripe_account", help_text="Empty until it is open.")
    state = serializers.ChoiceField(
        choices=["none", "asked", "refused", "incomplete", "limited", "ready"]
    )
    details_submitted = serializers.BooleanField()
    transfers_enabled = serializers.BooleanField()
    payouts_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(help_text="Stripe's word for why it was stopped.")
    wanted = serializers.ListField(
        child=serializers.CharField(), help_text="What Stripe wants to know, in its words."
    )
    wanted_by = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(help_text="Why Stripe opened none; else empty.")
    bank_failure = serializers.CharField(
        source="onward_failure", help_text="Why the payee's bank sent money back to Stripe."
    )
    observed_at = serializers.DateTimeField(allow_null=True)


class ConnectedAccountDetail(APIView):
    """The account at Stripe of oneself, or of a payee that staff name."""

    access_by_method: ClassVar = {"GET": PAYOUT_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="connected_account_retrieve",
        summary="A payee's account at Stripe",
        parameters=[OperatorQuestion],
        responses={200: ConnectedAccountShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return it."""
        question = asked(request, OperatorQuestion)
        found = queries.connected_account(payee_id=operator_asked(request, question))
        return Response(ConnectedAccountShown(found).data)

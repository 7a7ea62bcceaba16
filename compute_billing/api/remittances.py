"""Where the own organisation remits to by bank, and the code that goes into the remark."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_problems import MALFORMED, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.money_in import PAYERS
from compute_billing.bank import operations, queries
from compute_billing.bank.queries import Remittance
from kernel.clock import utc_now


class RemittanceShown(serializers.Serializer[Remittance]):
    """An account that takes transfers; with the code in the remark they are credited at once."""

    operator = serializers.CharField()
    bank = serializers.CharField()
    holder = serializers.CharField()
    account_number = serializers.CharField(source="number")
    remittance_code = serializers.CharField(
        source="code", allow_null=True, help_text="Null until it is asked for."
    )

    def to_representation(self, instance: Remittance) -> dict[str, Any]:
        """Say null where there is no code yet."""
        told = super().to_representation(instance)
        return {**told, "remittance_code": instance.code or None}


class RemittancesShown(serializers.Serializer[Any]):
    """All of them, by account."""

    data = RemittanceShown(many=True)  # type: ignore[assignment]


class Remittances(APIView):
    """Where the own organisation pays to by bank."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="remittances_list",
        summary="Bank accounts to pay to, and the own codes",
        responses={200: RemittancesShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return them; a sandbox has play money and remits nowhere."""
        asked(request, Question)
        return _answer(own_organisation(request))


class RemittanceCode(APIView):
    """The code of the own organisation for one operator."""

    access_by_method: ClassVar = {"PUT": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="remittance_code_set",
        summary="Get a remittance code",
        request=None,
        responses={
            200: RemittancesShown,
            **REFUSED,
            (404, PROBLEM): problem("unable_to_remit: no such operator takes transfers of yours."),
            (422, PROBLEM): problem("invalid_request"),
        },
    )
    def put(self, request: Request, operator: str) -> Response:
        """Make it when it is first asked for; asked again it is the same for ever."""
        asked(request, Question)
        tenant_id = own_organisation(request)
        operations.remittance_code(
            tenant_id=tenant_id,
            operator_id=queries.remitted_to(tenant_id=tenant_id, operator=operator),
            now=utc_now(),
        )
        return _answer(tenant_id)


def _answer(tenant_id: int) -> Response:
    found = queries.remittances(tenant_id=tenant_id)
    return Response(RemittancesShown({"data": found}).data)

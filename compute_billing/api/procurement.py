"""What stands on the bills of the own organisation for whoever has to pay them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_etags import (
    TAG,
    PreconditionFailed,
    etag_of,
    if_match,
    refuse_other,
    tagged,
)
from accounts.api_problems import MALFORMED, PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.invoice_titles import KEEPERS
from compute_billing.invoices import procurement
from compute_billing.invoices.procurement import (
    ACCEPTANCE_LENGTH_MAX,
    LENGTH_MAX,
    KeptProcurement,
    Procurement,
    ProcurementChanged,
)
from kernel.clock import utc_now


class ProcurementBody(serializers.Serializer[Any]):
    """References of a purchase; what is not said is empty."""

    purchase_order = serializers.CharField(
        required=False, allow_blank=True, max_length=LENGTH_MAX, help_text="采购单号"
    )
    contract = serializers.CharField(
        required=False, allow_blank=True, max_length=LENGTH_MAX, help_text="采购合同号"
    )
    fund = serializers.CharField(
        required=False, allow_blank=True, max_length=LENGTH_MAX, help_text="经费号"
    )
    project = serializers.CharField(
        required=False, allow_blank=True, max_length=LENGTH_MAX, help_text="课题号"
    )
    cost_centre = serializers.CharField(
        required=False, allow_blank=True, max_length=LENGTH_MAX, help_text="成本中心"
    )
    contact = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LENGTH_MAX,
        help_text="An office or a number, not a person's name: bills are kept for ever.",
    )
    acceptance = serializers.CharField(
        required=False, allow_blank=True, max_length=ACCEPTANCE_LENGTH_MAX, help_text="验收说明"
    )


class ProcurementShown(serializers.Serializer[Procurement]):
    """References of a purchase, each empty where there is none."""

    purchase_order = serializers.CharField(allow_blank=True)
    contract = serializers.CharField(allow_blank=True)
    fund = serializers.CharField(allow_blank=True)
    project = serializers.CharField(allow_blank=True)
    cost_centre = serializers.CharField(allow_blank=True)
    contact = serializers.CharField(allow_blank=True)
    acceptance = serializers.CharField(allow_blank=True)


class KeptProcurementShown(serializers.Serializer[KeptProcurement]):
    """What the next bill will say."""

    version = serializers.IntegerField(help_text="0: nothing was ever said.")
    made_at = serializers.DateTimeField(allow_null=True)
    procurement = ProcurementShown(source="said")


class ProcurementSettings(APIView):
    """References for bills."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "PUT": KEEPERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="procurement_retrieve",
        summary="What bills say for whoever has to pay them",
        responses={200: KeptProcurementShown, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return what the next bill will say, with its tag."""
        asked(request, Question)
        found = procurement.procurement_of(tenant_id=own_organisation(request))
        return tagged(Response(KeptProcurementShown(found).data), _tag(found))

    @extend_schema(
        operation_id="procurement_set",
        summary="Let bills say an order, a contract, a fund; from the next one on",
        request=ProcurementBody,
        parameters=[TAG],
        responses={
            200: KeptProcurementShown,
            **UNREADABLE,
            **REFUSED,
            (412, PROBLEM): problem("precondition_failed: it was changed meanwhile; read it again"),
            (428, PROBLEM): problem("precondition_required: send If-Match"),
            (422, PROBLEM): problem("invalid_request: a text is too long"),
        },
    )
    def put(self, request: Request) -> Response:
        """Write the next version down as it was read; the same again changes nothing."""
        asked(request, Question)
        caller, tenant_id, seen = caller_of(request), own_organisation(request), if_match(request)
        former = procurement.procurement_of(tenant_id=tenant_id)
        refuse_other(seen, _tag(former))
        try:
            kept = procurement.set_procurement(
                tenant_id=tenant_id,
                said=Procurement(**said(request, ProcurementBody)),
                user_id=caller.user_id,
                actor=actor_of(caller),
                now=utc_now(),
                expected=None if "*" in seen else former.version,
            )
        except ProcurementChanged as error:
            raise PreconditionFailed from error
        return tagged(Response(KeptProcurementShown(kept).data), _tag(kept))


def _tag(kept: KeptProcurement) -> str:
    return etag_of("procurement", kept.version)

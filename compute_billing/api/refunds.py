"""Take unspent money back: people only, and with a second factor."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import IDEMPOTENCY_KEY, ONCE_UNREADABLE, answer_request_once
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import FenField
from compute_billing.api.money_in import (
    NOT_SET_UP,
    REFUNDERS,
    MoneySaid,
    fen,
    insist_on_second_factor,
    operator_id,
)
from compute_billing.payments import operations, queries, working
from compute_billing.payments.queries import Refund
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.identifiers import uuid7

STATES = ("pending", "succeeded", "failed")


class RefundShown(serializers.Serializer[Refund]):
    """Money of a top-up on its way back to where it came from."""

    id = serializers.UUIDField(source="public_id")
    top_up = serializers.UUIDField(source="payment.public_id")
    operator = serializers.CharField(source="payment.operator.code")
    amount = FenField(source="amount_fen")
    state = serializers.ChoiceField(STATES)
    failure = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    succeeded_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)


class NewRefundBody(serializers.Serializer[Any]):
    """How much to take back from whom: of one top-up, or what would be spent last first."""

    operator = serializers.SlugField()
    amount = MoneySaid()
    top_up = serializers.UUIDField(required=False)


class RefundsShown(serializers.Serializer[Any]):
    """The refunds that a request came to, one for each top-up that money goes back to."""

    data = RefundShown(many=True)  # type: ignore[assignment]


class Refunds(APIView):
    """Refunds of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": REFUNDERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="refunds_list",
        summary="Refunds, the newest first",
        parameters=[PageQuestion],
        responses={200: page_of(RefundShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of refunds."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.refund_page(
                tenant_id=own_organisation(request),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownRefund as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=RefundShown,
            cursor=lambda refund: encoded(str(refund.public_id)),
        )

    @extend_schema(
        operation_id="refund_create",
        summary="Take unspent money back; people with a second factor only",
        parameters=[IDEMPOTENCY_KEY],
        request=NewRefundBody,
        responses={
            201: OpenApiResponse(RefundsShown, description="The refunds as they are now."),
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_refund: less than this is unspent; idempotency_key_in_flight"
            ),
            (422, PROBLEM): problem(
                "unable_to_top_up: no such operator; idempotency_key_reused; invalid_request"
            ),
            **NOT_SET_UP,
        },
    )
    def post(self, request: Request) -> Response:
        """Hold the money and ask the provider to send it back."""
        asked(request, Question)
        insist_on_second_factor(request)
        body = said(request, NewRefundBody)
        stored = answer_request_once(request=request, perform=lambda: _ask(request, body))
        tenant_id = own_organisation(request)
        refunds = []
        for refund_id in stored.data["ids"]:
            refund = queries.own_refund(tenant_id=tenant_id, public_id=UUID(refund_id))
            working.carry_out(payment=refund.payment, clock=utc_now)
            refund.refresh_from_db()
            refunds.append(refund)
        return Response(RefundsShown({"data": refunds}).data, status=HTTPStatus.CREATED)


def _ask(request: Request, body: dict[str, Any]) -> Answer:
    tenant_id = own_organisation(request)
    payment_id = None
    if "top_up" in body:
        payment = queries.own_payment(tenant_ids=[tenant_id], public_id=body["top_up"])
        payment_id = payment.pk
    refunds = operations.ask_refunds(
        tenant_id=tenant_id,
        operator_id=operator_id(body["operator"]),
        amount_fen=fen(body["amount"]),
        token=f"api:{uuid7()}",
        payment_id=payment_id,
        actor=actor_of(caller_of(request)),
        now=utc_now(),
    )
    ids = [str(refund.public_id) for refund in refunds]
    return Answer(status=HTTPStatus.CREATED, body={"ids": ids})


class RefundDetail(APIView):
    """One refund."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="refund_retrieve",
        summary="One refund",
        responses={200: RefundShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, refund_id: UUID) -> Response:
        """Return it as it is now."""
        asked(request, Question)
        found = queries.own_refund(tenant_id=own_organisation(request), public_id=refund_id)
        return Response(RefundShown(found).data)

"""Pay in to an operator: ask for it, see how far it is, call it off."""

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
    PAYERS,
    MoneySaid,
    fen,
    operator_id,
)
from compute_billing.payments import operations, queries, working
from compute_billing.payments.queries import Payment
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.identifiers import uuid7

WAYS = ("checkout", "intent")
ALL_WAYS = (*WAYS, "automatic")
STATES = ("asked", "open", "paid", "failed", "cancelled")
METHODS = ("card", "alipay", "wechat_pay")


class TopUpShown(serializers.Serializer[Payment]):
    """A payment to an operator, as it is now."""

    id = serializers.UUIDField(source="public_id")
    operator = serializers.CharField(source="operator.code")
    way = serializers.ChoiceField(ALL_WAYS)
    method = serializers.CharField(allow_blank=True, help_text="Empty: the payer chooses.")
    amount = FenField(source="amount_fen")
    received = FenField(source="received_fen")
    state = serializers.ChoiceField(STATES)
    progress = serializers.CharField(allow_blank=True, help_text="The provider's own word.")
    failure = serializers.CharField(allow_blank=True)
    checkout_url = serializers.CharField(
        allow_blank=True, help_text="Where the payer pays; empty until it is open."
    )
    payment_intent = serializers.CharField(source="stripe_intent", allow_blank=True)
    receipt_url = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class NewTopUpShown(TopUpShown):
    """A payment that was just asked for, with what a page confirms an intent with."""

    client_secret = serializers.CharField(
        allow_blank=True, help_text="way=intent: for the payer's page; it is stored nowhere."
    )


class NewTopUpBody(serializers.Serializer[Any]):
    """How much to pay to whom, and how."""

    operator = serializers.SlugField()
    amount = MoneySaid()
    way = serializers.ChoiceField(WAYS, default="checkout")
    method = serializers.ChoiceField(
        METHODS, required=False, help_text="Without it the payer chooses; way=intent means card."
    )
    save_card = serializers.BooleanField(
        default=False, help_text="Keep the card for automatic top-ups; method=card."
    )


class TopUpQuestion(PageQuestion):
    """Which payments."""

    state = serializers.ChoiceField(STATES, required=False)


class TopUps(APIView):
    """Payments of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="top_ups_list",
        summary="Top-ups, the newest first",
        parameters=[TopUpQuestion],
        responses={200: page_of(TopUpShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of payments."""
        question = asked(request, TopUpQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.payment_page(
                tenant_id=own_organisation(request),
                state=question.get("state"),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownTopUp as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=TopUpShown,
            cursor=lambda payment: encoded(str(payment.public_id)),
        )

    @extend_schema(
        operation_id="top_up_create",
        summary="Ask for a top-up; the Idempotency-Key finds it again",
        parameters=[IDEMPOTENCY_KEY],
        request=NewTopUpBody,
        responses={
            201: OpenApiResponse(NewTopUpShown, description="The payment as it is now."),
            **ONCE_UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem("idempotency_key_in_flight"),
            (422, PROBLEM): problem(
                "unable_to_top_up: amount, method or operator; idempotency_key_reused; "
                "invalid_request"
            ),
            **NOT_SET_UP,
        },
    )
    def post(self, request: Request) -> Response:
        """Write it down, then open it at the provider; a repeat finds the same payment.

        Where the provider does not answer, the payment is `asked` and workers go on with it.
        """
        asked(request, Question)
        body = said(request, NewTopUpBody)
        stored = answer_request_once(request=request, perform=lambda: _ask(request, body))
        payment = queries.own_payment(
            tenant_ids=[own_organisation(request)], public_id=UUID(stored.data["id"])
        )
        working.carry_out(payment=payment, clock=utc_now)
        payment.refresh_from_db()
        shown = TopUpShown(payment).data | {"client_secret": working.client_secret(payment)}
        return Response(shown, status=HTTPStatus.CREATED)


def _ask(request: Request, body: dict[str, Any]) -> Answer:
    payment = operations.ask_top_up(
        wish=operations.Wish(
            tenant_id=own_organisation(request),
            operator_id=operator_id(body["operator"]),
            amount_fen=fen(body["amount"]),
            way=operations.Way(body["way"]),
            method=body.get("method", ""),
            saves_card=body["save_card"],
        ),
        token=f"api:{uuid7()}",
        actor=actor_of(caller_of(request)),
        now=utc_now(),
    )
    return Answer(status=HTTPStatus.CREATED, body={"id": str(payment.public_id)})


class TopUp(APIView):
    """One payment."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="top_up_retrieve",
        summary="One top-up",
        responses={200: TopUpShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, top_up_id: UUID) -> Response:
        """Return it as it is now."""
        asked(request, Question)
        return Response(TopUpShown(_own(request, top_up_id)).data)


class CancelTopUp(APIView):
    """A payment that is called off."""

    access_by_method: ClassVar = {"POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="top_up_cancel",
        summary="Call a top-up off, if it is not paid yet",
        request=None,
        responses={
            200: TopUpShown,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem("unable_to_cancel_top_up: it is paid or over."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, top_up_id: UUID) -> Response:
        """Call it off at the provider; whether that was in time is in the answer's state."""
        asked(request, Question)
        payment = _own(request, top_up_id)
        operations.cancel_top_up(
            payment_id=payment.pk, actor=actor_of(caller_of(request)), now=utc_now()
        )
        working.carry_out(payment=payment, clock=utc_now)
        return Response(TopUpShown(_own(request, top_up_id)).data)


def _own(request: Request, public_id: UUID) -> Payment:
    return queries.own_payment(tenant_ids=[own_organisation(request)], public_id=public_id)

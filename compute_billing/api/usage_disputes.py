"""Disputes about use: a buyer opens and reads them, its operator answers them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import PageQuestion, Question, asked, own_organisation, said
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api import names
from compute_billing.api.charges import BILLING_READERS
from compute_billing.api.fields import MoneyField
from compute_billing.api.money_in import PAYERS
from compute_billing.disputes import operations, queries
from compute_billing.disputes.operations import Doubt, Level, Reason, Verdict
from compute_billing.disputes.states import DisputeState
from kernel.clock import utc_now
from kernel.idempotency import Answer


class GrantShown(serializers.Serializer[Any]):
    """A span that is taken back."""

    granted_from = serializers.DateTimeField()
    granted_until = serializers.DateTimeField()
    correction = serializers.CharField(
        help_text="The external id of the record that takes it back."
    )


class AnswerShown(serializers.Serializer[Any]):
    """An answer: the operator's, or the house's."""

    level = serializers.ChoiceField(Level.choices)
    verdict = serializers.ChoiceField(Verdict.choices)
    words = serializers.CharField()
    grants = GrantShown(
        source="grants.all",
        many=True,
        help_text="What is taken back: several spans where the house grants what is left.",
    )
    answered_at = serializers.DateTimeField()
    escalable_until = serializers.DateField(allow_null=True)


class UsageDisputeShown(serializers.Serializer[Any]):
    """A dispute about one usage record, or a span of it."""

    id = serializers.UUIDField(source="public_id")
    record = serializers.SerializerMethodField(help_text="The id of its usage record.")
    source = serializers.CharField(source="source.code")  # type: ignore[assignment]
    external_id = serializers.CharField()
    tenant = serializers.CharField(source="tenant.code")
    operator = serializers.CharField(source="operator.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(Reason.choices)
    words = serializers.CharField()
    state = serializers.ChoiceField([state.value for state in DisputeState])
    opened_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="Last day for whoever has to answer now.")
    disputed = MoneyField(
        source="disputed_micro", help_text="The tenant's part of the disputed span when opened."
    )
    before = MoneyField(
        source="tenant_before", help_text="What the record cost the tenant when it was disputed."
    )
    after = MoneyField(
        source="tenant_after", allow_null=True, help_text="null: until it is settled."
    )
    escalation = serializers.CharField(source="escalation_words", allow_blank=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    answers = AnswerShown(many=True, source="answers.all")

    def get_record(self, dispute: Any) -> str:
        """Return the name of the record in addresses."""
        return names.record_id(source=dispute.source.code, external_id=dispute.external_id)


DISPUTE_PAGE: Final = page_of(UsageDisputeShown)


class NewUsageDisputeBody(serializers.Serializer[Any]):
    """What is doubted of which record, and why."""

    record = serializers.CharField(max_length=600, help_text="The id of the usage record.")
    reason = serializers.ChoiceField(Reason.choices)
    words = serializers.CharField(
        max_length=operations.WORDS_LENGTH_MAX, help_text="Without names and addresses of people."
    )
    starts_at = serializers.DateTimeField(
        required=False, help_text="Of the doubtful span; without one all of the record."
    )
    ends_at = serializers.DateTimeField(required=False)


class EscalationBody(serializers.Serializer[Any]):
    """What is wrong with the operator's answer."""

    words = serializers.CharField(max_length=operations.WORDS_LENGTH_MAX)


class UsageDisputeQuestion(PageQuestion):
    """Which disputes."""

    state = serializers.ChoiceField([state.value for state in DisputeState], required=False)


def dispute_page(question: dict[str, Any], **whose: Any) -> Response:
    """Return a page of disputes."""
    cursor = question.get("cursor")
    try:
        found = queries.dispute_page(
            **whose,
            states=[question["state"]] if "state" in question else [],
            after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
    except queries.UnknownUsageDispute as error:
        raise CursorMalformed from error
    return page(
        found,
        limit=question["limit"],
        shown=UsageDisputeShown,
        cursor=lambda dispute: encoded(str(dispute.public_id)),
    )


def shown_dispute(dispute_id: UUID, **whose: Any) -> dict[str, Any]:
    """Return a dispute as it is answered."""
    found = queries.dispute(public_id=dispute_id, **whose)
    return dict(UsageDisputeShown(found).data)


class UsageDisputes(APIView):
    """Disputes of the own organisation."""

    access_by_method: ClassVar = {"GET": BILLING_READERS, "POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_disputes_list",
        summary="Disputes about use, the newest first",
        parameters=[UsageDisputeQuestion],
        responses={200: DISPUTE_PAGE, **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of them."""
        question = asked(request, UsageDisputeQuestion)
        return dispute_page(question, tenant_ids=[own_organisation(request)])

    @extend_schema(
        operation_id="usage_dispute_create",
        summary="Dispute a usage record, or a span of it",
        parameters=[IDEMPOTENCY_KEY],
        request=NewUsageDisputeBody,
        responses={
            201: OpenApiResponse(UsageDisputeShown, description="The dispute, which is open."),
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "disputed_already; nobody_answers: the installation made the key; "
                "idempotency_key_in_flight"
            ),
            (422, PROBLEM): problem(
                "unable_to_dispute: it is too old, not charged, or the span is not of its time; "
                "idempotency_key_reused; invalid_request"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Open it; the operator has to answer by a working day."""
        asked(request, Question)
        tenant_id, caller = own_organisation(request), caller_of(request)
        body = said(request, NewUsageDisputeBody)
        source, external_id = names.read_record_id(body["record"])

        def perform() -> Answer:
            opened = operations.open_dispute(
                tenant_id=tenant_id,
                source=source,
                external_id=external_id,
                doubt=Doubt(
                    reason=Reason(body["reason"]),
                    words=body["words"],
                    starts_at=body.get("starts_at"),
                    ends_at=body.get("ends_at"),
                ),
                user_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            shown = shown_dispute(opened.public_id, tenant_ids=[tenant_id])
            return Answer(status=HTTPStatus.CREATED, body=shown)

        return answer_request_once(request=request, perform=perform)


class UsageDisputeDetail(APIView):
    """One dispute."""

    access_by_method: ClassVar = {"GET": BILLING_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_dispute_retrieve",
        summary="A dispute about use, with its answers",
        responses={200: UsageDisputeShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        """Return it."""
        asked(request, Question)
        return Response(shown_dispute(dispute_id, tenant_ids=[own_organisation(request)]))


class UsageDisputeWithdraw(APIView):
    """Taking a dispute back."""

    access_by_method: ClassVar = {"POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_dispute_withdraw",
        summary="Take a dispute back that nobody has answered yet",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={
            200: UsageDisputeShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_withdraw_dispute; nobody_answers; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Take it back."""
        asked(request, Question)
        tenant_id, caller = own_organisation(request), caller_of(request)
        # Whose it is comes before whether somebody answers for the key.
        queries.dispute(public_id=dispute_id, tenant_ids=[tenant_id])

        def perform() -> Answer:
            operations.withdraw(
                dispute_id=dispute_id,
                tenant_id=tenant_id,
                user_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            return Answer(
                status=HTTPStatus.OK, body=shown_dispute(dispute_id, tenant_ids=[tenant_id])
            )

        return answer_request_once(request=request, perform=perform)


class UsageDisputeEscalate(APIView):
    """Taking the operator's answer to the house."""

    access_by_method: ClassVar = {"POST": PAYERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_dispute_escalate",
        summary="Take the operator's answer to the finance officer of the house, once",
        parameters=[IDEMPOTENCY_KEY],
        request=EscalationBody,
        responses={
            200: UsageDisputeShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "unable_to_escalate; nobody_answers; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Escalate it."""
        asked(request, Question)
        tenant_id, caller = own_organisation(request), caller_of(request)
        body = said(request, EscalationBody)

        # Whose it is comes before whether somebody answers for the key.
        queries.dispute(public_id=dispute_id, tenant_ids=[tenant_id])

        def perform() -> Answer:
            operations.escalate(
                dispute_id=dispute_id,
                tenant_id=tenant_id,
                words=body["words"],
                user_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            return Answer(
                status=HTTPStatus.OK, body=shown_dispute(dispute_id, tenant_ids=[tenant_id])
            )

        return answer_request_once(request=request, perform=perform)

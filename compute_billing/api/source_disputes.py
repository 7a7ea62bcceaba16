"""Disputes about use: the operator reads what buyers doubt of his sources, and answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_idempotency import IDEMPOTENCY_KEY, ONCE_UNREADABLE, answer_request_once
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api.operators import OperatorPageQuestion, OperatorQuestion, operator_asked
from compute_billing.api.sources import SOURCE_READERS, SOURCE_WRITERS
from compute_billing.api.usage_disputes import (
    DISPUTE_PAGE,
    UsageDisputeShown,
    dispute_page,
    shown_dispute,
)
from compute_billing.disputes import operations, queries
from compute_billing.disputes.operations import Level, Reply, Verdict
from compute_billing.disputes.states import DisputeState
from compute_billing.metering.queries import source_of_operator
from kernel.clock import utc_now
from kernel.idempotency import Answer

ANSWERED: Final = "unable_to_answer_own_dispute, dispute_answered_already, unable_to_take_back"


class AnswerBody(serializers.Serializer[Any]):
    """What is answered, and how one knows."""

    verdict = serializers.ChoiceField(Verdict.choices)
    words = serializers.CharField(max_length=operations.WORDS_LENGTH_MAX)
    granted_from = serializers.DateTimeField(
        required=False, help_text="With partly: the beginning of what is taken back."
    )
    granted_until = serializers.DateTimeField(required=False)


class SourceDisputeQuestion(OperatorPageQuestion):
    """Which disputes of a source."""

    state = serializers.ChoiceField([state.value for state in DisputeState], required=False)


class SourceDisputes(APIView):
    """Disputes about use that an operator's source reported."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_disputes_list",
        summary="Disputes about use of a source",
        parameters=[SourceDisputeQuestion],
        responses={200: DISPUTE_PAGE, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of them, the newest first."""
        question = asked(request, SourceDisputeQuestion)
        operator_id = operator_asked(request, question)
        source = source_of_operator(code=code, operator_id=operator_id)
        return dispute_page(question, operator_id=operator_id, source_id=source.pk)


class SourceDispute(APIView):
    """One dispute about use of a source."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_dispute_retrieve",
        summary="A dispute about use of a source, with its answers",
        parameters=[OperatorQuestion],
        responses={200: UsageDisputeShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str, dispute_id: UUID) -> Response:
        """Return it."""
        operator_id = operator_asked(request, asked(request, OperatorQuestion))
        source = source_of_operator(code=code, operator_id=operator_id)
        return Response(shown_dispute(dispute_id, operator_id=operator_id, source_id=source.pk))


class SourceDisputeAnswer(APIView):
    """The operator's answer."""

    access_by_method: ClassVar = {"POST": SOURCE_WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_dispute_answer",
        summary="Answer a dispute; what is granted is corrected by a signed record",
        parameters=[IDEMPOTENCY_KEY],
        request=AnswerBody,
        responses={
            200: UsageDisputeShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(f"{ANSWERED}; nobody_answers; idempotency_key_in_flight"),
            (422, PROBLEM): problem(
                "unable_to_answer_dispute: a part lies outside what is disputed; "
                "idempotency_key_reused; invalid_request"
            ),
        },
    )
    def post(self, request: Request, code: str, dispute_id: UUID) -> Response:
        """Answer it."""
        asked(request, Question)
        operator_id, caller = own_organisation(request), caller_of(request)
        source = source_of_operator(code=code, operator_id=operator_id)
        whose: dict[str, Any] = {"operator_id": operator_id, "source_id": source.pk}
        queries.dispute(public_id=dispute_id, **whose)
        body = said(request, AnswerBody)

        def perform() -> Answer:
            operations.answer(
                dispute_id=dispute_id,
                reply=Reply(
                    verdict=Verdict(body["verdict"]),
                    words=body["words"],
                    granted_from=body.get("granted_from"),
                    granted_until=body.get("granted_until"),
                ),
                level=Level.OPERATOR,
                user_id=answerable(caller=caller),
                operator_id=operator_id,
                actor=actor_of(caller),
                now=utc_now(),
            )
            return Answer(status=HTTPStatus.OK, body=shown_dispute(dispute_id, **whose))

        return answer_request_once(request=request, perform=perform)

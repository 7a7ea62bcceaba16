"""Conflicts of a source: other content under a known key, side by side, and deciding about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation, said
from accounts.api_idempotency import (
    IDEMPOTENCY_KEY,
    ONCE_REFUSED,
    ONCE_UNREADABLE,
    answer_request_once,
)
from accounts.api_paging import decoded
from accounts.api_problems import MALFORMED, NOT_FOUND, PROBLEM, REFUSED, problem
from accounts.api_throttling import ReadingThrottle, UsageThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.keys.queries import answerable
from compute_billing.api.fields import CardSecondsField, CardsField
from compute_billing.api.operators import OperatorQuestion, operator_asked
from compute_billing.api.sources import SOURCE_READERS, SOURCE_WRITERS
from compute_billing.metering import desk, operations, queries
from compute_billing.metering.desk import ConflictLine, Content
from compute_billing.metering.operations import Decision
from kernel.clock import utc_now
from kernel.idempotency import Answer
from kernel.worlds import is_sandbox

REASON_LENGTH_MAX: Final = 1_000
# A word that stands for nothing is looked up like any other, so that it takes as long.
NOTHING: Final = ["", ""]


class ContentShown(serializers.Serializer[Content]):
    """What a report says; empty where it leaves something unsaid."""

    account = serializers.CharField(help_text="Empty of what stands in the books.")
    tenant = serializers.CharField()
    project = serializers.CharField()
    cluster = serializers.CharField()
    card_type = serializers.CharField()
    cards = CardsField(source="milli_cards")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    quantity_card_seconds = CardSecondsField(source="quantity")
    origin = serializers.CharField()
    format = serializers.CharField()
    position = serializers.IntegerField()


class ConflictDetailShown(serializers.Serializer[Any]):
    """A conflict: what stands in the books, what came later, and what was decided."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()
    payload = serializers.CharField()
    times = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    first = ContentShown(allow_null=True, help_text="null: no longer in the books.")
    other = ContentShown(allow_null=True, help_text="null: only its text was kept.")
    decision = serializers.CharField(
        allow_null=True, help_text="kept or corrected; null: it waits for somebody."
    )
    reason = serializers.CharField(source="decision_reason", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class DecisionBody(serializers.Serializer[Any]):
    """What is decided, and how one knows."""

    decision = serializers.ChoiceField(
        Decision.choices,
        help_text="kept: what was first stays; corrected: signed records put the other in place.",
    )
    reason = serializers.CharField(
        max_length=REASON_LENGTH_MAX, help_text="Without names and addresses of people."
    )


def _conflict(*, operator_id: int, code: str, word: str) -> ConflictLine:
    source = queries.source_of_operator(code=code, operator_id=operator_id)
    external_id, payload_hash = decoded(word, parts=2) or NOTHING
    found = desk.conflicts(
        source=source.code,
        is_open=None,
        after=None,
        limit=1,
        only=(external_id, payload_hash),
        in_sandbox=is_sandbox(source.pk),
    )
    if not found:
        message = "This source has no such conflict."
        raise operations.UnknownConflict(message)
    return found[0]


def _shown(conflict: ConflictLine) -> dict[str, Any]:
    first = desk.first_content(source=conflict.source, external_id=conflict.external_id)
    told = {
        name: getattr(conflict, name)
        for name in (
            *("source", "external_id", "payload", "times", "first_at"),
            *("decision", "decision_reason", "decided_at"),
        )
    }
    shown = ConflictDetailShown({**told, "first": first, "other": desk.other_content(conflict)})
    return dict(shown.data)


class SourceConflict(APIView):
    """One conflict."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_conflict_retrieve",
        summary="A conflict: both contents, and what was decided",
        parameters=[OperatorQuestion],
        responses={200: ConflictDetailShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str, conflict_id: str) -> Response:
        """Return it, decided or not."""
        operator_id = operator_asked(request, asked(request, OperatorQuestion))
        return Response(_shown(_conflict(operator_id=operator_id, code=code, word=conflict_id)))


class SourceConflictDecision(APIView):
    """A decision about a conflict."""

    access_by_method: ClassVar = {"POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="source_conflict_decide",
        summary="Decide about a conflict, once",
        parameters=[IDEMPOTENCY_KEY],
        request=DecisionBody,
        responses={
            200: ConflictDetailShown,
            **ONCE_UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            (409, PROBLEM): problem(
                "conflict_resolved_already; unable_to_correct_conflict: the other content cannot "
                "stand; nobody_answers: the installation made the key; idempotency_key_in_flight"
            ),
            **ONCE_REFUSED,
        },
    )
    def post(self, request: Request, code: str, conflict_id: str) -> Response:
        """Keep what was first, or put the other content in its place."""
        asked(request, Question)
        operator_id = own_organisation(request)
        conflict = _conflict(operator_id=operator_id, code=code, word=conflict_id)
        body, caller = said(request, DecisionBody), caller_of(request)

        def decide() -> Answer:
            operations.resolve_conflict(
                source_id=queries.source_of_operator(code=code, operator_id=operator_id).pk,
                external_id=conflict.external_id,
                payload_hash=conflict.payload_hash,
                decision=Decision(body["decision"]),
                reason=body["reason"],
                decided_by_id=answerable(caller=caller),
                actor=actor_of(caller),
                now=utc_now(),
            )
            decided = _conflict(operator_id=operator_id, code=code, word=conflict_id)
            return Answer(status=HTTPStatus.OK, body=_shown(decided))

        return answer_request_once(request=request, perform=decide)

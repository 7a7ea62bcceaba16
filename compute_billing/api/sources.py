"""An operator's sources: how they do, what of their reports waits for a person, and retrying."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked, own_organisation
from accounts.api_paging import (
    CursorMalformed,
    encoded,
    page,
    page_of,
    read_cursor,
    small_number_of,
    uuid_of,
)
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle, UsageThrottle
from accounts.authentication import caller_of
from accounts.keys.operations import actor_of
from accounts.permissions import Role, Rule, Scope, Staff
from compute_billing.api.operators import (
    OperatorPageQuestion,
    OperatorQuestion,
    operator_asked,
)
from compute_billing.metering import desk, health, operations, queries
from compute_billing.metering.desk import Retry
from compute_billing.metering.health import OpenConflict, OpenReject, SourceHealth
from kernel.clock import utc_now

SOURCE_READERS: Final = Rule(
    required_scope=Scope.USAGE_READ,
    allowed_roles={Role.OWNER, Role.DEVELOPER},
    allowed_staff_roles={Staff.OPERATOR, Staff.AUDITOR},
)
SOURCE_WRITERS: Final = Rule(
    required_scope=Scope.USAGE_WRITE, allowed_roles={Role.OWNER, Role.DEVELOPER}
)


class RejectQuestion(OperatorPageQuestion):
    """Which rejects."""

    reason = serializers.CharField(required=False, max_length=64)
    account = serializers.CharField(required=False, max_length=255)


class ConflictQuestion(OperatorPageQuestion):
    """Which conflicts."""

    external_id = serializers.CharField(required=False, max_length=255)


class SourceShown(serializers.Serializer[SourceHealth]):
    """A reporter of usage, and how it does."""

    code = serializers.CharField()
    name = serializers.CharField()
    cluster = serializers.CharField()
    card_type = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    open_rejects = serializers.IntegerField()
    open_conflicts = serializers.IntegerField()


class SourceDeliveryShown(serializers.Serializer[Any]):
    """A delivery, and how many of its records became what; its rejects by /usage/imports/{id}."""

    import_id = serializers.UUIDField(source="public_id")
    format = serializers.CharField()
    origin = serializers.CharField(help_text="A file's name, or the prefix of a key.")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text="null: under way, or its reader died."
    )
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflict = serializers.IntegerField()
    rejected = serializers.IntegerField()


class RejectShown(serializers.Serializer[OpenReject]):
    """A record that was not accepted; it claimed no key and can be sent again."""

    import_id = serializers.UUIDField()
    position = serializers.IntegerField()
    external_id = serializers.CharField(allow_blank=True)
    account = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(help_text="A code; see docs/formats.md.")
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    rejected_at = serializers.DateTimeField()
    can_retry = serializers.BooleanField(help_text="Readable: it lacks an account or a price.")


class ConflictShown(serializers.Serializer[OpenConflict]):
    """Other content under a key that was accepted before; to mend, decide or send a correction."""

    id = serializers.SerializerMethodField(help_text="Its name in addresses.")
    external_id = serializers.CharField()
    payload_hash = serializers.CharField()
    payload = serializers.CharField()
    import_id = serializers.UUIDField()
    position = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    times = serializers.IntegerField()

    def get_id(self, conflict: OpenConflict) -> str:
        """Return its key and content as one word."""
        return encoded(conflict.external_id, conflict.payload_hash)


class RetryShown(serializers.Serializer[Retry]):
    """Rejects that are tried again, page by page, and what became of them so far."""

    id = serializers.UUIDField(source="public_id")
    source = serializers.CharField()  # type: ignore[assignment]
    total = serializers.IntegerField(help_text="Readable rejects when it was asked for.")
    tried = serializers.IntegerField()
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    conflict = serializers.IntegerField()
    rejected = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="null: not over yet")


class Sources(APIView):
    """Sources of an operator: one's own, or of one that staff name."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="sources_list",
        summary="Sources of an operator, and how they do",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(SourceShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of sources by code."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        found = health.source_page(
            operator_id=operator_asked(request, question),
            after=read_cursor(cursor, parts=1)[0] if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=SourceShown,
            cursor=lambda source: encoded(source.code),
        )


class SourceRejects(APIView):
    """Rejects of a source."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_rejects_list",
        summary="Open rejects of a source",
        parameters=[RejectQuestion],
        responses={200: page_of(RejectShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of open rejects in the order in which they came."""
        question = asked(request, RejectQuestion)
        cursor = question.get("cursor")
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        found = health.reject_page(
            source_id=source.pk,
            reason=question.get("reason"),
            account=question.get("account"),
            after=_reject(cursor) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=RejectShown,
            cursor=lambda reject: encoded(str(reject.import_id), str(reject.position)),
        )


def _reject(cursor: str) -> tuple[UUID, int]:
    import_id, position = read_cursor(cursor, parts=2)
    return uuid_of(import_id), small_number_of(position)


class SourceDeliveries(APIView):
    """Deliveries of a source."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_deliveries_list",
        summary="Deliveries of a source, and how many of their records became what",
        parameters=[OperatorPageQuestion],
        responses={200: page_of(SourceDeliveryShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of deliveries, the newest first."""
        question = asked(request, OperatorPageQuestion)
        cursor = question.get("cursor")
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        try:
            found = health.delivery_page(
                source_id=source.pk,
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownImport as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=SourceDeliveryShown,
            cursor=lambda delivery: encoded(str(delivery.public_id)),
        )


class SourceConflicts(APIView):
    """Conflicts of a source."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_conflicts_list",
        summary="Open conflicts of a source",
        parameters=[ConflictQuestion],
        responses={200: page_of(ConflictShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str) -> Response:
        """Return a page of open conflicts by key."""
        question = asked(request, ConflictQuestion)
        cursor = question.get("cursor")
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        found = health.conflict_page(
            source_id=source.pk,
            external_id=question.get("external_id"),
            after=_conflict(cursor) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=ConflictShown,
            cursor=lambda conflict: encoded(conflict.external_id, conflict.payload_hash),
        )


def _conflict(cursor: str) -> tuple[str, str]:
    external_id, payload_hash = read_cursor(cursor, parts=2)
    return external_id, payload_hash


class SourceRetry(APIView):
    """Rejects of a source, tried again by a worker."""

    access_by_method: ClassVar = {"POST": SOURCE_WRITERS}
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="source_retry",
        summary="Ask for the readable rejects of a source to be tried again",
        request=None,
        responses={202: RetryShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def post(self, request: Request, code: str) -> Response:
        """Hand them to a worker; asking again before it begins changes nothing."""
        asked(request, Question)
        source = queries.source_of_operator(code=code, operator_id=own_organisation(request))
        run = operations.ask_retry(
            source_id=source.pk, actor=actor_of(caller_of(request)), now=utc_now()
        )
        retry = desk.retry(public_id=run.public_id, source_id=source.pk)
        place = reverse("source-retry-detail", kwargs={"code": code, "retry_id": retry.public_id})
        return Response(RetryShown(retry).data, status=202, headers={"Location": place})


class SourceRetryDetail(APIView):
    """How far a retry has come."""

    access_by_method: ClassVar = {"GET": SOURCE_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="source_retry_retrieve",
        summary="How far a retry of rejects has come",
        parameters=[OperatorQuestion],
        responses={200: RetryShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, code: str, retry_id: UUID) -> Response:
        """Return its counts; it is over when `finished_at` is set."""
        question = asked(request, OperatorQuestion)
        source = queries.source_of_operator(
            code=code, operator_id=operator_asked(request, question)
        )
        retry = desk.retry(public_id=retry_id, source_id=source.pk)
        return Response(RetryShown(retry).data)

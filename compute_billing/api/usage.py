"""Bring in usage over HTTP, and ask what became of a delivery."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

import msgspec
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import Question, asked
from accounts.api_paging import page_of
from accounts.api_problems import MALFORMED, REFUSED
from accounts.api_throttling import ReadingThrottle, UsageThrottle
from accounts.authentication import caller_of
from accounts.permissions import Rule, Scope, Staff
from compute_billing.api import schema
from compute_billing.api.parsers import EventBatchBody, EventBody, RecordsBody
from compute_billing.api.records import USAGE_READERS, UsageQuestion, UsageShown, usage_page
from compute_billing.metering import operations, queries
from compute_billing.metering.formats import Parsed, parse_json_batch
from compute_billing.metering.operations import Outcome
from kernel.clock import utc_now
from kernel.errors import DomainError

REJECTS_SHOWN_MAX = 100


class TooManyRecords(DomainError):
    """A batch holds more records than one request may."""

    code = "too_many_records"


class UsageRecords(APIView):
    """Usage: tenants read their own, sources report it; a batch never fails whole."""

    access_by_method: ClassVar = {
        "GET": USAGE_READERS,
        "POST": Rule(required_scope=Scope.USAGE_WRITE),
    }
    parser_classes = (RecordsBody, EventBatchBody, EventBody)
    throttle_classes = (UsageThrottle,)

    @extend_schema(
        operation_id="usage_records_list",
        summary="Usage of the own organisation",
        parameters=[UsageQuestion],
        responses={200: page_of(UsageShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of the records that started in a time, by their start."""
        return usage_page(request)

    @extend_schema(
        operation_id="usage_records_create",
        summary="Bring in usage",
        parameters=[
            OpenApiParameter("source", OpenApiTypes.STR, required=True, description="Its code.")
        ],
        request=schema.USAGE_BODIES,
        responses=schema.USAGE_RESPONSES,
        examples=[
            OpenApiExample("Two records", value=schema.RECORDS_EXAMPLE, request_only=True),
            OpenApiExample("Their status", value=schema.STATUS_EXAMPLE, response_only=True),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        """Record each of the batch; equal records sent again change nothing."""
        source = queries.source_of_operator(
            code=_source_code(request), operator_id=caller_of(request).organisation_id
        )
        parsed = _parse(request)
        now = utc_now()
        delivery = operations.start_import(
            source=source,
            format_name="http",
            # The tenant reads it beside his charges: what is shown of a key, and not its number.
            origin=f"api key {getattr(request.auth, 'prefix', '')}",
            measure="cards",
            now=now,
        )
        outcome = operations.record_batch(parsed, source=source, import_id=delivery.pk, now=now)
        operations.finish_import(import_id=delivery.pk, now=now)
        told = _told(parsed, outcome, delivery_id=delivery.public_id)
        # A renderer of dictionaries would take as long as a fifth of the store.
        return HttpResponse(msgspec.json.encode(told), content_type="application/json")


class UsageImportDetail(APIView):
    """What became of a delivery, with the first of its open rejects."""

    access_by_method: ClassVar = schema.IMPORT_ACCESS
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="usage_import_retrieve",
        summary="What became of a delivery",
        responses=schema.IMPORT_RESPONSES,
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """Return the counts and the open rejects."""
        asked(request, Question)
        caller = caller_of(request)
        anybody = Staff.OPERATOR in caller.staff_roles
        return Response(
            queries.delivery(
                public_id=import_id,
                operator_id=None if anybody else caller.organisation_id,
                rejects_max=REJECTS_SHOWN_MAX,
            )
        )


def _source_code(request: Request) -> str:
    """Return what the query names, and refuse a query that says anything else."""
    unknown = set(request.query_params) - {"source"}
    if unknown:
        raise ValidationError(
            {name: ErrorDetail("There is no such parameter.", "unknown") for name in unknown}
        )
    code = request.query_params.get("source")
    if not code:
        message = "Name the source that reports: /api/v1/usage/records?source=CODE."
        raise ValidationError({"source": ErrorDetail(message, "required")})
    return str(code)


def _parse(request: Request) -> list[Parsed]:
    # The parsers of this view hand on the body as it came.
    body = cast("bytes", request.data)
    parsed = parse_json_batch(body, request.content_type or "")
    if len(parsed) > operations.BATCH_RECORDS_MAX:
        message = (
            f"{len(parsed)} records in one request: send at most {operations.BATCH_RECORDS_MAX}."
        )
        raise TooManyRecords(message)
    return parsed


def _told(parsed: list[Parsed], outcome: Outcome, *, delivery_id: UUID) -> dict[str, Any]:
    return {
        "import_id": str(delivery_id),
        "accepted": outcome.accepted,
        "duplicate": outcome.duplicate,
        "conflict": outcome.conflict,
        "rejected": outcome.rejected,
        "records": [_status(item, outcome) for item in parsed],
    }


def _status(item: Parsed, outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"position": item.position, "external_id": item.external_id}
    status = outcome.statuses.get(item.position)
    if status is None:
        return {**told, "status": "accepted"}
    told["status"] = status.status
    if status.message:
        told |= {"reason": status.reason, "field": status.field, "message": status.message}
    return told

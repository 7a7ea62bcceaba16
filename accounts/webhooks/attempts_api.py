"""The attempts of a delivery over HTTP: when each was made, and what came of it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import OrganisationPageQuestion, asked, organisation_asked
from accounts.api_paging import encoded, page, page_of, read_cursor, small_number_of
from accounts.api_problems import MALFORMED, NOT_FOUND, REFUSED
from accounts.api_throttling import ReadingThrottle
from accounts.webhooks import queries
from accounts.webhooks.api import DELIVERY_READERS
from accounts.webhooks.queries import WebhookAttempt


class WebhookAttemptShown(serializers.Serializer[WebhookAttempt]):
    """One call of a delivery, and what came of it."""

    number = serializers.IntegerField(help_text="1, 2, 3 … of its delivery.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="null: under way, or its sender died."
    )
    failure = serializers.CharField(
        help_text="status, redirect, timeout, tls, not_connected, connection_lost, "
        "name_not_resolved, address_refused, or empty."
    )
    response_status = serializers.IntegerField(allow_null=True)
    response_excerpt = serializers.CharField(
        help_text="The first KiB of the answer; what steers a terminal stands as U+FFFD."
    )
    retry_after_seconds = serializers.IntegerField(
        allow_null=True, help_text="For how long the receiver asked to be left alone."
    )
    duration_ms = serializers.IntegerField(allow_null=True)


class DeliveryAttempts(APIView):
    """The attempts of a delivery."""

    access_by_method: ClassVar = {"GET": DELIVERY_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_attempts_list",
        summary="Attempts of a delivery",
        parameters=[OrganisationPageQuestion],
        responses={200: page_of(WebhookAttemptShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, delivery_id: UUID) -> Response:
        """Return a page of attempts, the newest first."""
        question = asked(request, OrganisationPageQuestion)
        cursor = question.get("cursor")
        delivery = queries.own_delivery(
            organisation_ids=[organisation_asked(request, question)], public_id=delivery_id
        )
        found = queries.attempt_page(
            delivery=delivery,
            after=small_number_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
            limit=question["limit"] + 1,
        )
        return page(
            found,
            limit=question["limit"],
            shown=WebhookAttemptShown,
            cursor=lambda attempt: encoded(str(attempt.number)),
        )

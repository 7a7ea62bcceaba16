"""Webhook endpoints over HTTP: the secret is told once, by the answer that made it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import (
    OrganisationPageQuestion,
    PageQuestion,
    Question,
    asked,
    organisation_asked,
    own_organisation,
    said,
)
from accounts.api_paging import CursorMalformed, encoded, page, page_of, read_cursor, uuid_of
from accounts.api_problems import (
    MALFORMED,
    NOT_FOUND,
    PROBLEM,
    REFUSED,
    UNREADABLE,
    problem,
)
from accounts.api_throttling import ReadingThrottle
from accounts.authentication import caller_of
from accounts.events.vocabulary import LISTENABLE, EventKind
from accounts.permissions import Role, Rule, Scope, Staff
from accounts.webhooks import operations, queries
from accounts.webhooks.addresses import URL_LENGTH_MAX
from accounts.webhooks.operations import (
    DESCRIPTION_LENGTH_MAX,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    IssuedEndpoint,
)
from accounts.webhooks.queries import DeliveryState, WebhookDelivery, WebhookEndpoint
from kernel.clock import utc_now

_ROLES: Final = frozenset({Role.OWNER, Role.DEVELOPER})
READERS: Final = Rule(required_scope=Scope.WEBHOOKS_READ, allowed_roles=_ROLES)
# Whoever is asked why a program hears nothing looks at what was sent, and changes nothing.
DELIVERY_READERS: Final = Rule(
    required_scope=Scope.WEBHOOKS_READ,
    allowed_roles=_ROLES,
    allowed_staff_roles={Staff.OPERATOR, Staff.AUDITOR},
)
WRITERS: Final = Rule(required_scope=Scope.WEBHOOKS_WRITE, allowed_roles=_ROLES)
REFUSED_BODY: Final = {
    (422, PROBLEM): problem(
        "invalid_request: a part is unknown or malformed; webhook_url_refused: not a public "
        "HTTPS address; unable_to_listen: you may not read what a kind tells."
    )
}


class WebhookEndpointShown(serializers.Serializer[WebhookEndpoint]):
    """An endpoint without its secret."""

    id = serializers.UUIDField(source="public_id")
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(
        child=serializers.ChoiceField([kind.value for kind in LISTENABLE]),
        help_text="What it hears; empty: every kind, also those that are still to come.",
    )
    enabled = serializers.SerializerMethodField()
    disabled_reason = serializers.CharField(
        help_text="person, failing, gone (it answered 410), or empty."
    )
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failure after the last success."
    )
    previous_secret_until = serializers.DateTimeField(
        source="previous_until", allow_null=True, help_text="Until then two secrets sign."
    )
    created_at = serializers.DateTimeField()

    def get_enabled(self, endpoint: WebhookEndpoint) -> bool:
        """Say whether events are sent to it."""
        return endpoint.disabled_at is None


class IssuedWebhookEndpointShown(serializers.Serializer[IssuedEndpoint]):
    """An endpoint with its new secret, for the only time."""

    endpoint = WebhookEndpointShown()
    secret = serializers.CharField(help_text="Keep it; it is not told again.")


class NewEndpointBody(serializers.Serializer[Any]):
    """Where events go, and which."""

    url = serializers.CharField(max_length=URL_LENGTH_MAX, help_text="https://…")
    kinds = serializers.ListField(
        child=serializers.ChoiceField([kind.value for kind in LISTENABLE]),
        default=list,
        max_length=len(LISTENABLE),
        help_text="Empty: every kind.",
    )
    description = serializers.CharField(
        max_length=DESCRIPTION_LENGTH_MAX, allow_blank=True, default=""
    )


class EndpointChange(serializers.Serializer[Any]):
    """What is to change; what is not named stays."""

    url = serializers.CharField(max_length=URL_LENGTH_MAX, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField([kind.value for kind in LISTENABLE]),
        required=False,
        max_length=len(LISTENABLE),
    )
    description = serializers.CharField(
        max_length=DESCRIPTION_LENGTH_MAX, allow_blank=True, required=False
    )
    enabled = serializers.BooleanField(required=False)


class SecretRotationBody(serializers.Serializer[Any]):
    """For how long the old secret signs beside the new one."""

    overlap_seconds = serializers.IntegerField(
        min_value=0,
        max_value=int(OVERLAP_MAX.total_seconds()),
        default=int(OVERLAP_DEFAULT.total_seconds()),
    )


class WebhookDeliveryShown(serializers.Serializer[WebhookDelivery]):
    """An event on its way to an endpoint, and what the last attempt came to."""

    id = serializers.UUIDField(source="public_id")
    endpoint = serializers.UUIDField(source="endpoint.public_id")
    event = serializers.UUIDField(source="event.public_id")
    kind = serializers.ChoiceField([kind.value for kind in EventKind], source="event.kind")
    state = serializers.ChoiceField([state.value for state in DeliveryState])
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(
        help_text="status, redirect, timeout, tls, not_connected, connection_lost, "
        "name_not_resolved, address_refused, or empty."
    )
    response_status = serializers.IntegerField(allow_null=True)
    response_excerpt = serializers.CharField(help_text="The first KiB of the answer.")
    duration_ms = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class DeliveryQuestion(OrganisationPageQuestion):
    """Which deliveries."""

    endpoint = serializers.UUIDField(required=False)
    state = serializers.ChoiceField([state.value for state in DeliveryState], required=False)


def _kinds(names: list[str] | None) -> list[EventKind] | None:
    return None if names is None else [EventKind(name) for name in names]


def _endpoint(request: Request, endpoint_id: UUID) -> WebhookEndpoint:
    return queries.own_endpoint(organisation_ids=[own_organisation(request)], public_id=endpoint_id)


class Endpoints(APIView):
    """The webhook endpoints of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_endpoints_list",
        summary="Webhook endpoints of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(WebhookEndpointShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of endpoints without their secrets, the newest first."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.endpoint_page(
                organisation_id=own_organisation(request),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownEndpoint as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=WebhookEndpointShown,
            cursor=lambda endpoint: encoded(str(endpoint.public_id)),
        )

    @extend_schema(
        operation_id="webhook_endpoint_create",
        summary="Create a webhook endpoint",
        request=NewEndpointBody,
        responses={
            201: OpenApiResponse(IssuedWebhookEndpointShown, description="With the secret, once."),
            **UNREADABLE,
            **REFUSED,
            (409, PROBLEM): problem("too_many_webhook_endpoints"),
            **REFUSED_BODY,
        },
    )
    def post(self, request: Request) -> Response:
        """Make an endpoint that hears what happens from now on."""
        asked(request, Question)
        body = said(request, NewEndpointBody)
        issued = operations.create_endpoint(
            caller=caller_of(request),
            organisation_id=own_organisation(request),
            url=body["url"],
            kinds=_kinds(body["kinds"]) or (),
            description=body["description"],
            now=utc_now(),
        )
        return Response(IssuedWebhookEndpointShown(issued).data, status=HTTPStatus.CREATED)


class Endpoint(APIView):
    """One webhook endpoint."""

    access_by_method: ClassVar = {"GET": READERS, "PATCH": WRITERS, "DELETE": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_endpoint_retrieve",
        summary="One webhook endpoint",
        responses={200: WebhookEndpointShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """Return it without its secret."""
        asked(request, Question)
        return Response(WebhookEndpointShown(_endpoint(request, endpoint_id)).data)

    @extend_schema(
        operation_id="webhook_endpoint_update",
        summary="Change a webhook endpoint, or enable it again",
        request=EndpointChange,
        responses={200: WebhookEndpointShown, **UNREADABLE, **REFUSED, **NOT_FOUND, **REFUSED_BODY},
    )
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        """Change what is named; once enabled again it is sent what waited."""
        asked(request, Question)
        body = said(request, EndpointChange)
        changed = operations.change_endpoint(
            caller=caller_of(request),
            endpoint=_endpoint(request, endpoint_id),
            url=body.get("url"),
            kinds=_kinds(body.get("kinds")),
            description=body.get("description"),
            is_enabled=body.get("enabled"),
            now=utc_now(),
        )
        return Response(WebhookEndpointShown(changed).data)

    @extend_schema(
        operation_id="webhook_endpoint_delete",
        summary="Delete a webhook endpoint",
        responses={
            200: OpenApiResponse(WebhookEndpointShown, description="As it was."),
            **REFUSED,
            **NOT_FOUND,
            **MALFORMED,
        },
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """Delete it at once; what waits for it is not sent."""
        asked(request, Question)
        endpoint = _endpoint(request, endpoint_id)
        operations.delete_endpoint(caller=caller_of(request), endpoint=endpoint, now=utc_now())
        return Response(WebhookEndpointShown(endpoint).data)


class SecretRotation(APIView):
    """A secret that takes another one's place."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_endpoint_rotate",
        summary="Replace an endpoint's secret; both sign for a while",
        request=SecretRotationBody,
        responses={
            201: OpenApiResponse(IssuedWebhookEndpointShown, description="With the secret, once."),
            **UNREADABLE,
            **REFUSED,
            **NOT_FOUND,
            **MALFORMED,
        },
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Make a new secret; until the overlap ends each message bears both signatures."""
        asked(request, Question)
        body = said(request, SecretRotationBody)
        issued = operations.rotate_secret(
            caller=caller_of(request),
            endpoint=_endpoint(request, endpoint_id),
            overlap=timedelta(seconds=body["overlap_seconds"]),
            now=utc_now(),
        )
        return Response(IssuedWebhookEndpointShown(issued).data, status=HTTPStatus.CREATED)


DISABLED: Final = {(409, PROBLEM): problem("unable_to_redeliver: waiting already, or disabled.")}


class EndpointPing(APIView):
    """A message to try an endpoint with."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_endpoint_ping",
        summary="Send a ping to one endpoint",
        request=None,
        responses={202: WebhookDeliveryShown, **REFUSED, **NOT_FOUND, **DISABLED, **MALFORMED},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Put a ping into the queue; the delivery tells what became of it."""
        asked(request, Question)
        delivery = operations.ping(
            caller=caller_of(request), endpoint=_endpoint(request, endpoint_id), now=utc_now()
        )
        return Response(WebhookDeliveryShown(delivery).data, status=HTTPStatus.ACCEPTED)


class Deliveries(APIView):
    """What was sent, what waits, and what was given up: one's own, or of whom staff name."""

    access_by_method: ClassVar = {"GET": DELIVERY_READERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_deliveries_list",
        summary="Deliveries to the own organisation's endpoints",
        parameters=[DeliveryQuestion],
        responses={200: page_of(WebhookDeliveryShown), **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of deliveries, the newest first; `state=dead` are the dead letters."""
        question = asked(request, DeliveryQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.delivery_page(
                organisation_id=organisation_asked(request, question),
                endpoint=question.get("endpoint"),
                state=question.get("state", ""),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownDelivery as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=WebhookDeliveryShown,
            cursor=lambda delivery: encoded(str(delivery.public_id)),
        )


class Redelivery(APIView):
    """An event that is sent again."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="webhook_delivery_redeliver",
        summary="Send an event again",
        request=None,
        responses={202: WebhookDeliveryShown, **REFUSED, **NOT_FOUND, **DISABLED, **MALFORMED},
    )
    def post(self, request: Request, delivery_id: UUID) -> Response:
        """Put it back into the queue, under the same webhook-id, with three days to try."""
        asked(request, Question)
        delivery = operations.redeliver(
            caller=caller_of(request),
            organisation_ids=[own_organisation(request)],
            public_id=delivery_id,
            now=utc_now(),
        )
        return Response(WebhookDeliveryShown(delivery).data, status=HTTPStatus.ACCEPTED)

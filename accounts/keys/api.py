"""API keys over HTTP: the secret is told once, by the answer that made it."""

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

from accounts.api_asking import InstantField, PageQuestion, Question, asked, own_organisation
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
from accounts.keys import operations, queries
from accounts.keys.operations import OVERLAP_DEFAULT, OVERLAP_MAX
from accounts.models import ApiKey
from accounts.operations import IssuedApiKey
from accounts.permissions import Role, Rule, Scope
from kernel.clock import utc_now

READERS: Final = Rule(required_scope=Scope.KEYS_READ, allowed_roles={Role.OWNER, Role.DEVELOPER})
WRITERS: Final = Rule(required_scope=Scope.KEYS_WRITE, allowed_roles={Role.OWNER, Role.DEVELOPER})
BEYOND: Final = {
    (403, PROBLEM): problem(
        "permission_denied; unable_to_give_scopes: a scope that you do not have yourself."
    )
}


class KeyShown(serializers.Serializer[ApiKey]):
    """A key without its secret."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="Tells keys apart: sk_<prefix>_….")
    scopes = serializers.ListField(child=serializers.ChoiceField([s.value for s in Scope]))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(
        allow_null=True, help_text="Written at most every five minutes."
    )
    revoked_at = serializers.DateTimeField(allow_null=True)


class IssuedKeyShown(serializers.Serializer[IssuedApiKey]):
    """A new key, with its secret for the only time."""

    api_key = KeyShown()
    secret = serializers.CharField(source="text", help_text="Keep it; it is not told again.")


class NewKeyBody(serializers.Serializer[Any]):
    """What a new key is called, may do, and until when."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField([scope.value for scope in Scope]),
        min_length=1,
        max_length=len(Scope),
    )
    expires_at = InstantField(required=False, allow_null=True, default=None)


class RotationBody(serializers.Serializer[Any]):
    """For how long the old key goes on working beside the new one."""

    overlap_seconds = serializers.IntegerField(
        min_value=0,
        max_value=int(OVERLAP_MAX.total_seconds()),
        default=int(OVERLAP_DEFAULT.total_seconds()),
    )


def _said(request: Request, body: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    reading = body(data=request.data)
    reading.is_valid(raise_exception=True)
    return dict(reading.validated_data)


class Keys(APIView):
    """The keys of the own organisation."""

    access_by_method: ClassVar = {"GET": READERS, "POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="keys_list",
        summary="API keys of the own organisation",
        parameters=[PageQuestion],
        responses={200: page_of(KeyShown), **REFUSED, **MALFORMED},
    )
    def get(self, request: Request) -> Response:
        """Return a page of keys without their secrets, the newest first."""
        question = asked(request, PageQuestion)
        cursor = question.get("cursor")
        try:
            found = queries.key_page(
                organisation_id=own_organisation(request),
                after=uuid_of(read_cursor(cursor, parts=1)[0]) if cursor else None,
                limit=question["limit"] + 1,
            )
        except queries.UnknownApiKey as error:
            raise CursorMalformed from error
        return page(
            found,
            limit=question["limit"],
            shown=KeyShown,
            cursor=lambda key: encoded(str(key.public_id)),
        )

    @extend_schema(
        operation_id="key_create",
        summary="Create an API key",
        request=NewKeyBody,
        responses={
            201: OpenApiResponse(IssuedKeyShown, description="With the secret, once."),
            **UNREADABLE,
            **REFUSED,
            **BEYOND,
            **MALFORMED,
        },
    )
    def post(self, request: Request) -> Response:
        """Make a key that may do no more than its maker."""
        asked(request, Question)
        said = _said(request, NewKeyBody)
        issued = operations.create_key(
            caller=caller_of(request),
            organisation_id=own_organisation(request),
            name=said["name"],
            scopes=[Scope(scope) for scope in said["scopes"]],
            expires_at=said["expires_at"],
            now=utc_now(),
        )
        return Response(IssuedKeyShown(issued).data, status=HTTPStatus.CREATED)


class KeyRevocation(APIView):
    """The end of a key."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="key_revoke",
        summary="End an API key at once",
        request=None,
        responses={200: KeyShown, **REFUSED, **NOT_FOUND, **MALFORMED},
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """End the key; ending it again changes nothing."""
        asked(request, Question)
        key = operations.revoke_key(
            caller=caller_of(request),
            organisation_id=own_organisation(request),
            public_id=key_id,
            now=utc_now(),
        )
        return Response(KeyShown(key).data)


class KeyRotation(APIView):
    """A key that takes another one's place."""

    access_by_method: ClassVar = {"POST": WRITERS}
    throttle_classes = (ReadingThrottle,)

    @extend_schema(
        operation_id="key_rotate",
        summary="Replace an API key; both work for a while",
        request=RotationBody,
        responses={
            201: OpenApiResponse(IssuedKeyShown, description="With the secret, once."),
            **UNREADABLE,
            **REFUSED,
            **BEYOND,
            **NOT_FOUND,
            (409, PROBLEM): problem("unable_to_rotate_api_key: the key has ended."),
            **MALFORMED,
        },
    )
    def post(self, request: Request, key_id: UUID) -> Response:
        """Make a key like this one, which ends after the overlap."""
        asked(request, Question)
        said = _said(request, RotationBody)
        issued = operations.rotate_key(
            caller=caller_of(request),
            organisation_id=own_organisation(request),
            public_id=key_id,
            overlap=timedelta(seconds=said["overlap_seconds"]),
            now=utc_now(),
        )
        return Response(IssuedKeyShown(issued).data, status=HTTPStatus.CREATED)

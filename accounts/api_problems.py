"""The errors that OpenAPI tells of each address, each with its codes."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

PROBLEM: Final = "application/problem+json"


class FieldProblem(serializers.Serializer[Any]):
    """What is wrong with one part of a request."""

    pointer = serializers.CharField(help_text="Where (RFC 6901).")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error of a whole request (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; what programs may rely on.")
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]
    details = serializers.DictField(
        required=False, help_text="What a program needs to go on, by code: `shortfall`, `cap`, …"
    )


def problem(description: str) -> OpenApiResponse:
    """Describe an error answer; its description begins with the codes."""
    return OpenApiResponse(Problem, description=description)


_UNKNOWN_PARAMETER: Final = OpenApiExample(
    "A parameter that does not exist",
    value={
        "type": "urn:suanji:problem:invalid_request",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "The request is well formed and its content is not valid: see errors.",
        "code": "invalid_request",
        "errors": [
            {"pointer": "/colour", "code": "unknown", "detail": "There is no such parameter."}
        ],
    },
)

REFUSED: Final[dict[Any, Any]] = {
    (401, PROBLEM): problem("not_authenticated, invalid_api_key"),
    (403, PROBLEM): problem("permission_denied: the key lacks the scope, or the person the role."),
    (406, PROBLEM): problem("not_acceptable: only JSON is told."),
    (429, PROBLEM): problem("too_many_requests: see Retry-After."),
}
UNREADABLE: Final[dict[Any, Any]] = {
    (400, PROBLEM): problem("malformed_request: the body is not JSON."),
    (415, PROBLEM): problem("unsupported_media_type"),
}
NOT_FOUND: Final[dict[Any, Any]] = {
    (404, PROBLEM): problem("not_found: there is none, or it is somebody else's.")
}
MALFORMED: Final[dict[Any, Any]] = {
    (422, PROBLEM): OpenApiResponse(
        Problem,
        description="invalid_request: a parameter is unknown, repeated or malformed; "
        "malformed_cursor",
        examples=[_UNKNOWN_PARAMETER],
    )
}

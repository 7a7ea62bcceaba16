"""`Idempotency-Key` on requests that move money or make a contract."""

from collections.abc import Callable
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_problems import PROBLEM, problem
from accounts.authentication import caller_of
from kernel.canonical import canonical_hash
from kernel.clock import utc_now
from kernel.errors import DomainError
from kernel.idempotency import Answer, answer_once, request_hash

HEADER: Final = "Idempotency-Key"
KEY_LENGTH_MAX: Final = 255
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    name=HEADER,
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    required=True,
    description="Of your choice: the same request under it is done once and answered alike.",
)
# What answers a request that must be done once.
ONCE_UNREADABLE: Final[dict[Any, Any]] = {
    (400, PROBLEM): problem("malformed_request, idempotency_key_missing"),
    (415, PROBLEM): problem("unsupported_media_type"),
}
ONCE_REFUSED: Final[dict[Any, Any]] = {
    (422, PROBLEM): problem(
        "invalid_request: a part is unknown or malformed; idempotency_key_reused: another "
        "request was answered under this key."
    )
}


class IdempotencyKeyMissing(DomainError):
    """The request moves money or makes a contract and has no key, or one that is too long."""

    code = "idempotency_key_missing"


def answer_request_once(*, request: Request, perform: Callable[[], Answer]) -> Response:
    """Answer a request once per caller, address and key; see `kernel.idempotency`.

    Equal content is compared after parsing, so a body written in another order of keys is
    the same request.

    Raises:
        IdempotencyKeyMissing: no key, or one longer than 255 printable characters.
        RequestInFlight, IdempotencyKeyReused: see `answer_once`.
    """
    key = request.headers.get(HEADER, "")
    if not key or len(key) > KEY_LENGTH_MAX or not key.isprintable():
        message = f"Send {HEADER} with up to {KEY_LENGTH_MAX} printable characters."
        raise IdempotencyKeyMissing(message)
    caller = caller_of(request)
    who = f"user:{caller.user_id}" if caller.api_key_id is None else f"key:{caller.api_key_id}"
    address = f"{request.method} {request.path}?{request.META.get('QUERY_STRING', '')}"
    answer = answer_once(
        scope=f"{caller.organisation_id}:{who}",
        key=key,
        request_hash=request_hash(address.encode(), canonical_hash(_exact(request.data))),
        now=utc_now(),
        perform=perform,
    )
    return Response(answer.body, status=answer.status)


def _exact(value: object) -> object:
    """Return parsed JSON with its floats as texts, which canonical JSON refuses."""
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    return f"float:{value!r}" if isinstance(value, float) else value

"""`ETag` and `If-Match` for what is edited as a draft: nobody overwrites what he has not seen.

    class PriceDraft(APIView):
        def get(self, request, draft_id):
            draft = queries.draft(...)
            return tagged(Response(DraftShown(draft).data), etag_of(draft.public_id, draft.version))

        def patch(self, request, draft_id):
            wanted = if_match(request)            # 428 without the header
            draft = operations.change_draft(..., expected=wanted)

and in the operation, under the row's lock: `refuse_other(expected, etag_of(...))` (412).
"""

from __future__ import annotations

from typing import Final

from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.canonical import canonical_hash

HEADER: Final = "If-Match"
TAG_LENGTH: Final = 32
TAG: Final = OpenApiParameter(
    name=HEADER,
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what you read.",
)


class PreconditionRequired(APIException):
    """The request changes what others may change too, and does not say what it has seen."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = "Send If-Match with the ETag of what you read."


class PreconditionFailed(APIException):
    """Somebody changed it meanwhile."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = "It was changed meanwhile: read it again, and decide again."


def etag_of(*parts: object) -> str:
    """Return the strong entity tag, with its quotes, of what `parts` tell apart.

    Name everything that a reader sees and may change: the version of a row, or its columns.
    """
    digest = canonical_hash([None if part is None else str(part) for part in parts])
    return f'"{digest.hex()[:TAG_LENGTH]}"'


def tagged(response: Response, etag: str) -> Response:
    """Put the tag on an answer."""
    response["ETag"] = etag
    return response


def if_match(request: Request) -> list[str]:
    """Return the tags that the caller has seen; `*` is any.

    Raises:
        PreconditionRequired: he sent none.
    """
    tags = parse_etags(request.headers.get(HEADER, ""))
    if not tags:
        raise PreconditionRequired
    return tags


def refuse_other(seen: list[str], current: str) -> None:
    """Refuse a change of what the caller has not seen as it is now.

    Raises:
        PreconditionFailed: none of the tags is the present one (weak tags never are).
    """
    if "*" not in seen and current not in seen:
        raise PreconditionFailed

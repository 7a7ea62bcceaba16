"""Bodies that the domain reads itself: DRF hands them on as bytes, within a limit."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser


class BodyTooLarge(APIException):
    """The body is longer than one request may be."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class _WholeBody(BaseParser):
    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the body as it came.

        Raises:
            BodyTooLarge: it is longer than REQUEST_BYTES_MAX.
        """
        del media_type, parser_context
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            message = f"A body holds at most {limit} bytes: send the records in several requests."
            raise BodyTooLarge(message)
        return body


class RecordsBody(_WholeBody):
    """A JSON list of plain records, or {"records": [...]}."""

    media_type = "application/json"


class EventBatchBody(_WholeBody):
    """A batch of CloudEvents 1.0 in JSON."""

    media_type = "application/cloudevents-batch+json"


class EventBody(_WholeBody):
    """A single CloudEvent 1.0 in JSON."""

    media_type = "application/cloudevents+json"

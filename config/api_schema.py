"""The OpenAPI description over HTTP: it cannot change while a process runs, so it is made once."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_made: dict[str, tuple[bytes, dict[str, str]]] = {}


class Schema(SpectacularAPIView):
    """The description as YAML or JSON; a program that has it is told so by a 304."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer what was made for the media type that is asked for."""
        renderer = request.accepted_renderer
        media_type = str(renderer.media_type)
        if media_type not in _made:
            response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
            content = renderer.render(response.data, media_type, {})
            body = content if isinstance(content, bytes) else content.encode()
            _made[media_type] = (
                body,
                {
                    "Content-Type": media_type,
                    "Content-Disposition": response["Content-Disposition"],
                    "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
                    "Cache-Control": "no-cache",
                },
            )
        body, headers = _made[media_type]
        return _answer(request._request, body, headers)  # noqa: SLF001 - what was really asked


def _answer(request: HttpRequest, body: bytes, headers: dict[str, str]) -> HttpResponse:
    answer = HttpResponse(body, headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=answer) or answer

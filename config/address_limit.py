"""The limit of requests from one address, refused in the words of the API."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse

from accounts import address_limit
from config.api_errors import CONTENT_TYPE, problem


class AddressLimit(address_limit.AddressLimit):
    """Answer a problem document."""

    def refuse(self, seconds: int) -> HttpResponse:
        """Say that it was too often, and when to come back."""
        body = problem(
            status=HTTPStatus.TOO_MANY_REQUESTS,
            code="too_many_requests",
            detail="Too many requests come from this address: see Retry-After.",
        )
        return JsonResponse(
            body,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            content_type=CONTENT_TYPE,
            headers={"Retry-After": f"{seconds}"},
        )

"""Let the log of decisions know from where each request comes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_address
from kernel.origin import USER_AGENT_LENGTH_MAX, Origin, acting_from

Respond = Callable[[HttpRequest], HttpResponse]


class ActingFrom:
    """Say for the time of a request which address and which program acts."""

    def __init__(self, get_response: Respond) -> None:
        """Wrap what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is written down meanwhile says where it came from."""
        browser = request.headers.get("User-Agent", "").replace("\0", "")
        origin = Origin(address=client_address(request), user_agent=browser[:USER_AGENT_LENGTH_MAX])
        with acting_from(origin):
            return self.get_response(request)

"""What can go wrong, as exceptions: by status, each with the stable code of the answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx


class SuanjiError(Exception):
    """Anything that this client raises of itself."""


class ConnectionFailed(SuanjiError):
    """No answer came, after as many attempts as were allowed."""


class ProblemError(SuanjiError):
    """The service answered with an error (RFC 9457).

    `code` is stable and what programs may rely on; `errors` names the parts of a request that
    are wrong, `details` the facts of a refusal.
    """

    def __init__(self, response: httpx.Response) -> None:
        """Read the answer; one that is no problem document has the code `error`."""
        document = _document(response)
        self.status = response.status_code
        self.code = str(document.get("code", "error"))
        self.detail = str(document.get("detail", response.reason_phrase))
        self.errors: Sequence[Mapping[str, str]] = document.get("errors", [])
        self.details: Mapping[str, Any] = document.get("details", {})
        named = "".join(f"; {error['pointer']}: {error['detail']}" for error in self.errors)
        super().__init__(f"{self.status} {self.code}: {self.detail}{named}")


class NotAuthenticated(ProblemError):
    """401: the key is missing, unknown, revoked or expired."""


class PermissionDenied(ProblemError):
    """403: the key lacks the scope."""


class NotFound(ProblemError):
    """404: there is none, or it is somebody else's."""


class Conflict(ProblemError):
    """409: the state of things forbids it."""


class InvalidRequest(ProblemError):
    """422: understood, and not valid; see `errors`."""


class TooManyRequests(ProblemError):
    """429, after as many attempts as were allowed."""


class ServerError(ProblemError):
    """5xx: the service failed."""


_KINDS: Mapping[int, type[ProblemError]] = {
    401: NotAuthenticated,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    422: InvalidRequest,
    429: TooManyRequests,
}


def problem_of(response: httpx.Response) -> ProblemError:
    """Return the exception for an error answer."""
    kind = ServerError if response.is_server_error else ProblemError
    return _KINDS.get(response.status_code, kind)(response)


def _document(response: httpx.Response) -> Mapping[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}

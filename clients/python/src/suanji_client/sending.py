"""Send a request, and send it again where that is harmless."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx

from suanji_client.errors import ConnectionFailed, problem_of

# The service was not reached, or said that it did nothing.
PASSING: Final = frozenset({429, 502, 503, 504})
UNTOUCHED: Final = frozenset({429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a request is sent in all, and how long between: exponential, with full jitter.

    What the service tells in `Retry-After` goes before, up to `longest_seconds`: who is told to
    wait for longer is tried again after those, and gets the error after the last attempt.
    """

    attempts: int = 5
    first_seconds: float = 0.25
    longest_seconds: float = 20.0
    sleep: Callable[[float], object] = field(default=time.sleep)
    chance: Callable[[], float] = field(default=random.random)

    def pause(self, attempt: int, *, told: str | None) -> float:
        """Return the seconds to wait after an attempt (1 is the first); what was told is capped."""
        if told is not None and told.isdecimal():
            return min(float(told), self.longest_seconds)
        doubled = self.first_seconds * float(2 ** (attempt - 1))
        longest = min(doubled, self.longest_seconds)
        return self.chance() * longest


def send(
    http: httpx.Client, request: httpx.Request, *, repeatable: bool, patience: Patience
) -> httpx.Response:
    """Return the answer to a request.

    A request that is not repeatable is sent again only when it cannot have had an effect.

    Raises:
        ProblemError: an error answer, after the last attempt.
        ConnectionFailed: no answer, after the last attempt.
    """
    attempt = 1
    while True:
        told = None
        try:
            response = http.send(request)
        except httpx.TransportError as error:
            harmless = repeatable or isinstance(error, httpx.ConnectError)
            if not harmless or attempt >= patience.attempts:
                message = f"No answer from {request.url.host}: {error}"
                raise ConnectionFailed(message) from error
        else:
            if response.is_success:
                return response
            passing = PASSING if repeatable else UNTOUCHED
            if response.status_code not in passing or attempt >= patience.attempts:
                raise problem_of(response)
            told = response.headers.get("Retry-After")
        patience.sleep(patience.pause(attempt, told=told))
        attempt += 1

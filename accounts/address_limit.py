"""How often a network address may ask the API, with whatever key or none.

Counted by the minute in Redis, before anybody is asked who he is, so that a flood of refused
requests costs no query. Without Redis nobody is turned away.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_address
from kernel.clock import utc_now

logger = logging.getLogger(__name__)

SECONDS: Final = 60
API_PREFIX: Final = "/api/"

Respond = Callable[[HttpRequest], HttpResponse]


def seconds_to_wait(*, address: str, limit: int, now: datetime) -> int:
    """Count a request and return how long its address has to wait; 0 while it may ask."""
    passed = int(now.timestamp())
    key = f"address:{passed // SECONDS}:{address}"
    try:
        cache.add(key, 0, timeout=2 * SECONDS)
        count = cache.incr(key)
    except ValueError:
        return 0  # the minute ended between the two
    except (redis.RedisError, OSError):
        logger.warning("the requests of an address are not counted: Redis does not answer")
        return 0
    return SECONDS - passed % SECONDS if count > limit else 0


class AddressLimit:
    """Turn away who asks the API too often from one address; subclasses say in which words."""

    def __init__(self, get_response: Respond) -> None:
        """Wrap what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say when to come back."""
        if request.path.startswith(API_PREFIX) and (address := client_address(request)):
            limit = settings.API_ADDRESS_REQUESTS
            wait = seconds_to_wait(address=address, limit=limit, now=utc_now())
            if wait:
                return self.refuse(wait)
        return self.get_response(request)

    def refuse(self, seconds: int) -> HttpResponse:
        """Say that it was too often."""
        return HttpResponse(status=429, headers={"Retry-After": f"{seconds}"})

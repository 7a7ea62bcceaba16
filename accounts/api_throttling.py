"""How often a key may ask. The count lies in Redis; without Redis nobody is turned away."""

from __future__ import annotations

import logging

import redis
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.authentication import caller_of

logger = logging.getLogger(__name__)


class KeyThrottle(SimpleRateThrottle):
    """A limit for each API key (and each person); subclasses say on what."""

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Count by key, else by person; nobody else gets this far."""
        del view
        caller = caller_of(request)
        who = f"key:{caller.api_key_id}" if caller.api_key_id else f"user:{caller.user_id}"
        return f"throttle:{self.scope}:{who}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Let the request in unless the key has used up its rate."""
        try:
            return bool(super().allow_request(request, view))
        except (redis.RedisError, OSError):
            logger.warning("the rate of requests is not counted: Redis does not answer")
            return True


class UsageThrottle(KeyThrottle):
    """A limit on bringing in usage."""

    scope = "usage"


class ReadingThrottle(KeyThrottle):
    """A limit on everything else."""

    scope = "reading"


class QuoteThrottle(KeyThrottle):
    """A limit on trials of rating, each of which holds the tenant's wallet for a moment."""

    scope = "quotes"

"""A typed client of the Suanji exchange."""

from suanji_client.client import Client
from suanji_client.errors import (
    Conflict,
    ConnectionFailed,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ProblemError,
    ServerError,
    SuanjiError,
    TooManyRequests,
)
from suanji_client.values import decimal_of

__all__ = [
    "Client",
    "Conflict",
    "ConnectionFailed",
    "InvalidRequest",
    "NotAuthenticated",
    "NotFound",
    "PermissionDenied",
    "ProblemError",
    "ServerError",
    "SuanjiError",
    "TooManyRequests",
    "decimal_of",
]

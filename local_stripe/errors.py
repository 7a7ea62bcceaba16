"""Refusals in Stripe's shape: a status, a type, and what is wrong with which parameter."""

from typing import Any, Final

CARD_STATUS: Final = 402


class StripeRefuses(Exception):
    """An answer that is an error; the subclass says which type Stripe gives it."""

    status = 400
    type = "invalid_request_error"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        """Keep the message, Stripe's code and further fields such as `param`."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details

    def body(self) -> dict[str, Any]:
        """Return the answer, without fields that have no value."""
        told = {"message": self.message, "type": self.type, "code": self.code, **self.details}
        return {"error": {name: value for name, value in told.items() if value is not None}}


class InvalidRequest(StripeRefuses):
    """Parameters that Stripe refuses, or a state that does not allow what is asked."""


class InvalidParameter(InvalidRequest):
    """Parameters that are refused before anything is done: no idempotent answer is kept."""


class NoSuchObject(InvalidRequest):
    """An id that names nothing in this account."""

    status = 404

    def __init__(self, kind: str, key: str, *, param: str = "id") -> None:
        """Say it in Stripe's words."""
        super().__init__(f"No such {kind}: '{key}'", code="resource_missing", param=param)


class UnknownKey(StripeRefuses):
    """No API key, or none that this process knows."""

    status = 401


class CardDeclined(StripeRefuses):
    """The bank, or the card holder, did not pay."""

    status = CARD_STATUS
    type = "card_error"


class KeyUsedOtherwise(StripeRefuses):
    """An idempotency key came back with other parameters."""

    type = "idempotency_error"


class KeyInFlight(StripeRefuses):
    """The first request with this idempotency key is not answered yet."""

    status = 409
    type = "idempotency_error"


class TooManyRequests(StripeRefuses):
    """A rate limit, on demand only."""

    status = 429


class ServerFailed(StripeRefuses):
    """Stripe's own failure, on demand only."""

    status = 500
    type = "api_error"


class NotKept(StripeRefuses):
    """Stripe has it and this process does not; nothing is silently ignored."""

    status = 501
    type = "api_error"

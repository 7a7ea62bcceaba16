"""The root of every anticipated refusal.

A domain error is defined above the function that raises it and carries a stable `code`.
`config.api_errors` alone knows which HTTP status a code becomes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A request was understood and refused.

    `message` says what was refused, where, and how to mend it; `details` holds the same
    facts as JSON values for programs.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, *, details: Mapping[str, Any] | None = None) -> None:
        """Keep the message for people and the details for programs."""
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})

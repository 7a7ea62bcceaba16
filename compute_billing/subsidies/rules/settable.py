"""Values of a document that may stand open: not seen in a text, or assumed by an officer. Pure."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that no text we saw gives.

    `unset` names the official text that is needed. `assumed` is what an officer put in its place,
    `because` why; a page that shows an amount shows both.
    """

    unset: str
    assumed: Any = None
    because: str = ""


def settled(value: T | Open) -> T | None:
    """Return the value, what is assumed in its place, or None while it stands open."""
    if isinstance(value, Open):
        assumed: T | None = value.assumed
        return assumed
    return value

"""From where somebody acts, for the time of a request: set at the edge, read by `audit.record`.

Network address and browser are personal data. They stand beside an entry and not in it, with a
salt; the entry holds a hash of the three. While they are there they are proven, and once they
are deleted nothing leads back to them (docs/adr/0030).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from kernel.canonical import canonical_hash

SALT_BYTES: Final = 32
USER_AGENT_LENGTH_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A network address and the program that asked; an empty text is unknown."""

    address: str
    user_agent: str


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def acting_from(origin: Origin) -> Iterator[None]:
    """Let every audit entry of the block say where it came from."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Origin | None:
    """Return from where the present request came; None in a command, a worker or a sweep."""
    return _current.get()


def new_salt() -> bytes:
    """Return 256 random bits, without which nobody can guess an origin from its hash."""
    return secrets.token_bytes(SALT_BYTES)


def origin_hash(origin: Origin, *, salt: bytes) -> bytes:
    """Return what a sealed entry holds of an origin."""
    return canonical_hash([salt.hex(), origin.address, origin.user_agent])

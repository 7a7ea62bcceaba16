"""The text of an API key. Pure but for its randomness.

`sk_<prefix>_<secret>`: the prefix finds the row and may be shown, the secret is 256 random
bits. A plain SHA-256 is enough for a secret that cannot be guessed; slow hashes are for
passwords that people choose.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

PREFIX_BYTES: Final = 6
SECRET_BYTES: Final = 32

_KEY = re.compile(r"sk_(?P<prefix>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key as its owner sees it, once, and what is kept of it."""

    text: str
    prefix: str

    @property
    def secret_hash(self) -> bytes:
        """Return what is kept: the SHA-256 of the whole text."""
        return hash_of(self.text)


def hash_of(text: str) -> bytes:
    """Return the SHA-256 of a key's whole text."""
    return hashlib.sha256(text.encode()).digest()


def generate() -> KeyText:
    """Return a new random key."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    return KeyText(text=f"sk_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}", prefix=prefix)


def prefix_of(text: str) -> str | None:
    """Return the prefix of a well-formed key, or None."""
    match = _KEY.fullmatch(text)
    return match["prefix"] if match else None


def matches(*, text: str, secret_hash: bytes | memoryview) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(hash_of(text), bytes(secret_hash))

"""The text of an API key. Pure but for its randomness.

`sk_<prefix>_<secret>`: the prefix finds the row and may be shown, the secret is 256 random
bits. The prefix of a sandbox's key begins with `test_`, so that whoever sees `sk_test_…` in a
program, a log or a leak knows that it moves nothing real.

A plain SHA-256 is enough for a secret that cannot be guessed; slow hashes are for passwords that
people choose.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

PREFIX_BYTES: Final = 6
SECRET_BYTES: Final = 32
SANDBOX_PREFIX: Final = "test_"

_KEY = re.compile(r"sk_(?P<prefix>(?:test_)?[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


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


def generate(*, is_sandbox: bool = False) -> KeyText:
    """Return a new random key, of a sandbox or not."""
    prefix = (SANDBOX_PREFIX if is_sandbox else "") + secrets.token_hex(PREFIX_BYTES)
    return KeyText(text=f"sk_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}", prefix=prefix)


def prefix_of(text: str) -> str | None:
    """Return the prefix of a well-formed key, or None."""
    match = _KEY.fullmatch(text)
    return match["prefix"] if match else None


def shown_prefix(told: str) -> str:
    """Return the prefix that somebody copied from where keys are shown: `sk_<prefix>_…`."""
    text = told.removeprefix("sk_")
    world = SANDBOX_PREFIX if text.startswith(SANDBOX_PREFIX) else ""
    return world + text.removeprefix(world).partition("_")[0]


def matches(*, text: str, secret_hash: bytes | memoryview) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(hash_of(text), bytes(secret_hash))

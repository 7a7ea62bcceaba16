"""The secret in the link of an invitation. Pure but for its randomness."""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32


def generate() -> str:
    """Return a new secret of 256 random bits, fit for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """Return what is kept of it: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()

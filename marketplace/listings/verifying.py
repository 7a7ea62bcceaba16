"""Check a certificate without asking anybody: this file and `cryptography` are all it takes.

Whoever keeps a certificate keeps three things: the document's bytes, the signature, and the public
key under its `kid`. Compare that key with the one that the exchange publishes before you trust it.
What a certificate cannot say is what happened after it: look its number up to see whether the
listing was suspended or taken off.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# What else the key may sign one day begins with other words.
PREFIX: Final = b"suanji-certificate-v1\n"
KID_LENGTH: Final = 16


def kid_of(public_key: bytes) -> str:
    """Return the name of a public key: the beginning of its SHA-256 in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()[:KID_LENGTH]


def is_genuine(*, document: bytes, signature: bytes, public_key: bytes, kid: str) -> bool:
    """Say whether the key named `kid` signed exactly these bytes."""
    if kid_of(public_key) != kid:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, PREFIX + document)
    except (InvalidSignature, ValueError):
        return False
    return True

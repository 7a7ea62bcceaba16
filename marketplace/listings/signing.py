"""The key that certificates are signed with, derived from SECRET_KEY.

A new SECRET_KEY makes a new key with a name of its own; the public halves of all keys that ever
signed are kept as rows, so older certificates stay verifiable.
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.crypto import salted_hmac

from marketplace.listings.verifying import PREFIX

_SALT: Final = "marketplace.listings.signing"


def _private_key() -> Ed25519PrivateKey:
    seed = salted_hmac(_SALT, "certificates", algorithm="sha256").digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> bytes:
    """Return the 32 bytes of the public half of the present key."""
    return _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(document: bytes) -> bytes:
    """Return the 64 bytes of the signature of a document by the present key."""
    return _private_key().sign(PREFIX + document)

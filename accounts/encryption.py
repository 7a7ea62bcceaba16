"""Encrypt what must be kept and read again: secrets of authenticator apps.

The key is derived from SECRET_KEY; texts of keys in SECRET_KEY_FALLBACKS can still be read.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "accounts.encryption"


def encrypt(text: str) -> str:
    """Return the text, encrypted and authenticated under the newest key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Return the text again.

    Raises:
        cryptography.fernet.InvalidToken: no key of ours encrypted it, or it was changed.
    """
    return _keys().decrypt(encrypted.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    digest = salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)

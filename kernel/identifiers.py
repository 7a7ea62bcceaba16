"""Identifiers that leave the house. Bigints stay inside."""

import secrets
from typing import Final
from uuid import UUID

from kernel.clock import utc_now

_VERSION_7: Final = 0x7
_VARIANT_RFC: Final = 0b10


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits.

    Made in Python because PostgreSQL has `uuidv7()` only from 18 on.
    """
    now = utc_now()
    milliseconds = int(now.timestamp()) * 1000 + now.microsecond // 1000
    value = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80
        | _VERSION_7 << 76
        | secrets.randbits(12) << 64
        | _VARIANT_RFC << 62
        | secrets.randbits(62)
    )
    return UUID(int=value)

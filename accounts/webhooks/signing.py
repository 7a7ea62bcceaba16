"""Secrets of endpoints, and what is signed with them: Standard Webhooks, version 1. Pure."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from standardwebhooks import Webhook

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a new secret, as receivers are given it."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_id(event_id: UUID) -> str:
    """Return what tells an event from any other one, the same at every attempt."""
    return f"evt_{event_id.hex}"


def signed_headers(
    body: str, *, message: str, secrets_live: Sequence[str], now: datetime
) -> dict[str, str]:
    """Return the headers of the specification; every live secret signs, the newest first."""
    signatures = [Webhook(secret).sign(message, now, body) for secret in secrets_live]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }

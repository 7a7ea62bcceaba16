"""Webhooks without a network: what the stand-in would send, signed as it signs, into our inbox."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from compute_billing.payments import operations, stripe_gateway
from kernel.clock import utc_now
from tests.builders.stripe import SECRET, StandIn


def signed(event: dict[str, Any], *, at: int | None = None) -> tuple[bytes, str]:
    """Return the body of a webhook and its signature."""
    body = json.dumps(event).encode()
    seconds = int(time.time()) if at is None else at
    digest = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return body, f"t={seconds},v1={digest}"


def tell(events: Iterable[dict[str, Any]]) -> list[bool]:
    """Put events into the inbox; say of each whether it was new."""
    answers = []
    for event in events:
        body, signature = signed(event)
        told = stripe_gateway.read_event(body, signature=signature)
        answers.append(operations.keep(told=told, now=utc_now()))
    return answers


def tell_all(stripe: StandIn) -> list[bool]:
    """Tell everything that has happened at Stripe so far."""
    return tell(stripe.events())

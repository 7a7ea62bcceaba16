"""What the API answers to somebody who tries it in a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client


def ask_sandbox(
    tenant: Client, *, told: dict[str, Any], ask: Callable[..., Any], post: Callable[..., Any]
) -> None:
    """Open a sandbox, use it, empty it; keep the answers by operation."""
    post("sandbox_open", tenant, "sandbox")
    ask("sandbox_retrieve", tenant, "sandbox")
    scopes = ["usage:write", "usage:read", "billing:read"]
    post("sandbox_key_create", tenant, "sandbox/keys", {"name": "trial", "scopes": scopes})
    told["sandbox_top_up"] = tenant.post(
        "/api/v1/sandbox/top-ups",
        {"amount": "5000.00"},
        content_type="application/json",
        headers={"idempotency-key": "trial"},
    ).json()
    post("sandbox_close_month", tenant, "sandbox/close", {"month": "2026-09"})
    post("sandbox_reset", tenant, "sandbox/reset")

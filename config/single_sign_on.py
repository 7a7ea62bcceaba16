"""Settings of single sign-on by OpenID Connect: off until a server is named."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from config import env


def server_url() -> str:
    """Return where the provider is; '' without one."""
    return env.text("OIDC_SERVER_URL", default="")


def form_targets(server: str) -> list[str]:
    """Return where forms may lead outside of this house on the way to the provider."""
    return [urljoin(server, "/")] if server else []


def providers(server: str) -> dict[str, Any]:
    """Return what allauth is told of it."""
    if not server:
        return {"openid_connect": {"APPS": []}}
    app = {
        "provider_id": "sso",
        "name": env.text("OIDC_NAME", default="SSO"),
        "client_id": env.text("OIDC_CLIENT_ID"),
        "secret": env.text("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

"""An identity provider that really answers, on this machine."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt

from tests import services


class Provider(ThreadingHTTPServer):
    """An identity provider that knows one person, and what was asked of it last."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.person = {"sub": "4711", "email": "new@city.example", "email_verified": True}
        self.asked: dict[str, list[str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def id_token(self) -> str:
        claims = {"iss": self.url, "aud": "suanji", "exp": time.time() + 60, **self.person}
        return jwt.encode(claims, "a secret of the provider, long enough", algorithm="HS256")


class Answer(BaseHTTPRequestHandler):
    """What the provider answers."""

    server: Provider

    def do_GET(self) -> None:
        if self.path.startswith("/.well-known/"):
            url = self.server.url
            self.answer(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/me",
                    "jwks_uri": f"{url}/keys",
                }
            )
        else:
            self.answer(self.server.person)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked = parse_qs(body)
        self.answer(
            {"access_token": "t", "token_type": "Bearer", "id_token": self.server.id_token()}
        )

    def answer(self, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def identity_provider(settings: Any) -> Iterator[Provider]:
    """Run one and name it in the settings; the address of its application is `sso`."""
    services.empty_cache()
    with Provider() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.OIDC_SERVER_URL = running.url
        settings.FORM_TARGETS = [f"{running.url}/"]
        app = {
            "provider_id": "sso",
            "name": "City",
            "client_id": "suanji",
            "secret": "s",
            "settings": {"server_url": running.url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        yield running
        running.shutdown()

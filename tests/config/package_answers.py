"""What the API answers about packages to a tenant that buys, changes and ends one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Organisation
from tests.builders.accounts import make_api_key


def ask_packages(*, told: dict[str, Any], ask: Callable[..., Any]) -> None:
    """Look at offers, buy a package, change it and end it; keep the answers by operation."""
    gamma = Organisation.objects.get(code="gamma")
    client = Client(headers={"authorization": f"Bearer {make_api_key(organisation=gamma).text}"})

    def post(operation: str, address: str, body: Any) -> Any:
        sent = client.post(
            f"/api/v1/{address}",
            body,
            content_type="application/json",
            headers={"idempotency-key": operation},
        )
        told[operation] = sent.json()
        return told[operation]

    offer = ask("package_offers_list", client, "package-offers")
    wanted = {"offer": offer["id"], "cards": 2, "terms": 1, "starts_on": "2026-10-12"}
    post("package_quote", "package-quotes", {"act": "order", **wanted})
    one = f"packages/{post('package_order', 'packages', wanted)['id']}"
    ask("packages_list", client, "packages", limit="1")
    post("package_resize", f"{one}/resize", {"cards": 3})
    post("package_renew", f"{one}/renewal", {"terms": 1})
    ask("package_retrieve", client, one)
    post("package_end", f"{one}/end", {})

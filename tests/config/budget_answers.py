"""What the service says of budgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client


def ask_budgets(tenant: Client, *, told: dict[str, Any], ask: Callable[..., Any]) -> None:
    body: dict[str, Any] = {
        "name": "2026-10",
        "kind": "monthly",
        "first_month": "2026-10",
        "amount": {"amount": "20000.00"},
        "stops": True,
    }
    kind = "application/json"
    told["budget_create"] = tenant.post(
        "/api/v1/budgets", body, content_type=kind, headers={"idempotency-key": "budget-1"}
    ).json()
    address = f"/api/v1/budgets/{told['budget_create']['id']}"
    read = tenant.get(address)
    told["budget_retrieve"] = read.json()
    body["amount"] = {"amount": "25000.00"}
    told["budget_change"] = tenant.put(
        address, body, content_type=kind, headers={"if-match": read["ETag"]}
    ).json()
    ask("budgets_list", tenant, "budgets", limit="1")
    told["budget_end"] = tenant.post(
        f"{address}/end", content_type=kind, headers={"idempotency-key": "budget-2"}
    ).json()

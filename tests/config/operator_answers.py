"""What the API answers to an operator who maps accounts and sells packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client


def ask_mappings(client: Client, *, act: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """Map an account and end its mapping; keep the answers by operation."""
    place = "sources/slurm/account-mappings"
    body = {
        "account": "lab-7",
        "tenant": "beta",
        "project": "p1",
        "valid_from": "2026-10-01T00:00:00+08:00",
    }
    act("account_mapping_create", client, "post", place, body)
    ask("account_mappings_list", client, place, account="lab-7")
    ended = {"account": "lab-7", "tenant": "beta", "at": "2026-11-01T00:00:00+08:00"}
    act("account_mapping_end", client, "post", f"{place}/end", ended)


def ask_sales(client: Client, *, act: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """Propose an offer, take it back, and set capacity; keep the answers by operation."""
    cards = {"cluster": "jx-1", "card_type": "910B2"}
    offer = {
        **cards,
        "term_kind": "year",
        "price": {"amount": "1250.00", "currency": "CNY"},
        "tax_class": "vat_6",
        "fee_rate": "0.1",
        "valid_from": "2026-11-01T00:00:00+08:00",
    }
    made = act("package_offer_draft_create", client, "post", "package-offer-drafts", offer)
    ask("package_offer_drafts_list", client, "package-offer-drafts", state="open")
    place = f"package-offer-drafts/{made['id']}"
    ask("package_offer_draft_retrieve", client, place)
    act("package_offer_draft_withdraw", client, "post", f"{place}/withdraw", {})
    days = {"starts_on": "2027-01-01", "ends_on": "2027-04-01", "cards": 24}
    act("package_capacity_set", client, "post", "package-capacity", {**cards, **days})
    ask("package_capacity_list", client, "package-capacity", limit="1")

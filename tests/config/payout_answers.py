"""What the API answers about payouts to who was paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Organisation
from tests.builders.accounts import make_api_key


def ask_payouts(*, ask: Callable[..., Any]) -> None:
    """Ask for payouts, of which one came back, for one of them, and for what came since."""
    payee = Organisation.objects.get(code="payee")
    client = Client(headers={"authorization": f"Bearer {make_api_key(organisation=payee).text}"})
    payout = ask("payouts_list", client, "payouts")
    ask("payout_retrieve", client, f"payouts/{payout['id']}")
    ask("payout_open_retrieve", client, "payouts/open")
    abroad = Organisation.objects.get(code="payee-abroad")
    client = Client(headers={"authorization": f"Bearer {make_api_key(organisation=abroad).text}"})
    ask("connected_account_retrieve", client, "connected-account")

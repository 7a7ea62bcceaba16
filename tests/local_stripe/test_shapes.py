"""Every answer has the fields and types of the SDK's classes and of Stripe's own examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local_stripe.shapes import faults_of, kinds_of
from tests.stripe_server import LocalStripe

# Fields of Stripe's examples that stand there only in other uses of the object.
NOT_KEPT = {"bank_account": {"customer"}, "charge": {"refunds"}}
# Objects that Stripe's examples call otherwise.
CALLED = {"line_item": "item"}


def _session(v1: Any) -> Any:
    return v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "success_url": "https://shop.example/ok",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "hkd",
                        "unit_amount": 5_000,
                        "product_data": {"name": "Top-up"},
                    },
                }
            ],
        }
    )


def _link(v1: Any, *, account: str) -> Any:
    return v1.account_links.create(
        params={
            "account": account,
            "type": "account_onboarding",
            "refresh_url": "https://shop.example/again",
            "return_url": "https://shop.example/back",
        }
    )


def everything(stripe: LocalStripe) -> dict[str, Any]:
    """Return an answer of every kind."""
    client = stripe.client()
    v1 = client.v1
    customer = v1.customers.create(params={"email": "a@example.com", "metadata": {"a": "b"}})
    setup = v1.setup_intents.create(
        params={"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    )
    paid = v1.payment_intents.create(
        params={
            "amount": 100_000,
            "currency": "hkd",
            "customer": customer.id,
            "payment_method": "pm_card_bypassPending",
            "confirm": True,
            "return_url": "https://shop.example/",
        }
    )
    charge = v1.charges.retrieve(paid.latest_charge)
    refund = v1.refunds.create(params={"charge": charge.id, "amount": 1_000})
    dispute = stripe.control("dispute", charge=charge.id)
    stripe.control("decide", dispute=dispute["id"], outcome="won")
    session = _session(v1)
    account = v1.accounts.create(
        params={"country": "HK", "capabilities": {"transfers": {"requested": True}}}
    )
    link = _link(v1, account=account.id)
    stripe.control("account", account=account.id)
    transfer = v1.transfers.create(
        params={"amount": 2_000, "currency": "hkd", "destination": account.id}
    )
    reversal = v1.transfers.reversals.create(transfer.id, params={"amount": 500})
    payout = v1.payouts.create(params={"amount": 3_000, "currency": "hkd"})
    endpoint = v1.webhook_endpoints.create(
        params={"url": "https://shop.example/hook", "enabled_events": ["charge.failed"]}
    )
    return {
        "account": v1.accounts.retrieve(account.id),
        "account_link": link,
        "balance": v1.balance.retrieve(),
        "balance_transaction": v1.balance_transactions.retrieve(charge.balance_transaction),
        "bank_account": v1.accounts.retrieve(account.id).external_accounts.data[0],
        "capability": v1.accounts.capabilities.list(account.id).data[0],
        "charge": charge,
        "checkout.session": session,
        "customer": customer,
        "dispute": v1.disputes.retrieve(dispute["id"]),
        "event": v1.events.list().data[0],
        "line_item": v1.checkout.sessions.line_items.list(session.id).data[0],
        "payment_intent": paid,
        "payment_method": v1.payment_methods.retrieve(paid.payment_method),
        "payout": payout,
        "refund": refund,
        "setup_intent": setup,
        "transfer": v1.transfers.retrieve(transfer.id),
        "transfer_reversal": reversal,
        "webhook_endpoint": endpoint,
    }


@pytest.fixture(scope="module")
def answers(shared_stripe: LocalStripe) -> dict[str, Any]:
    return everything(shared_stripe)


def test_every_answer_is_what_the_sdk_declares(answers) -> None:
    faults = [fault for answer in answers.values() for fault in faults_of(answer)]

    assert faults == []
    assert len(answers) == 20


def test_every_answer_has_the_fields_of_stripes_examples(answers, shared_data: Path) -> None:
    examples = json.loads((shared_data / "stripe" / "fixtures3.json").read_text())["resources"]
    told: dict[str, Any] = {
        CALLED.get(kind, kind): json.loads(json.dumps(answer.to_dict()))
        for kind, answer in answers.items()
    }

    missing = {
        kind: set(examples[kind]) - set(answer) - NOT_KEPT.get(kind, set())
        for kind, answer in told.items()
    }
    others = [
        f"{kind}.{name}: {kinds_of(value)}, not {kinds_of(examples[kind][name])}"
        for kind, answer in told.items()
        for name, value in answer.items()
        if name in examples[kind]
        and "null" not in {kinds_of(value), kinds_of(examples[kind][name])}
        and kinds_of(value) != kinds_of(examples[kind][name])
    ]

    assert {kind: names for kind, names in missing.items() if names} == {}
    assert others == []

"""Settings of payments that would lose money are found before anybody is served."""

from __future__ import annotations

import pytest

from compute_billing.payments.checks import check_money_is_real, check_webhooks_are_signed


@pytest.mark.parametrize(
    ("key", "secrets", "ids"),
    [("", [], []), ("sk_live_x", ["whsec_x"], []), ("sk_live_x", [], ["payments.E001"])],
)
def test_who_takes_payments_can_verify_webhooks(settings, key, secrets, ids) -> None:
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRETS = key, secrets
    assert [found.id for found in check_webhooks_are_signed()] == ids


@pytest.mark.parametrize(
    ("key", "base", "ids"),
    [
        ("", "", []),
        ("sk_live_x", "", []),
        ("sk_live_x", "http://127.0.0.1:12111", ["payments.E002"]),
        ("sk_test_x", "", ["payments.W003"]),
    ],
)
def test_production_asks_for_real_money(settings, key, base, ids) -> None:
    settings.PRODUCTION, settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = True, key, base
    assert [found.id for found in check_money_is_real()] == ids

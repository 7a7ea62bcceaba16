"""Faults of an installation's payment settings that Django can find before it serves anybody."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

HINT = "See 'Payments' in docs/runbook.md."


def register_checks() -> None:
    """Let `manage.py check` run the checks of this module."""
    register(check_webhooks_are_signed)
    register(check_money_is_real, deploy=True)


def check_webhooks_are_signed(**_: Any) -> list[CheckMessage]:
    """Refuse to take payments without being able to tell who says that they are paid."""
    if not settings.STRIPE_API_KEY or settings.STRIPE_WEBHOOK_SECRETS:
        return []
    message = "STRIPE_API_KEY is set and STRIPE_WEBHOOK_SECRET is not."
    return [Error(message, hint=HINT, id="payments.E001")]


def check_money_is_real(**_: Any) -> list[CheckMessage]:
    """Refuse a stand-in in production; warn of a key of Stripe's own trial mode."""
    if not settings.PRODUCTION or not settings.STRIPE_API_KEY:
        return []
    if settings.STRIPE_API_BASE:
        message = "STRIPE_API_BASE names a stand-in: no money would come in."
        return [Error(message, hint=HINT, id="payments.E002")]
    if "_test_" in settings.STRIPE_API_KEY:
        message = "STRIPE_API_KEY is a trial key: no money would come in."
        return [checks.Warning(message, hint=HINT, id="payments.W003")]
    return []

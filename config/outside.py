"""Settings of what leaves the house: webhooks, and links in messages."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ImproperlyConfigured

from config import env

# From the due day on: told ahead and on the day, then three reminders.
USUAL_DUNNING_DAYS: Final = ("-3", "0", "7", "15", "30")
DUNNING_DAYS_FIRST: Final = -30
DUNNING_DAYS_LAST: Final = 365


def webhook_loopback(*, production: bool) -> bool:
    """Say whether webhooks reach this machine: a developer's receiver listens beside him.

    Otherwise they reach public addresses by HTTPS only.
    """
    is_open = env.boolean("WEBHOOK_LOOPBACK", default=False)
    if production and is_open:
        message = "WEBHOOK_LOOPBACK may be on in development only."
        raise ImproperlyConfigured(message)
    return is_open


def portal_address(*, production: bool, hosts: list[str]) -> str:
    """Return where links in messages lead, without a slash at the end."""
    usual = f"https://{hosts[0]}" if production and hosts else "http://127.0.0.1:8000"
    return env.text("PORTAL_ADDRESS", default=usual).rstrip("/")


def days_of_balances() -> tuple[int, int]:
    """Return how short a balance is warned of, and how long what expired is left alone."""
    low = env.integer("BALANCE_LOW_DAYS", default=7, minimum=1)
    return low, env.integer("BREAKAGE_GRACE_DAYS", default=30, minimum=0)


def dunning_days() -> tuple[int, ...]:
    """Return on which days after the due day each level of asking begins; before it, below zero.

    There are five levels, as constraints and words have it: only their days are a matter of taste.
    """
    said = env.words("DUNNING_DAYS", default=USUAL_DUNNING_DAYS)
    try:
        days = tuple(int(word) for word in said)
    except ValueError as error:
        message = f"DUNNING_DAYS is {','.join(said)!r}; use whole numbers with commas."
        raise ImproperlyConfigured(message) from error
    if len(days) != len(USUAL_DUNNING_DAYS) or list(days) != sorted(set(days)):
        message = (
            f"DUNNING_DAYS is {','.join(said)!r}; use {len(USUAL_DUNNING_DAYS)} whole numbers, "
            "each larger than the one before."
        )
        raise ImproperlyConfigured(message)
    if days[0] < DUNNING_DAYS_FIRST or days[-1] > DUNNING_DAYS_LAST:
        message = (
            f"DUNNING_DAYS is {','.join(said)!r}; the first is {DUNNING_DAYS_FIRST} or later, the "
            f"last {DUNNING_DAYS_LAST} or earlier."
        )
        raise ImproperlyConfigured(message)
    return days


def bank_caution() -> tuple[int, int]:
    """Return from which amount on two decide, and how long another payout account waits."""
    two_from = env.integer("BANK_TWO_FROM_YUAN", default=50_000, minimum=0)
    return two_from, env.integer("PAYOUT_ACCOUNT_HOURS", default=72, minimum=0)

"""Settings of payments by Stripe: off until a key is set."""

from __future__ import annotations

from config import env

STRIPE_PAGES = "https://checkout.stripe.com"
ONBOARDING_PAGES = "https://connect.stripe.com"


def terms() -> tuple[str, list[str], int, int]:
    """Return the account, the methods, and the least and the most yuan of one payment.

    The account is what the books call where money lies: it is never changed afterwards.
    """
    return (
        env.text("STRIPE_ACCOUNT", default="main"),
        env.words("STRIPE_METHODS", default=("card", "alipay", "wechat_pay")),
        env.integer("TOP_UP_MIN_YUAN", default=10, minimum=4),
        env.integer("TOP_UP_MAX_YUAN", default=500_000, minimum=1),
    )


def pages() -> list[str]:
    """Return where payers, and payees, are led to."""
    other = env.text("STRIPE_API_BASE", default="")
    return [other] if other else [STRIPE_PAGES, ONBOARDING_PAGES]

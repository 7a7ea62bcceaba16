"""What Stripe is asked, as parameters that are stored and sent unchanged at every repeat. Pure."""

from typing import Any, Final

CURRENCY: Final = "cny"
CARD: Final = "card"
WECHAT: Final = "wechat_pay"
# Under these names Stripe keeps which row of ours an object belongs to.
PAYMENT_KEY: Final = "suanji_payment"
REFUND_KEY: Final = "suanji_refund"
CALL_KEY: Final = "suanji_call"


def checkout(
    *,
    amount_fen: int,
    methods: tuple[str, ...],
    saves_card: bool,
    product: str,
    address: str,
    metadata: dict[str, str],
) -> dict[str, Any]:
    """Return the parameters of a Checkout Session; `address` is where the payer comes back to."""
    asked: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": amount_fen,
                    "product_data": {"name": product},
                },
            }
        ],
        "allowed_payment_method_types": list(methods),
        "client_reference_id": metadata[PAYMENT_KEY],
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": f"{address}?from=checkout",
        "cancel_url": f"{address}?from=checkout",
    }
    if WECHAT in methods:
        asked["payment_method_options"] = {WECHAT: {"client": "web"}}
    if saves_card:
        asked["customer_creation"] = "always"
        asked["payment_intent_data"]["setup_future_usage"] = "off_session"
    return asked


def intent(*, amount_fen: int, method: str, metadata: dict[str, str]) -> dict[str, Any]:
    """Return the parameters of a PaymentIntent that the payer's program confirms."""
    return {
        "amount": amount_fen,
        "currency": CURRENCY,
        "allowed_payment_method_types": [method],
        "metadata": metadata,
    }


def automatic(
    *, amount_fen: int, customer: str, method: str, metadata: dict[str, str]
) -> dict[str, Any]:
    """Return the parameters of a PaymentIntent that a saved card pays at once, nobody watching."""
    return {
        "amount": amount_fen,
        "currency": CURRENCY,
        "customer": customer,
        "payment_method": method,
        "allowed_payment_method_types": [CARD],
        "confirm": True,
        "off_session": True,
        "metadata": metadata,
    }


def refund(*, intent: str, amount_fen: int, metadata: dict[str, str]) -> dict[str, Any]:
    """Return the parameters of a refund of a payment that was made."""
    return {
        "payment_intent": intent,
        "amount": amount_fen,
        "reason": "requested_by_customer",
        "metadata": metadata,
    }

"""Exact values out of the API's texts."""

from decimal import Decimal

from suanji_client.shapes import Money


def decimal_of(value: Money | str) -> Decimal:
    """Return an amount, or a quantity such as card-seconds, as a Decimal."""
    return Decimal(value if isinstance(value, str) else value["amount"])


def money_of(text: str) -> Money:
    """Return yuan, written as a decimal, as the API takes them."""
    return {"amount": text, "currency": "CNY"}

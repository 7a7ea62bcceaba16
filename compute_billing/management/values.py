"""Values of rows as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kernel.money import Money
from kernel.quantities import card_hours_text


def plain(value: Any) -> Any:
    """Return a number, a text or an ISO instant; whole numbers stay numbers, however summed."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, datetime | date) else value


def yuan(amount_micro: int) -> str:
    """Return an amount as a decimal text with all six places: "12.340000"."""
    return Money(amount_micro).to_text()


def card_hours(quantity: int) -> str:
    """Return card-hours rounded for reading; exact texts are card-seconds."""
    return card_hours_text(quantity)

"""Values as the API shows them: exact decimal texts, months as YYYY-MM, instants in UTC.

A field reads the integer of the books and is its own description in OpenAPI.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.money import DEFAULT_CURRENCY, Money
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.quantities import MILLI_PER_CARD, card_seconds_text

_MONTH_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$",
    "example": "2026-10",
}
CARD_TIME_UNIT: Final = "CT:"
_DECIMAL: Final = r"^-?[0-9]+(\.[0-9]{1,6})?$"


class MoneyBody(serializers.Serializer[Any]):
    """An exact amount: a decimal with six places, never a float."""

    amount = serializers.RegexField(r"^-?[0-9]+\.[0-9]{6}$", help_text='"12.340000"')
    currency = serializers.ChoiceField([DEFAULT_CURRENCY])


class CardTimeBody(serializers.Serializer[Any]):
    """Card time of one card type; that of two types is never added up."""

    card_seconds = serializers.RegexField(_DECIMAL, help_text='Exact: "28800".')
    card_type = serializers.CharField()


def money(amount_micro: int) -> dict[str, str]:
    """Return micro-yuan as the API shows them."""
    amount = Money(amount_micro)
    return {"amount": amount.to_text(), "currency": amount.currency}


def card_time(quantity: int, *, unit: str) -> dict[str, str]:
    """Return milli-card-milliseconds of a unit of the books as the API shows them."""
    return {
        "card_seconds": card_seconds_text(quantity),
        "card_type": unit.removeprefix(CARD_TIME_UNIT),
    }


@extend_schema_field(MoneyBody)
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """Micro-yuan."""

    def to_representation(self, value: int) -> dict[str, str]:
        """Return amount and currency."""
        return money(value)


@extend_schema_field(MoneyBody)
class FenField(serializers.Field[Any, Any, Any, Any]):
    """Whole fen, as a document is paid."""

    def to_representation(self, value: int) -> dict[str, str]:
        """Return amount and currency."""
        return money(Money.from_fen(value).amount_micro)


@extend_schema_field(
    {"type": "string", "pattern": _DECIMAL, "example": "28800", "description": "Exact."}
)
class CardSecondsField(serializers.Field[Any, Any, Any, Any]):
    """Milli-card-milliseconds."""

    def to_representation(self, value: int) -> str:
        """Return exact card-seconds."""
        return card_seconds_text(int(value))


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,3})?$", "example": "0.22"})
class CardsField(serializers.Field[Any, Any, Any, Any]):
    """Milli-cards."""

    def to_representation(self, value: int) -> str:
        """Return cards with at most three places."""
        whole, part = divmod(value, MILLI_PER_CARD)
        return f"{whole}.{part:03d}".rstrip("0").rstrip(".")


@extend_schema_field({"type": "string", "pattern": r"^[01]\.[0-9]{6}$", "example": "0.400000"})
class RateField(serializers.Field[Any, Any, Any, Any]):
    """Parts per million."""

    def to_representation(self, value: int) -> str:
        """Return the rate as a decimal with six places."""
        return Money(value).to_text()


@extend_schema_field(_MONTH_SCHEMA)
class MonthField(serializers.Field[Any, Any, Any, Any]):
    """A billing month, read and shown as YYYY-MM."""

    default_error_messages = {"invalid": "Write a month as YYYY-MM, such as 2026-10."}

    def to_internal_value(self, data: Any) -> date:
        """Return the first day of the month."""
        try:
            return parse_month(str(data))
        except UnableToReadMonth:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        """Return YYYY-MM."""
        return month_text(value)

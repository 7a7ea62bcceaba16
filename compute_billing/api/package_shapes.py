"""Packages as the API shows them, and what it is told of them."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from compute_billing.api.fields import (
    CardSecondsField,
    MoneyBody,
    MoneyField,
    MonthField,
)
from compute_billing.packages.queries import PackageOrder, Plan
from compute_billing.packages.quoting import CARDS_MAX, MONTHS_MAX

ACTS: Final = ("order", "resize", "renewal", "end")


def _months(factor: int) -> str:
    whole, part = divmod(factor, 10_000)
    return f"{whole}.{part:04d}"


class PlannedChangeShown(serializers.Serializer[Any]):
    """What becomes of one term; below zero an amount is given back."""

    term = serializers.IntegerField(source="term_no")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last.")
    price = MoneyField(source="price_micro", help_text="A card and month.")
    cards_before = serializers.IntegerField()
    cards_after = serializers.IntegerField()
    months_left = serializers.SerializerMethodField(help_text='To four places: "0.6581".')
    gross = MoneyField(source="gross_micro", help_text="Price × cards × months, cut to fen.")
    fee = MoneyField(source="fee_micro")
    amount = MoneyField(source="amount_micro")

    def get_months_left(self, change: Any) -> str:
        """Return the factor as a decimal."""
        return _months(change.factor)


class PlanShown(serializers.Serializer[Plan]):
    """What an act comes to: the same figures as the act itself, a moment later."""

    amount = MoneyField(source="amount_micro", help_text="Below zero it is given back.")
    fee = MoneyField(source="fee_micro")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last.")
    changes = PlannedChangeShown(many=True)


class PackageShown(serializers.Serializer[PackageOrder]):
    """Cards of a cluster for a time."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    cluster = serializers.CharField(source="cluster.code")
    card_type = serializers.CharField(source="meter.code")
    cards = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last.")
    ended_early = serializers.BooleanField()
    ordered_at = serializers.DateTimeField()


class PackageMonthShown(serializers.Serializer[Any]):
    """A month of a package; what is left ends with the month."""

    month = MonthField()
    granted_card_seconds = CardSecondsField(source="granted")
    used_card_seconds = CardSecondsField(source="used")
    left_card_seconds = CardSecondsField(source="left")


class PackageTermShown(serializers.Serializer[Any]):
    """What was bought at one price, and the contract behind it."""

    term = serializers.IntegerField(source="term_no")
    contract_no = serializers.CharField(source="contract.contract_no")
    signed_on = serializers.DateField(source="contract.signed_on")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last.")
    price = MoneyField(source="price_micro")
    tax_class = serializers.CharField()


class PackageChangeShown(serializers.Serializer[Any]):
    """What became of a term."""

    kind = serializers.ChoiceField(["purchase", "resize", "renewal", "end"])
    term = serializers.IntegerField(source="term.term_no")
    starts_on = serializers.DateField()
    cards_before = serializers.IntegerField()
    cards_after = serializers.IntegerField()
    months_left = serializers.SerializerMethodField()
    fee = MoneyField(source="fee_micro")
    amount = MoneyField(source="amount_micro")
    made_at = serializers.DateTimeField()

    def get_months_left(self, change: Any) -> str:
        """Return the factor as a decimal."""
        return _months(change.factor)


class PackageDetailShown(serializers.Serializer[Any]):
    """A package, its months, terms and changes."""

    package = PackageShown()
    paid_ahead = MoneyField(help_text="Of what was paid, not earned by the operator yet.")
    months = PackageMonthShown(many=True)
    terms = PackageTermShown(many=True)
    changes = PackageChangeShown(many=True)


class _Expected(serializers.Serializer[Any]):
    expected_amount = MoneyBody(
        required=False, help_text="Of the quote: refused when it comes to another amount by now."
    )


class PackageOrderBody(_Expected):
    """What is ordered."""

    offer = serializers.UUIDField()
    cards = serializers.IntegerField(min_value=1, max_value=CARDS_MAX)
    terms = serializers.IntegerField(min_value=1, max_value=MONTHS_MAX)
    starts_on = serializers.DateField(help_text="Tomorrow in the billing time zone, or later.")


class PackageResizeBody(_Expected):
    """How many cards there are to be instead."""

    cards = serializers.IntegerField(min_value=1, max_value=CARDS_MAX)


class PackageRenewalBody(_Expected):
    """For how many terms it goes on."""

    terms = serializers.IntegerField(min_value=1, max_value=MONTHS_MAX)


class PackageEndBody(_Expected):
    """Nothing but what it should come to."""


class PackageQuoteBody(serializers.Serializer[Any]):
    """What is to be reckoned: `offer`, `cards`, `terms`, `starts_on`, or `package` with its own."""

    act = serializers.ChoiceField(ACTS)
    offer = serializers.UUIDField(required=False)
    package = serializers.UUIDField(required=False)
    cards = serializers.IntegerField(required=False, min_value=1, max_value=CARDS_MAX)
    terms = serializers.IntegerField(required=False, min_value=1, max_value=MONTHS_MAX)
    starts_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an act whose parts are missing."""
        wanted = {
            "order": ("offer", "cards", "terms", "starts_on"),
            "resize": ("package", "cards"),
            "renewal": ("package", "terms"),
            "end": ("package",),
        }
        missing = [name for name in wanted[attrs["act"]] if name not in attrs]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, "Say this."))
        return attrs

"""Offers of packages and capacity as the API shows them, and what it is told of them."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from accounts.api_asking import InstantField, PageQuestion
from compute_billing.api.fields import MoneyField, MonthField, RateField
from compute_billing.api.operators import OperatorPageQuestion
from compute_billing.api.price_drafts import STATES
from compute_billing.packages.queries import CapacityMonth
from compute_billing.packages.quoting import CARDS_MAX
from kernel.money import DEFAULT_CURRENCY

CODE_LENGTH_MAX: Final = 64
# Dearer than any card and month; what a term of it comes to still fits into the books.
PRICE: Final = r"^[0-9]{1,6}(\.[0-9]{1,2}0{0,4})?$"
RATE: Final = r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"
TERM_KINDS: Final = ("month", "year")
TAX_CLASSES: Final = ("vat_6", "vat_13")
DECISIONS: Final = ("approved", "refused")


class OfferQuestion(PageQuestion):
    """Which offers."""

    cluster = serializers.CharField(required=False, max_length=CODE_LENGTH_MAX)
    card_type = serializers.CharField(required=False, max_length=CODE_LENGTH_MAX)


class OfferDraftQuestion(OperatorPageQuestion):
    """Which proposed offers."""

    state = serializers.ChoiceField(list(STATES), required=False)
    cluster = serializers.CharField(required=False, max_length=CODE_LENGTH_MAX)
    card_type = serializers.CharField(required=False, max_length=CODE_LENGTH_MAX)


class OfferTermsShown(serializers.Serializer[Any]):
    """What an offer says."""

    id = serializers.UUIDField(source="public_id")
    cluster = serializers.CharField(source="cluster.code")
    card_type = serializers.CharField(source="meter.code")
    term_kind = serializers.ChoiceField(TERM_KINDS)
    price = MoneyField(source="price_micro", help_text="A card and month.")
    cards_min = serializers.IntegerField()
    tax_class = serializers.CharField()
    fee_rate = RateField(source="fee_ppm", help_text="Kept of what is given back before the end.")


class PackageOfferShown(OfferTermsShown):
    """What can be bought now."""


class PackageOfferDraftShown(OfferTermsShown):
    """An offer as it was proposed, and what became of it."""

    valid_from = serializers.DateTimeField()
    made_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(
        DECISIONS, source="outcome", allow_null=True, help_text="null: it waits."
    )
    decided_at = serializers.DateTimeField(allow_null=True)


class OfferPriceBody(serializers.Serializer[Any]):
    """Yuan of a card and month, in whole fen."""

    amount = serializers.RegexField(PRICE)
    currency = serializers.ChoiceField([DEFAULT_CURRENCY])


class _CardsBody(serializers.Serializer[Any]):
    cluster = serializers.CharField(max_length=CODE_LENGTH_MAX, help_text="One of yours.")
    card_type = serializers.CharField(max_length=CODE_LENGTH_MAX)


class OfferProposalBody(_CardsBody):
    """An offer as it is proposed."""

    term_kind = serializers.ChoiceField(TERM_KINDS)
    price = OfferPriceBody(help_text="A card and month.")
    cards_min = serializers.IntegerField(min_value=1, max_value=CARDS_MAX, default=1)
    tax_class = serializers.ChoiceField(TAX_CLASSES)
    fee_rate = serializers.RegexField(
        RATE, default="0", help_text='Kept of what is given back before the end: "0.05".'
    )
    valid_from = InstantField(help_text="Later than now; the offer that holds then ends there.")


class CapacityBody(_CardsBody):
    """How many cards may be sold as packages."""

    starts_on = serializers.DateField(help_text="Tomorrow in the billing time zone, or later.")
    ends_on = serializers.DateField(help_text="The day after the last.")
    cards = serializers.IntegerField(
        min_value=0, max_value=CARDS_MAX, help_text="Sellable on each day, sold ones among them."
    )


class CapacityShown(serializers.Serializer[Any]):
    """What was set, and what of it is free on every day."""

    cluster = serializers.CharField()
    card_type = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last.")
    cards = serializers.IntegerField()
    free = serializers.IntegerField(help_text="On the day with the fewest.")


class CapacityMonthShown(serializers.Serializer[CapacityMonth]):
    """Cards of a month: the fewest sellable and free, the most sold on a day."""

    cluster = serializers.CharField()
    card_type = serializers.CharField()
    month = MonthField()
    days = serializers.IntegerField(help_text="Of the month, for which something was set.")
    sellable = serializers.IntegerField()
    sold = serializers.IntegerField()
    free = serializers.IntegerField()

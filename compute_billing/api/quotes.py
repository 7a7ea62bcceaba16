"""What use would cost, and who would pay it: rated for trial by the statements of a real run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_asking import InstantField, Question, asked, own_organisation, said
from accounts.api_problems import PROBLEM, REFUSED, UNREADABLE, problem
from accounts.api_throttling import QuoteThrottle
from compute_billing import public
from compute_billing.api.catalogue import TierShown
from compute_billing.api.charges import BILLING_READERS, PAYER_KINDS, ValueShown
from compute_billing.api.fields import CardSecondsField, CardsField, MoneyField, MonthField
from compute_billing.catalogue.queries import Offer, offers
from compute_billing.rating.quoting import DURATION_MAX, Quote
from kernel.clock import utc_now
from kernel.quantities import parse_milli_cards

# Far from where adding a duration would leave the calendar.
YEARS: Final = range(2000, 2100)
MICROSECONDS_PER_MILLISECOND: Final = 1000


class UseAsked(serializers.Serializer[Any]):
    """Use that nobody has made yet: of a cluster, of a card type, or of one in the other."""

    cluster = serializers.CharField(
        max_length=64, required=False, help_text="Not needed where one cluster has such cards."
    )
    card_type = serializers.CharField(
        max_length=64, required=False, help_text="Not needed where the cluster has cards of one."
    )
    cards = serializers.CharField(max_length=20, help_text='"8" or "0.22".')
    starts_at = InstantField(required=False, help_text="Now without it; to the millisecond.")
    duration_seconds = serializers.IntegerField(
        min_value=1, max_value=int(DURATION_MAX.total_seconds())
    )
    project = serializers.CharField(max_length=64, required=False, help_text="One of yours.")

    def validate_starts_at(self, moment: datetime) -> datetime:
        """Return it in whole milliseconds, as use is metered."""
        if moment.year not in YEARS:
            raise ValidationError(f"Name a year from {YEARS.start} up to {YEARS.stop - 1}.")
        return _milliseconds(moment)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse use of nothing."""
        if "cluster" not in attrs and "card_type" not in attrs:
            raise ValidationError({"card_type": "Name a cluster, a card type, or both."})
        return attrs


class QuotedShareShown(ValueShown):
    """What one payer would bear; what nobody covers is of kind arrears."""

    payer_kind = serializers.ChoiceField(PAYER_KINDS)
    payer = serializers.CharField(
        allow_blank=True, help_text="The reference of the lot or award, or the cause of arrears."
    )


class QuotedAmounts(serializers.Serializer[Any]):
    """What is asked, and how it falls apart; gross = discount + programme + tenant."""

    quantity_card_seconds = CardSecondsField(source="quantity")
    gross = MoneyField()
    discount = MoneyField(help_text="What promotions take off.")
    programme = MoneyField(help_text="What subsidy programmes pay.")
    tenant = MoneyField(help_text="What is left to you.")
    shares = QuotedShareShown(many=True)


class QuotedSegmentShown(QuotedAmounts):
    """A stretch of one price and billing month, as a charge will be one."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    month = MonthField()
    issuer = serializers.CharField()
    price_list = serializers.CharField()
    band = serializers.CharField()
    unit_price = MoneyField(
        source="unit_price_micro", allow_null=True, help_text="A card-hour; null: tiers say it."
    )
    used_before_card_seconds = CardSecondsField(
        source="counter_before", help_text="Yours at this price in that month, before this stretch."
    )
    tier = TierShown(
        allow_null=True, help_text="The step that it begins in; null: one price for all."
    )
    in_kind_card_seconds = CardSecondsField(source="quantity_in_kind")


class QuoteShown(QuotedAmounts):
    """What use would cost and who would pay, at the moment of asking."""

    quoted_at = serializers.DateTimeField()
    cluster = serializers.CharField()
    card_type = serializers.CharField()
    cards = CardsField(source="milli_cards")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    shortfall = MoneyField(help_text="What neither your money nor your credit covers.")
    segments = QuotedSegmentShown(many=True)


class Quotes(APIView):
    """Quotes of use; nothing of them is kept, so none has an address."""

    access_by_method: ClassVar = {"POST": BILLING_READERS}
    throttle_classes = (QuoteThrottle,)

    @extend_schema(
        operation_id="quote_create",
        summary="What use would cost, and who would pay; nothing is kept",
        request=UseAsked,
        responses={
            200: QuoteShown,
            **REFUSED,
            **UNREADABLE,
            (422, PROBLEM): problem(
                "invalid_request: a part is missing or malformed, or you have no price for such "
                "cards; malformed_cards; unable_to_quote: no cards or too many, no such project, "
                "or a time without a price"
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Rate the use for trial, and undo that: a charge of it a moment later is the same."""
        asked(request, Question)
        tenant_id, use, now = own_organisation(request), said(request, UseAsked), utc_now()
        starts_at = use.get("starts_at") or _milliseconds(now)
        offer = _offered(use, tenant_id=tenant_id, at=starts_at)
        told: dict[str, Any] = {
            "cluster": offer.cluster,
            "card_type": offer.card_type,
            "milli_cards": parse_milli_cards(use["cards"]),
        }
        ends_at = starts_at + timedelta(seconds=use["duration_seconds"])
        quote = public.quote(
            tenant_id=tenant_id,
            project=use.get("project", ""),
            started_at=starts_at,
            ended_at=ends_at,
            now=now,
            **told,
        )
        times = {"quoted_at": now, "starts_at": starts_at, "ends_at": ends_at}
        return Response(QuoteShown({**told, **times, **_amounts(quote)}).data)


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(
        microsecond=moment.microsecond
        // MICROSECONDS_PER_MILLISECOND
        * MICROSECONDS_PER_MILLISECOND
    )


def _offered(use: dict[str, Any], *, tenant_id: int, at: datetime) -> Offer:
    """Return the one cluster and card type that are meant.

    Raises:
        ValidationError: the tenant has a price for none of these, or for several.
    """
    named = {name: use[name] for name in ("cluster", "card_type") if name in use}
    fitting = [
        offer
        for offer in offers(tenant_id=tenant_id, at=at)
        if all(getattr(offer, name) == code for name, code in named.items())
    ]
    if not fitting:
        told = ErrorDetail("You have no price for such cards at that time.", "unknown")
        raise ValidationError(dict.fromkeys(named, told))
    if len(fitting) > 1:
        (missing,) = {"cluster", "card_type"} - set(named)
        codes = ", ".join(sorted(getattr(offer, missing) for offer in fitting))
        raise ValidationError({missing: ErrorDetail(f"Say which: {codes}.", "required")})
    return fitting[0]


def _amounts(quote: Quote) -> dict[str, Any]:
    names = ("quantity", "gross", "discount", "programme", "tenant", "shortfall")
    return {name: getattr(quote, name) for name in (*names, "shares", "segments")}

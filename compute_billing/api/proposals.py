"""A price as somebody proposes it over HTTP, read into what the catalogue takes."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.api_asking import InstantField
from compute_billing.catalogue.operations import Proposal
from compute_billing.catalogue.pricing import ALL_DAY
from compute_billing.catalogue.queries import CatalogueEntryNotFound, draft_keys
from compute_billing.rating.draft_desk import DraftLine
from kernel.money import DEFAULT_CURRENCY, Money

# Dearer than any card; what it does to a month of all cards still fits into the books.
AMOUNT: Final = r"^[0-9]{1,5}(\.[0-9]{1,6})?$"
CODE_LENGTH_MAX: Final = 64
REASON_LENGTH_MAX: Final = 1_000


class UnitPriceBody(serializers.Serializer[Any]):
    """Yuan of a card-hour, at most six places."""

    amount = serializers.RegexField(AMOUNT)
    currency = serializers.ChoiceField([DEFAULT_CURRENCY])


class ProposalBody(serializers.Serializer[Any]):
    """A price as it is proposed."""

    price_list = serializers.CharField(max_length=CODE_LENGTH_MAX)
    card_type = serializers.CharField(max_length=CODE_LENGTH_MAX)
    cluster = serializers.CharField(
        max_length=CODE_LENGTH_MAX, allow_blank=True, default="", help_text="Empty: every one."
    )
    band = serializers.CharField(max_length=32, default=ALL_DAY)
    valid_from = InstantField(help_text="Later than now; the price that holds then ends there.")
    unit_price = UnitPriceBody()
    reason = serializers.CharField(max_length=REASON_LENGTH_MAX)


class ChangeBody(serializers.Serializer[Any]):
    """What the next draft says otherwise; what is not named is as in the one before."""

    price_list = serializers.CharField(max_length=CODE_LENGTH_MAX, required=False)
    card_type = serializers.CharField(max_length=CODE_LENGTH_MAX, required=False)
    cluster = serializers.CharField(max_length=CODE_LENGTH_MAX, allow_blank=True, required=False)
    band = serializers.CharField(max_length=32, required=False)
    valid_from = InstantField(required=False)
    unit_price = UnitPriceBody(required=False)
    reason = serializers.CharField(max_length=REASON_LENGTH_MAX, required=False)


def proposal_of(
    body: dict[str, Any], *, issuer_id: int, former: DraftLine | None = None
) -> Proposal:
    """Return what is proposed, completed from the draft that it replaces.

    Raises:
        ValidationError: the issuer has no such list or cluster, or there is no such card type.
    """
    asked = body if former is None else {**_as_body(former), **body}
    try:
        price_list_id, meter_id, cluster_id = draft_keys(
            issuer_id=issuer_id,
            price_list=asked["price_list"],
            card_type=asked["card_type"],
            cluster=asked["cluster"],
        )
    except CatalogueEntryNotFound as error:
        said = ErrorDetail("You have nothing of this code.", "unknown")
        raise ValidationError(dict.fromkeys(error.details["fields"], said)) from error
    return Proposal(
        price_list_id=price_list_id,
        meter_id=meter_id,
        cluster_id=cluster_id,
        band=asked["band"],
        valid_from=asked["valid_from"],
        unit_price_micro=Money.from_text(asked["unit_price"]["amount"]).amount_micro,
        reason=asked["reason"],
    )


def _as_body(draft: DraftLine) -> dict[str, Any]:
    names = ("price_list", "card_type", "cluster", "band", "valid_from", "reason")
    kept = {name: getattr(draft, name) for name in names}
    return {**kept, "unit_price": {"amount": Money(draft.unit_price_micro).to_text()}}

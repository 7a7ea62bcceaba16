"""Mend a price that was published wrong: found by its list, corrected by two people, on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from compute_billing.catalogue.models import Price
from compute_billing.catalogue.pricing import Tier
from compute_billing.catalogue.publishing import PriceNotFound, correct_price
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.transactions import transaction


class UnableToMendPrice(DomainError):
    """The price is not corrected; the message says why."""

    code = "unable_to_mend_price"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPrice:
    """A price by its number, with what it is for; the unit price is None where it has tiers."""

    price_id: int
    price_list: str
    card_type: str
    cluster: str
    band: str
    correction_no: int
    valid_from: datetime
    valid_until: datetime | None
    unit_price_micro: int | None


def published_prices(*, price_list: str, at: datetime) -> list[PublishedPrice]:
    """Return the prices of a list that hold at an instant, each with its newest correction last."""
    found = _prices().filter(price_list__code=price_list, valid__contains=at)
    ordered = found.order_by("meter__code", "cluster__code", "band", "correction_no")
    return [_published(price) for price in ordered]


def published_price(*, price_id: int) -> PublishedPrice:
    """Return a price by its number.

    Raises:
        PriceNotFound: no such price.
    """
    price = _prices().filter(pk=price_id).first()
    if price is None:
        message = f"There is no price {price_id}."
        raise PriceNotFound(message)
    return _published(price)


def _prices() -> QuerySet[Price]:
    return Price.objects.select_related("price_list", "meter", "cluster")


def _published(price: Price) -> PublishedPrice:
    return PublishedPrice(
        price_id=price.pk,
        price_list=price.price_list.code,
        card_type=price.meter.code,
        cluster="" if price.cluster is None else price.cluster.code,
        band=price.band,
        correction_no=price.correction_no,
        valid_from=price.valid.lower,
        valid_until=price.valid.upper,
        unit_price_micro=price.unit_price_micro,
    )


def mend_price(
    *,
    price_id: int,
    unit_price_micro: int | None,
    tiers: Sequence[Tier] | None,
    maker_id: int,
    approver_id: int,
    now: datetime,
) -> Price:
    """Publish the right amount under the next correction number, and write down who did it.

    What was charged already stays as it is until it is rerated; why stands on that request.

    Raises:
        UnableToMendPrice: one person alone.
        UnableToPublishPrice: amount or tiers are malformed.
        PriceNotFound: no such price.
    """
    if maker_id == approver_id:
        raise UnableToMendPrice("A price is corrected by two people: name another approver.")
    with transaction():
        price = correct_price(
            price_id=price_id, unit_price_micro=unit_price_micro, tiers=tiers, now=now
        )
        audit.record(
            action="catalogue.correct_price",
            object_type="price",
            object_id=price.pk,
            actor=Actor.user(approver_id),
            organisation_id=price.price_list.issuer_id,
            now=now,
            detail={"corrects": price_id, "maker": maker_id},
        )
    return price

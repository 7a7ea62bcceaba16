"""How prices come into a list, are corrected and end.

A published price is a record. It may be ended, once; a mistake in it is mended by a price with
the next correction number. What was charged meanwhile is mended by a rerate, further up.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from compute_billing.catalogue.locks import (
    lock_open_prices_like,
    lock_price_list,
    prices_like,
)
from compute_billing.catalogue.models import Meter, Price, PriceList, PriceTier, TimeBand
from compute_billing.catalogue.pricing import (
    ALL_DAY,
    TAX_CLASS,
    Tier,
    UnableToPublishPrice,
    refuse_malformed_amount,
)
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.tax import with_tax
from kernel.transactions import transaction_if_not_already, transaction_required


class PriceOverlaps(UnableToPublishPrice):
    """Another price of the same list, meter, cluster and band holds in this period."""

    code = "price_overlaps"


class UnableToEndPrice(DomainError):
    """The price has an end already, or was charged beyond the wanted one."""

    code = "unable_to_end_price"


class PriceNotFound(DomainError):
    """There is no such price, price list or meter."""

    code = "price_not_found"


def charged_micro(stated_micro: int, price_list: PriceList, *, tax_class: str) -> int:
    """Return what a card-hour is charged with: as its list states it, or that with its tax.

    Who pays a charge so pays its tax too, whether list prices hold it or not.

    Raises:
        UnableToTax: the list states prices without tax, and the class has no rate.
    """
    if price_list.tax_included:
        return stated_micro
    return with_tax(before_tax_micro=stated_micro, tax_class=tax_class)


@transaction_required
def _insert_price(
    *,
    price: Price,
    unit_price_micro: int | None,
    tiers: Sequence[Tier] | None,
) -> Price:
    """Insert a price with its tiers; `price` holds its key and period."""
    listed = price.price_list
    if unit_price_micro is not None:
        price.unit_price_micro = charged_micro(unit_price_micro, listed, tax_class=price.tax_class)
        price.before_tax_micro = None if listed.tax_included else unit_price_micro
    price.kind = Price.Kind.UNIT if tiers is None else Price.Kind.GRADUATED
    overlaps = PriceOverlaps(
        "Another price of this list, meter, cluster and band holds in this period: end it, "
        "or correct it.",
        details={"price_list_id": price.price_list_id, "meter_id": price.meter_id},
    )
    with constraint_errors({"price_never_overlaps_in_its_key": overlaps}):
        price.save(force_insert=True)
    PriceTier.objects.bulk_create(
        PriceTier(
            price=price,
            from_quantity=from_quantity,
            unit_price_micro=charged_micro(tier_price, listed, tax_class=price.tax_class),
            before_tax_micro=None if listed.tax_included else tier_price,
        )
        for from_quantity, tier_price in tiers or ()
    )
    return price


def refuse_unknown_key(*, price_list_id: int, meter_id: int, band: str) -> None:
    """Refuse a list, meter or band that there is not.

    Raises:
        PriceNotFound: no such list or meter.
        UnableToPublishPrice: the list has no such band.
    """
    known_list = PriceList.objects.filter(id=price_list_id).exists()
    if not known_list or not Meter.objects.filter(id=meter_id).exists():
        message = f"There is no price list {price_list_id}, or no meter {meter_id}."
        raise PriceNotFound(message)
    known_band = TimeBand.objects.filter(price_list_id=price_list_id, code=band).exists()
    if band != ALL_DAY and not known_band:
        message = f"The list has no time band {band!r}: add the band first."
        raise UnableToPublishPrice(message)


def publish_price(
    *,
    price_list_id: int,
    meter_id: int,
    valid_from: datetime,
    now: datetime,
    unit_price_micro: int | None = None,
    tiers: Sequence[Tier] | None = None,
    cluster_id: int | None = None,
    band: str = ALL_DAY,
    valid_until: datetime | None = None,
    tax_class: str = TAX_CLASS,
    payee_id: int | None = None,
) -> Price:
    """Publish a price, in micro-yuan per card-hour as its list states it, for a half-open period.

    With `tiers` the price is graduated: each step prices the quantity of the month beyond its
    start. Without `cluster_id` it holds on every cluster that has none of its own.

    Raises:
        PriceOverlaps: a price of the same key holds in the period.
        UnableToPublishPrice: period, amount, tiers or band are malformed.
        UnableToTax: the list states prices without tax, and the class has no rate.
        PriceNotFound: no such list or meter.
    """
    refuse_malformed_amount(unit_price_micro=unit_price_micro, tiers=tiers)
    if valid_until is not None and valid_until <= valid_from:
        message = f"The price would end at {valid_until}, before it starts at {valid_from}."
        raise UnableToPublishPrice(message)
    with transaction_if_not_already():
        refuse_unknown_key(price_list_id=price_list_id, meter_id=meter_id, band=band)
        price = Price(
            price_list_id=price_list_id,
            meter_id=meter_id,
            cluster_id=cluster_id,
            band=band,
            valid=DateTimeTZRange(valid_from, valid_until),
            tax_class=tax_class,
            payee_id=payee_id,
            created_at=now,
        )
        return _insert_price(price=price, unit_price_micro=unit_price_micro, tiers=tiers)


def _found_price(price_id: int) -> Price:
    found = Price.objects.filter(id=price_id).first()
    if found is None:
        message = f"There is no price {price_id}."
        raise PriceNotFound(message)
    return found


def _latest_of_key(price: Price) -> Price:
    """Return the newest correction of a price: the one that is charged."""
    overlapping = prices_like(price).filter(valid__overlap=price.valid)
    return overlapping.order_by("-correction_no")[0]


def correct_price(
    *,
    price_id: int,
    now: datetime,
    unit_price_micro: int | None = None,
    tiers: Sequence[Tier] | None = None,
) -> Price:
    """Publish the right amount for a price's key and period, under the next correction number.

    Usage that was charged already stays as it is until it is rerated.

    Raises:
        UnableToPublishPrice: amount or tiers are malformed.
        PriceNotFound: no such price.
    """
    refuse_malformed_amount(unit_price_micro=unit_price_micro, tiers=tiers)
    with transaction_if_not_already():
        lock_price_list(_found_price(price_id).price_list_id)
        wrong = _found_price(price_id)
        price = Price(
            price_list_id=wrong.price_list_id,
            meter_id=wrong.meter_id,
            cluster_id=wrong.cluster_id,
            band=wrong.band,
            correction_no=_latest_of_key(wrong).correction_no + 1,
            valid=wrong.valid,
            tax_class=wrong.tax_class,
            payee_id=wrong.payee_id,
            created_at=now,
        )
        return _insert_price(price=price, unit_price_micro=unit_price_micro, tiers=tiers)


def end_price(*, price_id: int, at: datetime) -> None:
    """End a price and its corrections at an instant: once, not before their last charged second.

    Raises:
        UnableToEndPrice: ended already, charged beyond `at`, or `at` is before its start.
        PriceNotFound: no such price.
    """
    refusals: dict[str, DomainError] = {
        name: UnableToEndPrice(message, details={"price_id": price_id})
        for name, message in {
            "price_end_not_before_charges": f"Price {price_id} was charged beyond {at}.",
            "price_ends_once": f"Price {price_id} has an end already.",
        }.items()
    }
    with transaction_if_not_already(), constraint_errors(refusals):
        price = _found_price(price_id)
        lock_price_list(price.price_list_id)
        alike = lock_open_prices_like(price)
        if price_id not in {found.pk for found in alike}:
            raise refusals["price_ends_once"]
        if any(at <= found.valid.lower for found in alike):
            message = f"Price {price_id} cannot end at {at}, where it or a correction starts."
            raise UnableToEndPrice(message)
        for found in alike:
            Price.objects.filter(id=found.pk).update(valid=DateTimeTZRange(found.valid.lower, at))

"""Every write to the catalogue: centres, clusters, meters, price lists and prices."""

from datetime import datetime
from typing import Final

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from compute_billing.catalogue.drafting import (
    PriceDraftDecided,
    Proposal,
    UnableToApproveOwnPrice,
    UnknownPriceDraft,
)
from compute_billing.catalogue.models import (
    CardType,
    Cluster,
    ComputeCentre,
    CustomerClassAssignment,
    Meter,
    PriceList,
    TimeBand,
)
from compute_billing.catalogue.pricing import ALL_DAY, Tier, UnableToPublishPrice
from compute_billing.catalogue.publishing import (
    PriceNotFound,
    PriceOverlaps,
    UnableToEndPrice,
    correct_price,
    end_price,
    publish_price,
)
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction, transaction_if_not_already

__all__ = [
    "ALL_DAY",
    "PriceDraftDecided",
    "PriceNotFound",
    "PriceOverlaps",
    "Proposal",
    "Tier",
    "UnableToAddCardType",
    "UnableToAddCluster",
    "UnableToAddTimeBand",
    "UnableToApproveOwnPrice",
    "UnableToAssignCustomerClass",
    "UnableToEndPrice",
    "UnableToMakePriceList",
    "UnableToOpenCentre",
    "UnableToPublishPrice",
    "UnknownPriceDraft",
    "add_card_type",
    "add_cluster",
    "add_time_band",
    "assign_customer_class",
    "correct_price",
    "end_price",
    "make_price_list",
    "open_centre",
    "publish_price",
]

MINUTES_PER_DAY: Final = 1440


class UnableToOpenCentre(DomainError):
    """Another centre has this code."""

    code = "centre_code_taken"


class UnableToAddCardType(DomainError):
    """Another card type or meter has this code."""

    code = "card_type_code_taken"


class UnableToAddCluster(DomainError):
    """Another cluster has this code, or the number of cards is not positive."""

    code = "unable_to_add_cluster"


class UnableToMakePriceList(DomainError):
    """The code is taken, or the audience does not belong to the kind of list."""

    code = "unable_to_make_price_list"


class UnableToAddTimeBand(DomainError):
    """The band is not a window of one day, is named already, or overlaps another."""

    code = "unable_to_add_time_band"


class UnableToAssignCustomerClass(DomainError):
    """The tenant belongs to a class in this period already."""

    code = "customer_class_overlaps"


def open_centre(*, code: str, name: str, owner_id: int, operator_id: int) -> ComputeCentre:
    """Open a compute centre; its operator sells the card time and issues the bills.

    Raises:
        UnableToOpenCentre: the code is taken.
    """
    taken = UnableToOpenCentre(f"There is a centre {code} already: choose another code.")
    with (
        transaction_if_not_already(),
        constraint_errors({"catalogue_compute_centre_code_key": taken}),
    ):
        return ComputeCentre.objects.create(
            code=code, name=name, owner_id=owner_id, operator_id=operator_id
        )


def add_card_type(
    *,
    code: str,
    name: str,
    vendor: str = "",
    memory_gib: int | None = None,
    is_domestic: bool = False,
    tflops_fp16: int | None = None,
) -> Meter:
    """Add a card type and the meter that counts its card time, under the same code.

    Raises:
        UnableToAddCardType: the code is taken.
    """
    taken = UnableToAddCardType(f"There is a card type {code} already.")
    refusals: dict[str, DomainError] = {
        "catalogue_card_type_code_key": taken,
        "catalogue_meter_code_key": taken,
    }
    with transaction(), constraint_errors(refusals):
        card_type = CardType.objects.create(
            code=code,
            name=name,
            vendor=vendor,
            memory_gib=memory_gib,
            is_domestic=is_domestic,
            tflops_fp16=tflops_fp16,
        )
        return Meter.objects.create(code=code, card_type=card_type)


def add_cluster(*, centre_id: int, code: str, name: str, milli_cards: int | None = None) -> Cluster:
    """Add a cluster; `milli_cards` is its capacity in thousandths of a card, None if unknown.

    Raises:
        UnableToAddCluster: the code is taken, or there are no cards.
    """
    if milli_cards is not None and milli_cards <= 0:
        message = f"Cluster {code} needs a positive number of cards, or none when it is unknown."
        raise UnableToAddCluster(message, details={"milli_cards": milli_cards})
    taken = UnableToAddCluster(f"There is a cluster {code} already: choose another code.")
    with transaction_if_not_already(), constraint_errors({"catalogue_cluster_code_key": taken}):
        return Cluster.objects.create(
            centre_id=centre_id, code=code, name=name, milli_cards=milli_cards
        )


def make_price_list(
    *,
    kind: str,
    code: str,
    issuer_id: int,
    tenant_id: int | None = None,
    customer_class: str = "",
    tax_included: bool = True,
) -> PriceList:
    """Make an empty price list for everybody, for a customer class or for one tenant.

    Raises:
        UnableToMakePriceList: the code is taken, or the audience does not suit the kind.
    """
    refusals: dict[str, DomainError] = {
        "catalogue_price_list_code_key": UnableToMakePriceList(
            f"There is a price list {code} already: choose another code."
        ),
        "price_list_audience_matches_kind": UnableToMakePriceList(
            f"Price list {code}: a class list names a customer class and nothing else, a contract "
            "list a tenant and nothing else, a default list neither.",
            details={"kind": kind},
        ),
    }
    if kind not in PriceList.Kind.values:
        message = f"{kind!r} is not a kind of price list: use {', '.join(PriceList.Kind.values)}."
        raise UnableToMakePriceList(message)
    with transaction_if_not_already(), constraint_errors(refusals):
        return PriceList.objects.create(
            code=code,
            kind=kind,
            customer_class=customer_class,
            tenant_id=tenant_id,
            issuer_id=issuer_id,
            tax_included=tax_included,
        )


def add_time_band(
    *, price_list_id: int, code: str, starts_minute: int, ends_minute: int
) -> TimeBand:
    """Add a daily window of a list, in minutes of the local day; the end is not included.

    A night that passes midnight is two bands.

    Raises:
        UnableToAddTimeBand: not within a day, named already, or overlapping another band.
    """
    if code == ALL_DAY or not 0 <= starts_minute < ends_minute <= MINUTES_PER_DAY:
        message = (
            f"Band {code!r} must have a name other than {ALL_DAY!r} and lie within one day: "
            f"0 <= start < end <= {MINUTES_PER_DAY}; split a night at midnight."
        )
        raise UnableToAddTimeBand(message)
    refusals: dict[str, DomainError] = {
        "time_band_unique": UnableToAddTimeBand(f"The list has a band {code} already."),
        "time_band_never_overlaps": UnableToAddTimeBand(
            f"Band {code} overlaps another band of the list: no minute may have two prices."
        ),
    }
    with transaction(), constraint_errors(refusals):
        return TimeBand.objects.create(
            price_list_id=price_list_id,
            code=code,
            starts_minute=starts_minute,
            ends_minute=ends_minute,
        )


def assign_customer_class(
    *,
    tenant_id: int,
    customer_class: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> CustomerClassAssignment:
    """Put a tenant into a customer class (such as 普惠) for a period.

    Raises:
        UnableToAssignCustomerClass: it is in a class then, or the period is empty.
    """
    if valid_until is not None and valid_until <= valid_from:
        message = f"The class {customer_class} would end before it starts."
        raise UnableToAssignCustomerClass(message)
    overlaps = UnableToAssignCustomerClass(
        "The tenant belongs to a customer class in this period: end that first.",
        details={"tenant_id": tenant_id},
    )
    with transaction(), constraint_errors({"customer_class_one_at_a_time": overlaps}):
        return CustomerClassAssignment.objects.create(
            tenant_id=tenant_id,
            customer_class=customer_class,
            valid=DateTimeTZRange(valid_from, valid_until),
        )

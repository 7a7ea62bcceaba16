"""Every read of the catalogue."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from compute_billing.catalogue.models import Cluster, ComputeCentre, Meter, Price, PriceList
from kernel.errors import DomainError
from kernel.sql import row, rows, statement
from kernel.worlds import is_sandbox, real_world

ROOM = "compute_billing.catalogue"


class CatalogueEntryNotFound(DomainError):
    """The catalogue has nothing under this code."""

    code = "catalogue_entry_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Cards of a cluster that somebody has a price for."""

    cluster: str
    cluster_name: str
    card_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A step of a graduated price: from this quantity of the month on, so much a card-hour."""

    from_quantity: int
    unit_price_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTerm:
    """A price in words; without a cluster it holds for all of the issuer, `band` says when."""

    price_list: str
    list_kind: str
    customer_class: str
    issuer: str
    tax_included: bool
    tax_class: str
    card_type: str
    cluster: str
    band: str
    starts_minute: int | None
    ends_minute: int | None
    correction_no: int
    valid_from: datetime
    valid_until: datetime | None
    unit_price_micro: int | None
    before_tax_micro: int | None
    tiers: Sequence[Tier]

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Return its place in the order of `price_page`."""
        return self.price_list, self.card_type, self.cluster, self.band


def centre_by_code(*, code: str) -> ComputeCentre:
    """Return a centre.

    Raises:
        CatalogueEntryNotFound: there is none with this code.
    """
    found = ComputeCentre.objects.filter(code=code).first()
    if found is None:
        message = f"There is no centre {code!r}."
        raise CatalogueEntryNotFound(message, details={"code": code})
    return found


def cluster_for(*, tenant_id: int, code: str) -> Cluster:
    """Return a cluster that a tenant may use: a sandbox its own, everybody else any real one.

    Raises:
        CatalogueEntryNotFound: there is none with this code.
    """
    found = cluster_by_code(code=code)
    own = found.centre.operator_id == tenant_id
    if not own and (is_sandbox(tenant_id) or is_sandbox(found.pk)):
        message = f"There is no cluster {code!r}."
        raise CatalogueEntryNotFound(message, details={"code": code})
    return found


def cluster_by_code(*, code: str) -> Cluster:
    """Return a cluster with its centre.

    Raises:
        CatalogueEntryNotFound: there is none with this code.
    """
    found = Cluster.objects.select_related("centre").filter(code=code).first()
    if found is None:
        message = f"There is no cluster {code!r}."
        raise CatalogueEntryNotFound(message, details={"code": code})
    return found


def meter_by_code(*, code: str) -> Meter:
    """Return the meter of a card type.

    Raises:
        CatalogueEntryNotFound: there is none with this code.
    """
    found = Meter.objects.select_related("card_type").filter(code=code).first()
    if found is None:
        message = f"There is no card type {code!r}."
        raise CatalogueEntryNotFound(message, details={"code": code})
    return found


def price_list_by_code(*, code: str) -> PriceList:
    """Return a price list.

    Raises:
        CatalogueEntryNotFound: there is none with this code.
    """
    found = PriceList.objects.filter(code=code).first()
    if found is None:
        message = f"There is no price list {code!r}."
        raise CatalogueEntryNotFound(message, details={"code": code})
    return found


def draft_keys(
    *, issuer_id: int, price_list: str, card_type: str, cluster: str
) -> tuple[int, int, int | None]:
    """Return list, meter and cluster of a price that an issuer proposes; no cluster is every one.

    Raises:
        CatalogueEntryNotFound: the issuer has no such list or cluster, or there is no such card
            type; `details` says which field.
    """
    found: dict[str, int | None] = {
        "price_list": _id_of(PriceList.objects.filter(code=price_list, issuer_id=issuer_id)),
        "card_type": _id_of(Meter.objects.filter(code=card_type)),
        "cluster": _id_of(Cluster.objects.filter(code=cluster, centre__operator_id=issuer_id)),
    }
    wanted = ("price_list", "card_type", "cluster") if cluster else ("price_list", "card_type")
    _refuse_missing(name for name in wanted if found[name] is None)
    return found["price_list"] or 0, found["card_type"] or 0, found["cluster"]


def cards_of(*, operator_id: int, cluster: str, card_type: str) -> tuple[int, int]:
    """Return cluster and meter of cards that an operator has; those of a sandbox are none.

    Raises:
        CatalogueEntryNotFound: the operator has no such cluster, or there is no such card type;
            `details` says which field.
    """
    clusters = Cluster.objects.filter(real_world("id"), centre__operator_id=operator_id)
    cluster_id = _id_of(clusters.filter(code=cluster))
    meter_id = _id_of(Meter.objects.filter(code=card_type))
    found = {"cluster": cluster_id, "card_type": meter_id}
    _refuse_missing(name for name, number in found.items() if number is None)
    return cluster_id or 0, meter_id or 0


def _refuse_missing(names: Iterable[str]) -> None:
    missing = list(names)
    if missing:
        message = f"You have nothing of this code: {', '.join(missing)}."
        raise CatalogueEntryNotFound(message, details={"fields": missing})


def _id_of(found: QuerySet[Any]) -> int | None:
    number: int | None = found.values_list("id", flat=True).first()
    return number


def prices_of(*, price_list_id: int) -> list[Price]:
    """Return every price of a list with its tiers, in the order of their keys and periods."""
    return list(
        Price.objects.filter(price_list_id=price_list_id)
        .select_related("meter", "cluster")
        .prefetch_related("tiers")
        .order_by("meter_id", "cluster_id", "band", "valid", "correction_no")
    )


def price_at(*, tenant_id: int, meter_id: int, cluster_id: int, at: datetime) -> Price | None:
    """Return the price that a tenant's usage is charged with at an instant, or None.

    Contract before class before default; inside a list the cluster's price before the general
    one, the band's before the all-day one, the newest correction before what it corrects.
    """
    found = row(
        statement(ROOM, "price_at.sql"),
        tenant_id=tenant_id,
        meter_id=meter_id,
        cluster_id=cluster_id,
        at=at,
        time_zone=settings.BILLING_TIME_ZONE,
    )
    return None if found is None else Price.objects.get(id=found["id"])


def offers(*, tenant_id: int, at: datetime) -> list[Offer]:
    """Return the cards that a tenant has a price for at an instant, by cluster and card type."""
    return [
        Offer(**found) for found in rows(statement(ROOM, "offers.sql"), tenant_id=tenant_id, at=at)
    ]


def meter_codes() -> set[str]:
    """Return the codes of everything that is counted."""
    return set(Meter.objects.values_list("code", flat=True))


def price_page(
    *,
    tenant_id: int,
    at: datetime,
    card_type: str | None,
    price_list: str | None,
    after: tuple[str, str, str, str] | None,
    limit: int,
) -> list[PriceTerm]:
    """Return the prices that are valid for a tenant at an instant, from behind `after` on."""
    after_list, after_card_type, after_cluster, after_band = after or (None, None, None, None)
    found = rows(
        statement(ROOM, "price_page.sql"),
        tenant_id=tenant_id,
        at=at,
        card_type=card_type,
        price_list=price_list,
        after_list=after_list,
        after_card_type=after_card_type,
        after_cluster=after_cluster,
        after_band=after_band,
        limit=limit,
    )
    return [_term(price) for price in found]


def _term(price: dict[str, Any]) -> PriceTerm:
    del price["id"]
    tiers = [Tier(from_quantity=start, unit_price_micro=each) for start, each in price.pop("tiers")]
    return PriceTerm(**price, tiers=tiers)


def centre_owners_of(*, operator_ids: Collection[int]) -> dict[int, set[int]]:
    """Return for each operator who owns the centres that it runs."""
    owners: dict[int, set[int]] = {operator_id: set() for operator_id in operator_ids}
    centres = ComputeCentre.objects.filter(operator_id__in=operator_ids)
    for operator_id, owner_id in centres.values_list("operator_id", "owner_id"):
        owners[operator_id].add(owner_id)
    return owners

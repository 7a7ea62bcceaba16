"""What the operator's desk reads of the catalogue: prices in force, and what a price can be for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compute_billing.catalogue.models import Cluster, Meter, PriceList, TimeBand
from compute_billing.catalogue.pricing import ALL_DAY
from kernel.sql import rows, statement
from kernel.worlds import real_world

ROOM: Final = "compute_billing.catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """A price that has not ended; `unit_price_micro` is None where it has tiers."""

    price_list: str
    list_kind: str
    customer_class: str
    card_type: str
    cluster: str
    band: str
    correction_no: int
    valid_from: datetime
    valid_until: datetime | None
    unit_price_micro: int | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChoices:
    """What a price can be for: lists, card types, clusters and bands, by code."""

    price_lists: dict[str, int]
    meters: dict[str, int]
    clusters: dict[str, int]
    bands: list[str]


def prices_in_force(*, now: datetime) -> list[PriceLine]:
    """Return the prices that hold now or will, by list, card type, cluster and band."""
    return [PriceLine(**price) for price in rows(statement(ROOM, "desk_prices.sql"), now=now)]


def price_choices() -> PriceChoices:
    """Return what a price can be for."""
    return PriceChoices(
        price_lists=dict(
            PriceList.objects.filter(real_world("id")).order_by("code").values_list("code", "id")
        ),
        meters=dict(Meter.objects.order_by("code").values_list("code", "id")),
        clusters=dict(
            Cluster.objects.filter(real_world("id")).order_by("code").values_list("code", "id")
        ),
        bands=[
            ALL_DAY,
            *TimeBand.objects.order_by("code").values_list("code", flat=True).distinct(),
        ],
    )

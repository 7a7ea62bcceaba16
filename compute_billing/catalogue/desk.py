"""What the operator's desk reads of the catalogue: prices in force, and what a price can be for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compute_billing.catalogue.bands import window_text
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
    cluster_name: str
    band: str
    band_starts_minute: int | None
    band_ends_minute: int | None
    correction_no: int
    valid_from: datetime
    valid_until: datetime | None
    unit_price_micro: int | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChoices:
    """What a price can be for: lists, card types, clusters and bands, by code.

    `list_names` are the kind and the class of customers of each list; `bands` have the hours that
    lists give them, "22:00–24:00".
    """

    price_lists: dict[str, int]
    list_names: dict[str, tuple[str, str]]
    meters: dict[str, int]
    clusters: dict[str, int]
    cluster_names: dict[str, str]
    bands: dict[str, str]


def prices_in_force(*, issuer_id: int | None = None, now: datetime) -> list[PriceLine]:
    """Return an issuer's prices (None: all) that hold now or will.

    They come by list, card type, cluster, band and start.
    """
    found = rows(statement(ROOM, "desk_prices.sql"), issuer_id=issuer_id, now=now)
    return [PriceLine(**price) for price in found]


def price_choices() -> PriceChoices:
    """Return what a price can be for."""
    lists = list(PriceList.objects.filter(real_world("id")).order_by("code"))
    clusters = list(Cluster.objects.filter(real_world("id")).order_by("code"))
    return PriceChoices(
        price_lists={each.code: each.pk for each in lists},
        list_names={each.code: (each.kind, each.customer_class) for each in lists},
        meters=dict(Meter.objects.order_by("code").values_list("code", "id")),
        clusters={cluster.code: cluster.pk for cluster in clusters},
        cluster_names={cluster.code: cluster.name for cluster in clusters},
        bands={ALL_DAY: "", **_hours_of_bands()},
    )


def _hours_of_bands() -> dict[str, str]:
    """Return the hours of each band, by code; lists may give one code different hours."""
    hours: dict[str, list[str]] = {}
    windows = TimeBand.objects.order_by("code", "starts_minute", "ends_minute")
    for code, starts, ends in windows.values_list(
        "code", "starts_minute", "ends_minute"
    ).distinct():
        hours.setdefault(code, []).append(window_text(starts_minute=starts, ends_minute=ends))
    return {code: " / ".join(texts) for code, texts in hours.items()}

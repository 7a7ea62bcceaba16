"""Row locks of the catalogue."""

from django.db.models import Q, QuerySet

from compute_billing.catalogue.models import Price, PriceList
from kernel.transactions import transaction_required


def prices_like(price: Price) -> QuerySet[Price]:
    """Return the prices of the same list, meter, cluster and band, corrections included."""
    same_cluster = Q(cluster__isnull=True)
    if price.cluster_id is not None:
        same_cluster = Q(cluster_id=price.cluster_id)
    return Price.objects.filter(
        same_cluster,
        price_list_id=price.price_list_id,
        meter_id=price.meter_id,
        band=price.band,
    ).exclude(kind=Price.Kind.ROYALTY)


@transaction_required
def lock_price_list(price_list_id: int) -> None:
    """Lock a price list, so that its prices are corrected and ended one after the other."""
    PriceList.objects.select_for_update().get(id=price_list_id)


@transaction_required
def lock_open_prices_like(price: Price) -> list[Price]:
    """Lock the prices of the same key that have no end yet: a price and its corrections."""
    still_open = prices_like(price).filter(valid__endswith__isnull=True)
    return list(still_open.select_for_update().order_by("id"))

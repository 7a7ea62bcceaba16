"""The operator's desk: clusters, and how much of what their cards could give was used."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse

from compute_billing.metering import occupancy
from compute_billing.metering.occupancy import ClusterDay, ClusterNow
from kernel.clock import utc_now
from kernel.models import BillingMonth
from kernel.periods import UnableToReadMonth, month_text, parse_month
from kernel.quantities import card_seconds_text
from kernel.queries import BillingMonthMissing, billing_month, billing_month_at
from portal.cluster_pages import cluster_page
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.operator_desk import DeskView, address_of, chosen_texts

CLUSTER_COLUMNS: Final = (
    *("cluster", "name", "centre", "cards", "card_type", "day", "quantity_card_seconds"),
)


class ClustersView(DeskView):
    """Clusters with their cards and use of a month; the days of one as a chart."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send the days of all as a file."""
        now, chosen = utc_now(), chosen_texts(request, ("cluster", "month"))
        month = named_month(chosen["month"])
        found, days = occupancy.clusters(now=now), occupancy.cluster_days(month=month)
        kind = wanted_kind(request)
        if kind is not None:
            name = f"clusters-{month_text(month.month)}"
            rows = _cells(found, days)
            return file_response(name=name, kind=kind, columns=CLUSTER_COLUMNS, rows=rows)
        cluster = chosen["cluster"] or (found[0].code if found else "")
        if chosen["cluster"] and cluster not in {known.code for known in found}:
            raise Http404
        return self.page(
            request,
            "clusters.html",
            page=cluster_page(found, days, month=month, now=now, chosen=cluster),
            address=address_of(chosen),
        )


def named_month(text: str) -> BillingMonth:
    """Return the month that is named, else the present one.

    Raises:
        Http404: there is no such month.
    """
    try:
        if text:
            return billing_month(month=parse_month(text))
    except (UnableToReadMonth, BillingMonthMissing) as error:
        raise Http404 from error
    return billing_month_at(moment=utc_now())


def _cells(clusters: Sequence[ClusterNow], days: Sequence[ClusterDay]) -> Iterator[list[Cell]]:
    known = {cluster.code: cluster for cluster in clusters}
    for day in days:
        cluster = known[day.cluster]
        size = cluster.milli_cards
        yield [
            day.cluster,
            cluster.name,
            cluster.centre,
            None if size is None else Decimal(size) / 1000,
            day.card_type,
            day.day,
            Decimal(card_seconds_text(day.quantity)),
        ]

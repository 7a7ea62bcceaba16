"""Clusters, from what metering says to what their page shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from compute_billing.metering.occupancy import ClusterDay, ClusterNow
from kernel.models import BillingMonth
from portal import figures
from portal.chart import Chart, last_day, stacked_chart
from portal.operator_desk import address_of
from portal.tables import Table, TableCell, TableRow, count, words


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPage:
    """The clusters of a month, and the days of one of them."""

    month: date
    table: Table
    chosen: str
    chart: Chart | None


def capacity(cluster: ClusterNow, *, month: BillingMonth, now: datetime) -> int | None:
    """Return what the cards could give in the part of the month that is over."""
    if cluster.milli_cards is None:
        return None
    passed = max(min(now, month.ends_at) - month.starts_at, timedelta())
    milliseconds = (passed.days * 86_400 + passed.seconds) * 1000
    return cluster.milli_cards * milliseconds


def used(days: Sequence[ClusterDay], *, cluster: str) -> int:
    """Return the card time of a cluster, in milli-card-milliseconds."""
    return sum(day.quantity for day in days if day.cluster == cluster)


def cluster_page(
    clusters: Sequence[ClusterNow],
    days: Sequence[ClusterDay],
    *,
    month: BillingMonth,
    now: datetime,
    chosen: str,
) -> ClusterPage:
    """Return the table of clusters, and the chart of the chosen one."""
    of_chosen = [cluster for cluster in clusters if cluster.code == chosen]
    return ClusterPage(
        month=month.month,
        chosen=chosen,
        table=Table(
            name=_("Clusters"),
            columns=[
                _("Cluster"),
                _("Cards"),
                _("Card types"),
                _("Card-hours used"),
                _("Capacity"),
                _("Occupancy"),
                _("Running jobs"),
                _("Cards in use now"),
            ],
            rows=[_row(cluster, days, month=month, now=now) for cluster in clusters],
        ),
        chart=_chart(of_chosen[0], days, month=month.month) if of_chosen else None,
    )


def _row(
    cluster: ClusterNow, days: Sequence[ClusterDay], *, month: BillingMonth, now: datetime
) -> TableRow:
    card_types = sorted({day.card_type for day in days if day.cluster == cluster.code})
    quantity, most = used(days, cluster=cluster.code), capacity(cluster, month=month, now=now)
    address = address_of({"cluster": cluster.code, "month": f"{month.month:%Y-%m}"})
    return TableRow(
        key=cluster.code,
        cells=[
            TableCell(text=cluster.name or cluster.code, note=cluster.centre, url=f"?{address}"),
            TableCell(
                text="–" if cluster.milli_cards is None else figures.cards(cluster.milli_cards)
            ),
            words(", ".join(card_types)),
            TableCell(text=figures.card_hours(quantity), figure="card_hours"),
            TableCell(text="–" if most is None else figures.card_hours(most), figure="capacity"),
            TableCell(text=figures.percent(quantity, most or 0) or "–", figure="occupancy"),
            count(cluster.running_jobs, figure="running"),
            TableCell(text=figures.cards(cluster.running_milli_cards), figure="running_cards"),
        ],
    )


def _chart(cluster: ClusterNow, days: Sequence[ClusterDay], *, month: date) -> Chart:
    parts: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for day in days:
        if day.cluster == cluster.code:
            parts[day.card_type][day.day] = day.quantity
    return stacked_chart(
        first=month, last=last_day(month), parts=parts or {"": {}}, milli_cards=cluster.milli_cards
    )

"""How busy the clusters are: card time per day against what their cards can give."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from kernel.models import BillingMonth
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.metering"
# A job of which nothing was told for longer is not said to run.
TOLD_WITHIN: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNow:
    """A cluster and what runs on it; `milli_cards` is None where its size is unknown."""

    code: str
    name: str
    centre: str
    milli_cards: int | None
    running_jobs: int
    running_milli_cards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDay:
    """Card time of a card type of a cluster on a local day, in milli-card-milliseconds."""

    cluster: str
    card_type: str
    day: date
    quantity: int


def clusters(*, operator_id: int | None = None, now: datetime) -> list[ClusterNow]:
    """Return an operator's clusters (None: all) by code."""
    found = rows(
        statement(ROOM, "desk_clusters.sql"), operator_id=operator_id, since=now - TOLD_WITHIN
    )
    return [ClusterNow(**cluster) for cluster in found]


def cluster_days(*, month: BillingMonth, cluster: str | None = None) -> list[ClusterDay]:
    """Return the days of a month on which a cluster (None: any) was used, by card type and day.

    Days are those of the billing time zone.
    """
    found = rows(
        statement(ROOM, "desk_cluster_days.sql"),
        cluster=cluster,
        starts_at=month.starts_at,
        ends_at=month.ends_at,
        time_zone=settings.BILLING_TIME_ZONE,
    )
    return [ClusterDay(**{**day, "quantity": int(day["quantity"])}) for day in found]

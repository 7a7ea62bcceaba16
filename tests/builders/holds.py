"""Money set aside for jobs that have not run yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organisation
from compute_billing.catalogue.models import Cluster, Meter
from compute_billing.rating import holding
from kernel.transactions import transaction
from tests.builders.market import Market


def hold_money(cluster: Cluster, meter: Meter, *, tenant: Organisation, now: datetime) -> None:
    """Set money aside for an hour of four cards from tomorrow on."""
    starts_at = now + timedelta(days=1)
    with transaction():
        holding.open_hold(
            job=holding.Job(
                tenant_id=tenant.pk,
                reference="hold-1",
                project_id=None,
                cluster_id=cluster.pk,
                meter_id=meter.pk,
                allocation_key="a9",
                milli_cards=4_000,
                starts_at=starts_at,
            ),
            until=starts_at + timedelta(hours=1),
            now=now,
        )


def job_of(
    market: Market, *, starts_at: datetime, hours: int, job: str = "job-a"
) -> dict[str, str]:
    """Return what a scheduler asks for two cards of the tenant "acme" with."""
    return {
        "source": market.source.code,
        "account": "acme",
        "allocation": job,
        "reference": f"hold of {job}",
        "cards": "2",
        "card_type": market.meter.code,
        "starts_at": starts_at.isoformat(),
        "until": (starts_at + timedelta(hours=hours)).isoformat(),
    }

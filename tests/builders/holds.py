"""Money set aside for jobs that have not run yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Organisation
from compute_billing.catalogue.models import Cluster, Meter
from compute_billing.rating import holding
from kernel.transactions import transaction


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

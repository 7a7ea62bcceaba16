"""Sources of an operator and deliveries to them, by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from accounts.models import Organisation
from compute_billing.catalogue import operations as catalogue
from compute_billing.metering import operations as metering
from compute_billing.metering.models import UsageSource

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

_numbers = count(1)


def make_source(*, operator: Organisation, card_type: str = "910B2") -> UsageSource:
    """Open a centre with a cluster, a card type and a source that reports it."""
    number = next(_numbers)
    centre = catalogue.open_centre(
        code=f"delivery-centre-{number}",
        name="京西智谷",
        owner_id=operator.pk,
        operator_id=operator.pk,
    )
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code=f"delivery-cluster-{number}", name="100P", milli_cards=320_000
    )
    meter = catalogue.add_card_type(code=f"{card_type}-{number}", name="昇腾")
    return metering.open_source(
        code=f"delivery-source-{number}",
        name="Slurm",
        cluster_id=cluster.pk,
        card_type=meter.code,
        now=NOW,
    )


def make_delivery(*, operator: Organisation) -> UUID:
    """Begin a delivery to a source of the operator and return its public id."""
    delivery = metering.start_import(
        source=make_source(operator=operator),
        format_name="http",
        origin="test",
        measure="cards",
        now=NOW,
    )
    return delivery.public_id

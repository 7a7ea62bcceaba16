"""Row locks of packages, taken behind the tenant's wallet and its balances."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from compute_billing.packages.models import PackageOrder
from kernel.sql import rows, statement
from kernel.transactions import transaction_required

ROOM: Final = "compute_billing.packages"


@transaction_required
def lock_order(*, tenant_id: int, public_id: UUID) -> PackageOrder | None:
    """Lock a tenant's order, so that its changes come one after the other."""
    found = PackageOrder.objects.select_for_update(of=("self",)).select_related("cluster", "meter")
    return found.filter(tenant_id=tenant_id, public_id=public_id).first()


@transaction_required
def lock_days(
    *, cluster_id: int, meter_id: int, starts_on: date, ends_on: date
) -> list[dict[str, Any]]:
    """Lock the capacity of a span of days in the order of the days; return what each has free."""
    return rows(
        statement(ROOM, "lock_days.sql"),
        cluster_id=cluster_id,
        meter_id=meter_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@transaction_required
def lock_orders_ending(*, today: date, within_days: int) -> list[PackageOrder]:
    """Lock the packages that end within so many days, in the order of their ids."""
    ending = PackageOrder.objects.filter(
        starts_on__lte=today,
        ends_on__gt=today,
        ends_on__lte=today + timedelta(days=within_days),
        ended_early=False,
    )
    return list(ending.select_for_update().order_by("id"))

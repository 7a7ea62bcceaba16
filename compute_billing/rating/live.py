"""What is still charged: the stretches of charges that no reversal took back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from compute_billing.rating import charging, reversal
from compute_billing.rating.waterfall import ROOM, run
from kernel.sql import rows, statement
from kernel.transactions import transaction_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counters by price and month of use, each from one of its charges on."""

    price_ids: list[int] = field(default_factory=list)
    months: list[date] = field(default_factory=list)
    since_ids: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.price_ids)


NO_COUNTERS = Counters()


@transaction_required
def find(
    *,
    tenant_id: int,
    month: date | None = None,
    usage_id: int | None = None,
    recorded_month: date | None = None,
    counters: Counters = NO_COUNTERS,
) -> None:
    """Put what is charged of a month's use, of one record and of counters into rating_live."""
    run("live_tables.sql")
    run(
        "find_live.sql",
        tenant_id=tenant_id,
        month=month,
        usage_id=usage_id,
        recorded_month=recorded_month,
        price_ids=counters.price_ids,
        months=counters.months,
        since_ids=counters.since_ids,
    )


def extent() -> dict[str, Any]:
    """Return how many stretches there are, and what they are like as a whole."""
    return rows(statement(ROOM, "live_extent.sql"))[0]


@transaction_required
def reverse(*, tenant_id: int, cause: str, now: datetime) -> list[int]:
    """Take back everything in rating_live, of each counter the newest first; return the runs.

    A run reverses a charge once, so that what is left of it is known; a charge in several
    stretches takes several runs.
    """
    run_ids = []
    for number in range(1, extent()["rounds"] + 1):
        charging.clear_pieces()
        count = run("pieces_of_reversal.sql", round=number)
        if count:
            run_id = charging.start_run(
                tenant_id=tenant_id, kind="reversal", count=count, queue="", now=now
            )
            reversal.reverse_pieces(tenant_id=tenant_id, run_id=run_id, cause=cause, now=now)
            run_ids.append(run_id)
    charging.clear_pieces()
    return run_ids

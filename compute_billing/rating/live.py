"""What is still charged: the stretches of charges that no reversal took back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from compute_billing.rating import charging, reversal
from compute_billing.rating.waterfall import ROOM, run
from kernel.sql import rows, statement
from kernel.transactions import transaction_required

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Counters of prices by month of use, and of awards, each from one of its charges on."""

    prices: Mapping[tuple[int, date], int] = field(default_factory=dict)
    awards: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.prices or self.awards)

    def __or__(self, other: "Counters") -> "Counters":
        """Return the counters of both, each from its older charge on."""
        return Counters(
            prices=_older(self.prices, other.prices), awards=_older(self.awards, other.awards)
        )

    def parameters(self) -> dict[str, list[Any]]:
        """Return the arrays that statements name them by."""
        return {
            "price_ids": [price_id for price_id, _ in self.prices],
            "months": [month for _, month in self.prices],
            "since_ids": list(self.prices.values()),
            "award_account_ids": list(self.awards),
            "award_since_ids": list(self.awards.values()),
        }


def _older(one: Mapping[Key, int], other: Mapping[Key, int]) -> dict[Key, int]:
    return {key: min(each[key] for each in (one, other) if key in each) for key in {**one, **other}}


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
        **counters.parameters(),
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

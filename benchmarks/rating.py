"""Rating against the bare SQL statement: what the laws cost.

A million records of a hundred tenants. Both rate the same tenants, one after the other, on one
connection each, in alternating rounds; ours takes usage from the queue under the tenant's lock,
keeps counters and balances, and writes through every constraint and trigger. A thousand tenants
with a thousand records each, on two cores, are measured by `benchmarks.closing`.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import psycopg

from benchmarks import dataset, harness
from compute_billing.rating import operations as rating
from kernel.sql import execute, row, statement
from kernel.transactions import transaction

TENANTS: Final = 100
RECORDS_EACH: Final = 10_000
RATIO_MIN: Final = 0.6


class Contest:
    """The two ways over the same tenants; each round takes others."""

    def __init__(self, data: dataset.Dataset) -> None:
        """Make the tables of the bare statement."""
        self.data = data
        self.per_round = len(data.tenant_ids) // harness.ROUNDS
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
            owner.execute(statement("benchmarks", "rating_bare_tables.sql"))

    def _tenants(self, number: int) -> list[int]:
        first = number * self.per_round
        return list(self.data.tenant_ids[first : first + self.per_round])

    def ours(self, number: int) -> float:
        """Rate a round's tenants by the product; return records per second."""
        records = dataset.enqueue(self.data, tenant_ids=self._tenants(number))
        harness.checkpoint()
        return records / harness.seconds_of(self._rate_all)

    def bare(self, number: int) -> float:
        """Rate a round's tenants by the bare statement, a tenant at a time; records per second."""
        tenants = self._tenants(number)
        harness.checkpoint()
        seconds = harness.seconds_of(lambda: self._bare_all(tenants))
        return len(tenants) * self.data.records_each / seconds

    def _rate_all(self) -> None:
        for _ in rating.rate_all(now=dataset.RATED_AT):
            pass

    def _bare_all(self, tenant_ids: list[int]) -> None:
        text = statement("benchmarks", "rating_bare.sql")
        for tenant_id in tenant_ids:
            with transaction():
                execute(
                    text,
                    tenant_ids=[tenant_id],
                    month=dataset.MONTH,
                    recorded_month=dataset.RECORDED_MONTH,
                    revenue_account_id=0,
                )

    def same_amounts(self) -> bool:
        """Say whether both found the same shares, payer by payer."""
        difference = row(
            "SELECT count(*) AS n FROM ("
            " SELECT account_id, sum(amount) AS amount FROM rating_charge_share GROUP BY 1"
            " EXCEPT SELECT account_id, sum(amount) FROM bare_charge_share GROUP BY 1) d"
        )
        return difference == {"n": 0}


def measure() -> harness.Report:
    """Build the dataset, let both rate it, compare amounts and speed."""
    report = harness.Report(name="rating", title="Rating, shares and postings on one connection")
    data = dataset.build(tenants=TENANTS, records_each=RECORDS_EACH)
    report.parameters = {"tenants": TENANTS, "records_each": data.records_each}
    contest = Contest(data)
    figures = harness.alternate({"ours": contest.ours, "bare": contest.bare})
    ours = report.figure("rating with every law", unit="records/s", rounds=figures["ours"])
    bare = report.figure("the bare statement", unit="records/s", rounds=figures["bare"])
    report.bar("with laws / bare", measured=ours.median / bare.median, limit=RATIO_MIN)
    if not contest.same_amounts():
        message = "The bare statement found other amounts: it is no peer."
        raise RuntimeError(message)
    return report


if __name__ == "__main__":
    sys.exit(harness.main(measure))

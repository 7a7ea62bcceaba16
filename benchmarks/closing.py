"""A month of a thousand tenants and a million charges: rated by two processes, then closed.

Rating is the whole path from the queue to the books: prices, shares, postings, balances. Closing
is one process that checks, sums, taxes and numbers a bill per tenant and seals the month.
"""

from __future__ import annotations

import sys
from typing import Final

from benchmarks import dataset, harness
from compute_billing.invoices import operations as invoices
from kernel.sql import execute

PROCESSES: Final = 2
RATED_PER_SECOND_MIN: Final = 20_000
CLOSING_OF_RATING_MAX: Final = 0.5


def measure() -> harness.Report:
    """Rate the dataset and close its month."""
    report = harness.Report(name="closing", title="Rating and closing a month of 1,000 tenants")
    data = dataset.build()
    report.parameters = {
        "tenants": len(data.tenant_ids),
        "records_each": data.records_each,
        "rating_processes": PROCESSES,
        "closing_processes": 1,
    }
    dataset.enqueue(data)
    harness.checkpoint()
    rated = dataset.rate(processes=PROCESSES)
    harness.checkpoint()
    closing_seconds = harness.seconds_of(lambda: _close(tenants=len(data.tenant_ids)))
    _refuse_short_month(data, rated)
    rated_per_second = rated.records / rated.seconds
    report.figure("rating a million records", unit="s", rounds=[rated.seconds])
    report.figure("rating, two processes", unit="records/s", rounds=[rated_per_second])
    report.figure("closing a thousand tenants", unit="s", rounds=[closing_seconds])
    report.bar("rating", measured=rated_per_second, limit=RATED_PER_SECOND_MIN)
    report.bar(
        "closing / rating",
        measured=closing_seconds / rated.seconds,
        limit=CLOSING_OF_RATING_MAX,
        at_most=True,
    )
    report.books_hold()
    return report


def _close(*, tenants: int) -> None:
    closing = invoices.close_period(month=dataset.MONTH, now=dataset.CLOSED_AT)
    if closing.parked or len(closing.closed) != tenants:
        message = f"{len(closing.closed)} of {tenants} tenants were closed: the time says nothing."
        raise RuntimeError(message)


def _refuse_short_month(data: dataset.Dataset, rated: dataset.Rated) -> None:
    charges = execute("SELECT count(*) FROM rating_charge").fetchone()[0]
    if not data.records == rated.records == charges:
        message = f"{charges} charges of {rated.records} rated of {data.records} records."
        raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(harness.main(measure))

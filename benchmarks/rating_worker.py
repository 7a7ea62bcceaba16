"""One rating process: says when it is ready, begins when told, answers how much it has rated."""

from __future__ import annotations

import sys

from django.db import connection

from benchmarks import dataset
from compute_billing.rating import operations as rating


def main() -> int:
    """Speak a line at a time with `benchmarks.dataset.rate`."""
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes = rating.rate_all(now=dataset.RATED_AT, queue="rating")
    print(sum(outcome.usage_count for outcome in outcomes), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

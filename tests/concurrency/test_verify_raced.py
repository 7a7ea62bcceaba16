"""The books are verified while others write them: one snapshot, and so no false alarm."""

from __future__ import annotations

import pytest
from django.db import connection

from compute_billing.audit import queries
from compute_billing.rating import operations as rating
from kernel.sql import row
from tests.builders.market import NOW, make_market
from tests.concurrency.racing import run_round

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 60


def waiting() -> int:
    found = row("SELECT count(*) AS records FROM metering_usage_pending")
    return int(found["records"]) if found else 0


def test_no_law_is_broken_half_way_through_rating() -> None:
    # Given usage of a tenant who has a little money and then none
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    market.report(*({"account": "acme"} for _ in range(RECORDS)))
    seen: list[int] = []

    def rate() -> int:
        return sum(outcome.usage_count for outcome in rating.rate_all(now=NOW, limit=1))

    def verify() -> list[str]:
        broken: list[str] = []
        while True:
            left = waiting()
            seen.append(left)
            verdicts = queries.verify_books()
            broken += [verdict.law.name for verdict in verdicts if not verdict.holds]
            if left == 0:
                return broken

    # When it is rated record by record while the books are verified over and over
    rated, broken = run_round([rate, verify])

    # Then books half-way were seen, and no law was ever broken in them
    assert rated == RECORDS
    assert any(0 < left < RECORDS for left in seen)
    assert [name for name in broken if name != "cards_in_use_within_the_cluster"] == []
    assert not connection.in_atomic_block

"""A page of charges reads its own rows: what is looked up for them is looked up for no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from compute_billing.audit.charges import ROOM, ChargeFilter, charge_page
from kernel.sql import execute, statement
from tests.builders.market import make_market

pytestmark = pytest.mark.django_db

RECORDS = 40
PAGE = 5


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def test_only_the_records_of_the_page_are_looked_up() -> None:
    # given a tenant with many charges
    market = make_market()
    tenant = market.add_tenant("acme", paid_yuan=10_000)
    market.report(*[{"account": "acme"} for _ in range(RECORDS)])
    market.rate()
    wanted = ChargeFilter()
    assert len(charge_page(tenant_id=tenant.pk, wanted=wanted, after=None, limit=100)) == RECORDS

    # when the first page is read row by row, as it is where a scan is dear, and PostgreSQL tells
    for shortcut in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_memoize"):
        execute(f"SET LOCAL {shortcut} = off")
    told = execute(
        "EXPLAIN (ANALYZE, FORMAT JSON) " + statement(ROOM, "charge_page.sql"),
        tenant_id=tenant.pk,
        usage_ids=None,
        recorded_month=None,
        after_month=None,
        after_id=None,
        limit=PAGE,
        **asdict(wanted),
    ).fetchone()[0]

    # then no more records of usage were touched than stand on it
    read = sum(
        node["Actual Rows"] * node["Actual Loops"]
        for node in nodes(told[0]["Plan"])
        if str(node.get("Relation Name", "")).startswith("metering_usage_record")
    )
    assert 0 < read <= 2 * PAGE

"""settlement: settles a month and prints claims, statements and tenants."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from compute_billing.settlement.models import Claim
from kernel import seals
from tests.builders.invoices import HOUR, close, make_use
from tests.builders.market import NOW, YUAN, Market, make_market

pytestmark = pytest.mark.django_db

AFTER = ("--now", "2026-11-20T04:00:00Z")


def run_json(*arguments: str) -> Any:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    assert out.getvalue().count("\n") == 1, "not one line"
    return json.loads(out.getvalue())


def make_closed_market() -> Market:
    """Close October: ten hours at 1 yuan, an award of 30 %, 5 yuan of money."""
    market = make_market(price_micro=1 * YUAN)
    market.add_tenant("acme", paid_yuan=5)
    market.award("acme", fund=market.fund(yuan=1_000), rate_ppm=300_000, cap_yuan=500)
    make_use(market, "acme", duration=10 * HOUR)
    close(market, "acme")
    return market


def test_it_settles_and_prints() -> None:
    market = make_closed_market()
    document = run_json("settlement", "2026-10", *AFTER)
    amounts = {
        "card_hours": "10.000000",
        "gross": "10.000000",
        "discount": "0.000000",
        "subsidy": "3.000000",
        "paid": "5.000000",
        "arrears": "2.000000",
    }
    claim = Claim.objects.select_related("fund__programme").get()
    assert document == {
        "month": "2026-10",
        "new_claims": 1,
        "new_statements": 1,
        "open_tenants": 0,
        "claims": [
            {
                "programme": claim.fund.programme.code,
                "fund": "city-2026",
                "claimant": market.operator.code,
                "sequence": 1,
                "state": "draft",
                "lines": 1,
                "amount": "3.000000",
            }
        ],
        "statements": [
            {
                "operator": market.operator.code,
                "sequence": 1,
                "issued_at": NOW.isoformat(),
                "tenants": 1,
                **amounts,
            }
        ],
        "tenants": [{"tenant": market.tenants["acme"].code, **amounts}],
        "total": amounts,
        "sealed_by": None,
    }


def test_printed_again_it_says_the_same_under_the_sealed_head() -> None:
    make_closed_market()
    first = run_json("settlement", "2026-10", *AFTER)
    seals.seal_entries(now=NOW)
    again = run_json("settlement", "2026-10", *AFTER)
    head = seals.head()
    assert head is not None
    assert again == {
        **first,
        "new_claims": 0,
        "new_statements": 0,
        "sealed_by": head.to_text(),
    }


def test_open_tenants_are_counted() -> None:
    market = make_market()
    market.add_tenant("acme")
    make_use(market, "acme")
    document = run_json("settlement", "2026-10", *AFTER)
    assert (document["open_tenants"], document["claims"], document["statements"]) == (1, [], [])
    assert document["total"]["gross"] == "0.000000"


def test_people_get_tables() -> None:
    make_closed_market()
    out = StringIO()
    call_command("settlement", "2026-10", *AFTER, stdout=out)
    assert "open tenants: 0" in out.getvalue()
    assert "city-2026" in out.getvalue()

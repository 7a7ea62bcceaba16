"""Two awards on one use: the second pays of what the first leaves; both get their money back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.builders.market import HOUR_MS, YUAN, instant_ms, make_market

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
START = instant_ms(datetime(2026, 11, 1, tzinfo=UTC))


def ten_hours(job: str, **more: object) -> dict[str, object]:
    return {
        "account": "acme",
        "external_id": job,
        "milli_cards": 1000,
        "started_ms": START,
        "ended_ms": START + 10 * HOUR_MS,
        **more,
    }


def back(job: str) -> dict[str, object]:
    return ten_hours(f"{job}-back", corrects=job, quantity=-10 * CARD_HOUR)


@pytest.mark.xfail(
    strict=True,
    reason="ADR 26, what it does not do yet: the second award keeps its part of what a capped first"
    " one paid of another charge",
)
def test_a_capped_award_before_another_leaves_nothing_behind() -> None:
    # given an award of all up to one yuan, one of a half of the rest, and ten hours twice
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=100)
    fund = market.fund(yuan=100)
    market.award("acme", fund=fund, rate_ppm=1_000_000, cap_yuan=1, stacking_order=1)
    market.award("acme", fund=fund, rate_ppm=500_000, cap_yuan=50, stacking_order=2)
    market.report(ten_hours("first"), ten_hours("second"))
    market.rate()
    assert market.shares("acme") == {"award": 10_500_000, "paid": 9_500_000}
    # when both are taken back, the first of them first
    for job in ("first", "second"):
        market.report(back(job))
        market.rate()
    # then no award has given anything
    assert market.shares("acme") == {"award": 0, "paid": 0}

"""Two awards on one use: the second pays of what the first leaves; both get their money back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from compute_billing.audit import queries as audit
from compute_billing.catalogue import publishing
from compute_billing.rating import rerate
from kernel.sql import rows
from tests.builders.accounts import make_user
from tests.builders.market import HOUR_MS, NOW, YUAN, instant_ms, make_market

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
START = instant_ms(datetime(2026, 11, 1, tzinfo=UTC))
OCTOBER = instant_ms(datetime(2026, 10, 20, tzinfo=UTC))


def ten_hours(job: str, *, start: int = START, **more: object) -> dict[str, object]:
    return {
        "account": "acme",
        "external_id": job,
        "milli_cards": 1000,
        "started_ms": start,
        "ended_ms": start + 10 * HOUR_MS,
        **more,
    }


def kinds() -> list[str]:
    return [run["kind"] for run in rows("SELECT kind FROM rating_run ORDER BY id")]


def expect_laws() -> None:
    broken = {v.law.name: v.offenders for v in audit.verify_books() if not v.holds}
    assert broken == {}


def back(job: str) -> dict[str, object]:
    return ten_hours(f"{job}-back", corrects=job, quantity=-10 * CARD_HOUR)


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
    # when the first is taken back
    market.report(back("first"))
    market.rate()
    # then it is as if the second alone had been used: one yuan of the first, a half of nine
    assert market.shares("acme") == {"award": 5_500_000, "paid": 4_500_000}
    # and when the second is taken back too, then no award has given anything
    market.report(back("second"))
    market.rate()
    assert market.shares("acme") == {"award": 0, "paid": 0}
    expect_laws()


def test_what_one_award_covers_alone_is_not_unwound() -> None:
    # given an award that is used up and stands before no other
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=1_000_000, cap_yuan=1)
    market.report(ten_hours("first"), ten_hours("second"))
    market.rate()
    # when the first is taken back
    market.report(back("first"))
    market.rate()
    # then it keeps its yuan for the second, and nothing else is charged anew
    assert market.shares("acme") == {"award": YUAN, "paid": 9 * YUAN}
    assert kinds() == ["usage", "usage"]


def test_other_months_are_unwound_with_a_mended_price() -> None:
    # given use in October and in November, under a used up award and another behind it
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=100)
    fund = market.fund(yuan=100)
    market.award("acme", fund=fund, rate_ppm=1_000_000, cap_yuan=8, stacking_order=1)
    market.award("acme", fund=fund, rate_ppm=500_000, cap_yuan=50, stacking_order=2)
    market.report(ten_hours("october", start=OCTOBER), ten_hours("november"))
    market.rate()
    assert market.shares("acme") == {"award": 14 * YUAN, "paid": 6 * YUAN}
    # when October's price was half of what it should have been, and is mended
    price_id = rows("SELECT id FROM catalogue_price")[0]["id"]
    publishing.correct_price(price_id=price_id, now=NOW, unit_price_micro=YUAN // 2)
    asked = rerate.request(month=date(2026, 10, 1), reason="typo", maker_id=make_user().pk, now=NOW)
    rerate.approve_and_run(request_id=asked.pk, approver_id=make_user().pk, now=NOW)
    # then October costs 5, all by the first, which gives November's ten its last 3 of 8
    assert market.shares("acme") == {"award": 11_500_000, "paid": 3_500_000}
    expect_laws()
    # and when November is mended too, the two cost 10: 8, and a half of 2
    asked = rerate.request(month=date(2026, 11, 1), reason="typo", maker_id=make_user().pk, now=NOW)
    rerate.approve_and_run(request_id=asked.pk, approver_id=make_user().pk, now=NOW)
    assert market.shares("acme") == {"award": 9 * YUAN, "paid": YUAN}
    expect_laws()

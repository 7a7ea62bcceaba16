"""A record that crosses a month border is rerated for each of its months by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.rating import rerate
from tests.builders.accounts import make_user
from tests.builders.market import HOUR_MS, LONG_AGO, NOW, YUAN, instant_ms, make_market

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
BORDER_MS = instant_ms(datetime(2026, 10, 31, 16, tzinfo=UTC))


def test_both_months_of_a_record_may_be_rerated() -> None:
    # given four hours at 3 yuan, two of them in October and two in November
    market = make_market(price_micro=None)
    market.add_tenant("acme", paid_yuan=100)
    wrong = catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=3 * YUAN,
        now=NOW,
    )
    market.report(
        {
            "account": "acme",
            "milli_cards": 1_000,
            "started_ms": BORDER_MS - 2 * HOUR_MS,
            "ended_ms": BORDER_MS + 2 * HOUR_MS,
            "quantity": 1_000 * 4 * HOUR_MS,
        }
    )
    market.rate()
    # when the price should have been 2, and one month is mended after the other
    catalogue.correct_price(price_id=wrong.pk, unit_price_micro=2 * YUAN, now=NOW)
    for month in (OCTOBER, NOVEMBER):
        asked = rerate.request(month=month, reason="typing", maker_id=make_user().pk, now=NOW)
        rerate.approve_and_run(request_id=asked.pk, approver_id=make_user().pk, now=NOW)
    # then each month is charged once more, under revisions that no other charge has
    charges = market.charges("acme")
    assert [(c["usage_month"], c["revision"], c["gross"]) for c in charges] == [
        (OCTOBER, 0, 6 * YUAN),
        (NOVEMBER, 0, 6 * YUAN),
        (OCTOBER, 1, -6 * YUAN),
        (OCTOBER, 2, 4 * YUAN),
        (NOVEMBER, 3, -6 * YUAN),
        (NOVEMBER, 4, 4 * YUAN),
    ]
    assert market.shares("acme") == {"paid": 8 * YUAN}

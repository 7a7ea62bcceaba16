"""A rerate mends second by second what is still charged, however often and however cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from compute_billing.audit import queries as audit
from compute_billing.catalogue import operations as catalogue
from compute_billing.catalogue import publishing
from compute_billing.rating import rerate
from kernel.periods import Period
from kernel.sql import rows
from tests.builders.accounts import make_user
from tests.builders.market import (
    CARD_HOUR,
    HOUR_MS,
    LONG_AGO,
    NOW,
    YUAN,
    Market,
    instant_ms,
    make_market,
)

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
# The billing months meet at 16:00 UTC of 31 October.
BORDER = datetime(2026, 10, 31, 16, tzinfo=UTC)


def job(name: str, first: int, last: int, **more: object) -> dict[str, object]:
    """One card from `first` to `last` hours after the border of the months."""
    border = instant_ms(BORDER)
    return {
        "account": "acme",
        "external_id": name,
        "milli_cards": 1000,
        "started_ms": border + first * HOUR_MS,
        "ended_ms": border + last * HOUR_MS,
        **more,
    }


def correction(name: str, first: int, last: int, **more: object) -> dict[str, object]:
    quantity = -(last - first) * CARD_HOUR
    taken = {"corrects": name, "quantity": quantity, **more}
    return job(f"{name}-correction-{first}-{last}", first, last, **taken)


def open_market() -> Market:
    market = make_market(price_micro=3 * YUAN)
    market.add_tenant("acme", paid_yuan=1000)
    return market


def live_quantities(market: Market) -> dict[int, int]:
    """Return what is still charged, by the hour after the border in which its time begins."""
    charged: dict[int, int] = {}
    taken_back = {charge["reverses_id"] for charge in market.charges("acme")}
    for charge in market.charges("acme"):
        if charge["reverses_id"] is None and charge["id"] not in taken_back:
            hour = (charge["segment_start"] - BORDER) // timedelta(hours=1)
            charged[hour] = charged.get(hour, 0) + charge["quantity"]
    return charged


def cheaper_from(market: Market, hour: int, *, price_micro: int) -> None:
    """Let the tenant have been of a class with a price of its own since that hour."""
    prices = catalogue.make_price_list(
        kind="class",
        code=f"class-{market.import_id}-{hour}",
        issuer_id=market.operator.pk,
        customer_class="sme",
    )
    publishing.publish_price(
        price_list_id=prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=price_micro,
        now=NOW,
    )
    catalogue.assign_customer_class(
        tenant_id=market.tenants["acme"].pk,
        customer_class="sme",
        valid_from=BORDER + timedelta(hours=hour),
    )


def correct_price(market: Market, *, price_micro: int) -> None:
    price_id = rows(
        "SELECT id FROM catalogue_price WHERE price_list_id = %(list_id)s ORDER BY id LIMIT 1",
        list_id=market.prices.pk,
    )[0]["id"]
    publishing.correct_price(price_id=price_id, unit_price_micro=price_micro, now=NOW)


def mend(month: date) -> list[rerate.Difference]:
    request = rerate.request(month=month, reason="typo", maker_id=make_user().pk, now=NOW)
    return rerate.approve_and_run(request_id=request.pk, approver_id=make_user().pk, now=NOW)


def expect_laws() -> None:
    broken = {v.law.name: v.offenders for v in audit.verify_books() if not v.holds}
    assert broken == {}


def test_only_the_seconds_that_are_left_are_rated_again() -> None:
    # given ten hours of which the last five were taken back
    market = open_market()
    market.report(job("job", 0, 10), correction("job", 5, 10))
    market.rate()
    # when the tenant turns out to have had a cheaper price from the fourth hour on
    cheaper_from(market, 4, price_micro=YUAN)
    mend(NOVEMBER)
    # then four hours cost 3 and one hour 1, and the rest can still be taken back
    assert market.shares("acme") == {"paid": 13 * YUAN}
    market.report(correction("job", 0, 5))
    market.rate()
    assert market.shares("acme") == {"paid": 0}
    expect_laws()


def test_what_was_taken_from_the_middle_stays_taken() -> None:
    # given ten hours without the hours from three to six
    market = open_market()
    market.report(job("job", 0, 10), correction("job", 3, 6))
    market.rate()
    # when all of it is mended to 2 yuan
    correct_price(market, price_micro=2 * YUAN)
    [difference] = mend(NOVEMBER)
    # then seven hours are left at 2 yuan, on both sides of the gap
    assert (difference.charges, difference.gross) == (2, -7 * YUAN)
    assert market.shares("acme") == {"paid": 14 * YUAN}
    market.report(correction("job", 0, 3), correction("job", 6, 10))
    market.rate()
    assert market.shares("acme") == {"paid": 0}
    expect_laws()


def test_a_record_over_two_months_is_mended_month_by_month() -> None:
    # given a record of two hours on each side of the border
    market = open_market()
    market.report(job("job", -2, 2))
    market.rate()
    correct_price(market, price_micro=YUAN)
    # when both months are mended, one after the other
    mend(OCTOBER)
    mend(NOVEMBER)
    # then all of it costs 1 yuan
    assert market.shares("acme") == {"paid": 4 * YUAN}
    expect_laws()


def test_what_was_mended_in_part_is_mended_again() -> None:
    # given four hours mended once from the second hour on
    market = open_market()
    market.report(job("job", 0, 4))
    market.rate()
    cheaper_from(market, 2, price_micro=YUAN)
    mend(NOVEMBER)
    assert market.shares("acme") == {"paid": 8 * YUAN}
    # when the price of the first two hours was wrong, too, twice
    for price in (5, 4):
        correct_price(market, price_micro=price * YUAN)
        mend(NOVEMBER)
        assert market.shares("acme") == {"paid": (2 * price + 2) * YUAN}
    expect_laws()


def test_suspended_use_keeps_its_units_through_mending_and_correcting() -> None:
    # given ten hours in which a third of the time was suspended, over two months
    market = open_market()
    quantity = 10 * CARD_HOUR * 2 // 3 + 1
    market.report(job("job", -3, 7, quantity=quantity))
    market.rate()
    cheaper_from(market, 4, price_micro=YUAN)
    mend(NOVEMBER)
    # when it is taken back in pieces that meet no border, each its even part in whole units
    taken = 0
    for first, last in ((-3, -1), (-1, 5), (5, 7)):
        upto = quantity * (last + 3) // 10
        market.report(correction("job", first, last, quantity=taken - upto))
        taken = upto
    market.rate()
    # then nothing is left of it
    assert taken == quantity
    assert market.shares("acme") == {"paid": 0}
    assert [sum(charge["quantity"] for charge in market.charges("acme"))] == [0]
    expect_laws()


def test_a_correction_may_know_better_when_a_job_stood_still() -> None:
    # given ten hours of which half were suspended, charged evenly over two months
    market = open_market()
    market.report(job("job", -5, 5, quantity=5 * CARD_HOUR))
    market.rate()
    assert [charge["quantity"] for charge in market.charges("acme")] == [5 * CARD_HOUR // 2] * 2
    # when four hours of October are taken back in full, and an hour with next to nothing
    market.report(correction("job", -5, -1), correction("job", -1, 0, quantity=-1))
    market.rate()
    # then what is left lies in November, at its price
    by_month = {OCTOBER: 0, NOVEMBER: 0}
    for charge in market.charges("acme"):
        by_month[charge["usage_month"]] += charge["quantity"]
    assert by_month == {OCTOBER: 0, NOVEMBER: CARD_HOUR - 1}
    assert market.shares("acme") == {"paid": 3 * YUAN}
    expect_laws()
    # and all of it can be taken back and mended before
    correct_price(market, price_micro=YUAN)
    mend(NOVEMBER)
    assert market.shares("acme") == {"paid": YUAN}
    market.report(correction("job", 0, 5, quantity=1 - CARD_HOUR))
    market.rate()
    assert market.shares("acme") == {"paid": 0}
    expect_laws()


def test_time_that_was_charged_nothing_can_turn_out_to_have_run() -> None:
    # given four units in ten hours, and two taken back: what is left is too little for each hour
    market = open_market()
    market.report(job("job", 0, 10, quantity=4))
    market.report(correction("job", 1, 4, quantity=-2))
    market.rate()
    assert live_quantities(market) == {0: 0, 4: 2}
    # when less is taken back from the last hours than they were charged
    market.report(correction("job", 4, 10, quantity=-1))
    market.rate()
    # then the last unit was used in the first hour, and can be taken back from there
    assert live_quantities(market) == {0: 1}
    market.report(correction("job", 0, 1, quantity=-1))
    market.rate()
    assert live_quantities(market) == {}
    expect_laws()


def test_what_was_mended_beside_a_right_price_is_mended_again() -> None:
    # given four hours, cut after two by the end of an award, and only the second half mispriced
    market = open_market()
    market.award(
        "acme",
        fund=market.fund(yuan=100),
        rate_ppm=1,
        cap_yuan=1,
        period=Period(LONG_AGO, BORDER + timedelta(hours=2)),
    )
    market.report(job("job", 0, 4))
    market.rate()
    cheaper_from(market, 2, price_micro=YUAN)
    mend(NOVEMBER)
    # when the price of the first half turns out wrong
    correct_price(market, price_micro=2 * YUAN)
    mend(NOVEMBER)
    # then both halves stand right
    assert sum(market.shares("acme").values()) == 6 * YUAN
    expect_laws()


def test_hours_reported_anew_are_not_taken_from_the_first_report() -> None:
    # given ten hours whose second half was taken back and reported again
    market = open_market()
    market.report(
        job("job", 0, 10, allocation_key="run"),
        correction("job", 5, 10),
        job("again", 5, 10, allocation_key="run"),
    )
    # when the second half of the first report is taken back once more
    twice = market.report({**correction("job", 5, 10), "external_id": "job-twice"})
    # then there is nothing of it left
    assert twice.reasons == {"exceeds_original": 1}


def test_use_that_lost_its_price_is_left_alone() -> None:
    # given use at the price of a class that the tenant was taken out of
    market = make_market(price_micro=None)
    market.add_tenant("acme", paid_yuan=1000)
    cheaper_from(market, -5, price_micro=YUAN)
    market.report(job("job", 0, 2))
    market.rate()
    rows(
        "UPDATE catalogue_customer_class_assignment"
        " SET valid = tstzrange(lower(valid), %(at)s) RETURNING id",
        at=BORDER + timedelta(hours=1),
    )
    # when the month is mended
    differences = mend(NOVEMBER)
    # then what has no other price keeps the one it was charged
    assert differences == []
    assert market.shares("acme") == {"paid": 2 * YUAN}
    expect_laws()

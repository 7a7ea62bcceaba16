"""Corrections and rerates take charges back exactly, to whom they came from."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from compute_billing.catalogue import operations as catalogue
from compute_billing.ledger import operations as ledger
from compute_billing.ledger import queries as ledger_queries
from compute_billing.rating import rerate
from kernel.sql import execute, row, rows
from tests.builders.accounts import make_user
from tests.builders.market import HOUR_MS, LONG_AGO, NOW, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db

CARD_HOUR = 3_600_000_000
START = instant_ms(datetime(2026, 11, 1, tzinfo=UTC))


def use(job: str, hours: int, **more: object) -> dict[str, object]:
    return {
        "account": "acme",
        "external_id": job,
        "milli_cards": 1000,
        "started_ms": START,
        "ended_ms": START + hours * HOUR_MS,
        **more,
    }


def correction(job: str, first: int, last: int, **more: object) -> dict[str, object]:
    hours = last - first
    return {
        "account": "acme",
        "external_id": f"{job}-correction-{first}-{last}",
        "corrects": job,
        "milli_cards": 1000,
        "started_ms": START + first * HOUR_MS,
        "ended_ms": START + last * HOUR_MS,
        "quantity": -hours * CARD_HOUR,
        **more,
    }


def balances(market: Market) -> dict[str, int]:
    found = rows(
        "SELECT a.kind, sum(CASE WHEN p.destination_account_id = a.id THEN p.amount"
        " ELSE -p.amount END)::bigint AS balance FROM ledger_account a JOIN ledger_posting p"
        " ON a.id IN (p.source_account_id, p.destination_account_id) GROUP BY a.kind"
    )
    return {account["kind"]: account["balance"] for account in found}


def test_a_full_correction_gives_everything_back() -> None:
    # given 100 h paid by card-time, promotion, award, own money and arrears
    market = make_market(price_micro=YUAN)
    tenant = market.add_tenant("acme", paid_yuan=20)
    ledger.grant_in_kind_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        quantity=10 * CARD_HOUR,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="teaching",
        now=LONG_AGO,
    )
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=15 * YUAN,
        reference="welcome",
        now=LONG_AGO,
    )
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50)
    before = balances(market)
    market.report(use("job", 100))
    market.rate()
    # when all of it is corrected
    outcome = market.report(correction("job", 0, 100))
    assert outcome.accepted == 1
    market.rate()
    # then each payer is where he was
    assert market.shares("acme") == dict.fromkeys(
        ("in_kind", "promotion", "award", "paid", "arrears"), 0
    )
    after = {kind: amount for kind, amount in balances(market).items() if amount}
    assert after == {kind: amount for kind, amount in before.items() if amount}
    assert row("SELECT basis, granted FROM subsidies_award_counter") == {"basis": 0, "granted": 0}
    assert row("SELECT quantity, amount FROM rating_counter") == {"quantity": 0, "amount": 0}


def test_a_partial_correction_repays_the_last_payer_first() -> None:
    # given 100 h at 1 yuan: 30 by the award, 50 paid, 20 owed
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=50)
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=50)
    market.report(use("job", 100))
    market.rate()
    assert market.shares("acme") == {"award": 30 * YUAN, "paid": 50 * YUAN, "arrears": 20 * YUAN}
    # when the last 50 h are taken back
    market.report(correction("job", 50, 100))
    market.rate()
    # then the award has 15 back, the arrears 20 and the lot 15
    assert market.shares("acme") == {"award": 15 * YUAN, "paid": 35 * YUAN, "arrears": 0}
    causes = rows("SELECT cause FROM rating_charge_share WHERE payer_kind = 'arrears' ORDER BY 1")
    assert causes == [{"cause": "correction"}, {"cause": "no_hold"}]


def test_above_an_exhausted_cap_nothing_returns_to_the_programme() -> None:
    # given 100 h at 1 yuan under 30 % up to 20 yuan
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=300_000, cap_yuan=20)
    market.report(use("job", 100))
    market.rate()
    # when 20 h are taken back, the award is still asked for 80 and gives its 20
    market.report(correction("job", 80, 100))
    market.rate()
    assert market.shares("acme") == {"award": 20 * YUAN, "paid": 60 * YUAN}
    # and when 40 more go, it is asked for 40 and gives 12
    market.report(correction("job", 40, 80))
    market.rate()
    assert market.shares("acme") == {"award": 12 * YUAN, "paid": 28 * YUAN}


def test_a_corrected_record_can_be_corrected_again_but_not_beyond() -> None:
    # given 10 h of which 4 are taken back
    market = make_market(price_micro=YUAN)
    market.add_tenant("acme", paid_yuan=100)
    market.report(use("job", 10))
    market.report(correction("job", 0, 4))
    # when more is taken back than is left, it is refused; what is left can go
    over = market.report(correction("job", 3, 10))
    rest = market.report(correction("job", 4, 10))
    market.rate()
    # then nothing is charged in the end
    assert over.reasons == {"exceeds_original": 1}
    assert rest.accepted == 1
    assert market.shares("acme") == {"paid": 0}


def test_a_correction_takes_off_the_top_tier() -> None:
    # given 2 yuan up to 100 h and 1 yuan beyond, and 120 h of use
    market = make_market(
        price_micro=None, unit_price_micro=None, tiers=[(0, 2 * YUAN), (100 * CARD_HOUR, YUAN)]
    )
    market.add_tenant("acme", paid_yuan=1000)
    market.report(use("first", 60), use("second", 60))
    market.rate()
    assert market.shares("acme") == {"paid": 220 * YUAN}
    # when the first job is taken back
    market.report(correction("first", 0, 60))
    market.rate()
    # then 60 h at the first tier are left
    assert market.shares("acme") == {"paid": 120 * YUAN}


def test_under_tiers_an_award_gets_all_of_its_money_back() -> None:
    # given 2 yuan up to 100 h and 1 yuan beyond, and an award of a half on 200 h
    market = make_market(
        price_micro=None, unit_price_micro=None, tiers=[(0, 2 * YUAN), (100 * CARD_HOUR, YUAN)]
    )
    market.add_tenant("acme", paid_yuan=1000)
    market.award("acme", fund=market.fund(yuan=1000), rate_ppm=500_000, cap_yuan=500)
    market.report(use("first", 100), use("second", 100))
    market.rate()
    assert market.shares("acme") == {"award": 150 * YUAN, "paid": 150 * YUAN}
    # when both jobs are taken back, the first of them first
    market.report(correction("first", 0, 100))
    market.rate()
    assert market.shares("acme") == {"award": 100 * YUAN, "paid": 100 * YUAN}
    market.report(correction("second", 0, 100))
    market.rate()
    # then the award has given nothing
    assert market.shares("acme") == {"award": 0, "paid": 0}


def test_a_correction_of_a_closed_month_is_booked_in_the_open_one() -> None:
    # given use of October, charged, and October closed
    market = make_market(price_micro=YUAN)
    tenant = market.add_tenant("acme", paid_yuan=100)
    october = instant_ms(datetime(2026, 10, 10, tzinfo=UTC))
    market.report(use("job", 10, started_ms=october, ended_ms=october + 10 * HOUR_MS))
    market.rate()
    execute(
        "UPDATE invoices_tenant_month SET state = 'closed', closed_at = now(), gross = 0"
        " WHERE tenant_id = %(tenant_id)s",
        tenant_id=tenant.pk,
    )
    # when it is corrected and late use arrives
    market.report(
        correction("job", 0, 1, started_ms=october, ended_ms=october + HOUR_MS),
        use("late", 1, started_ms=october, ended_ms=october + HOUR_MS),
    )
    market.rate()
    # then both count for October and are booked in November
    booked = [(c["usage_month"], c["booked_month"], c["gross"]) for c in market.charges("acme")]
    assert booked == [
        (date(2026, 10, 1), date(2026, 10, 1), 10 * YUAN),
        (date(2026, 10, 1), date(2026, 11, 1), -1 * YUAN),
        (date(2026, 10, 1), date(2026, 11, 1), 1 * YUAN),
    ]


def test_a_correction_waits_for_its_parked_original() -> None:
    # given use without a price and its correction
    market = make_market(price_micro=None)
    market.add_tenant("acme", paid_yuan=100)
    market.report(use("job", 2))
    market.report(correction("job", 0, 1))
    # when it is rated
    market.rate()
    # then both wait
    parked = rows("SELECT parked_reason FROM metering_usage_pending ORDER BY usage_id")
    assert parked == [{"parked_reason": "no_price"}, {"parked_reason": "original_unrated"}]


def test_a_wrong_price_is_mended_with_four_eyes() -> None:
    # given 10 h charged at 3 yuan which should have been 2, one hour of them corrected
    market = make_market(price_micro=None)
    market.add_tenant("acme", paid_yuan=100)
    wrong = catalogue.publish_price(
        price_list_id=market.prices.pk,
        meter_id=market.meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=3 * YUAN,
        now=NOW,
    )
    market.award("acme", fund=market.fund(yuan=100), rate_ppm=100_000, cap_yuan=50)
    market.report(use("job", 10))
    market.report(correction("job", 9, 10))
    market.rate()
    assert market.shares("acme") == {"award": 2_700_000, "paid": 24_300_000}
    catalogue.correct_price(price_id=wrong.pk, unit_price_micro=2 * YUAN, now=NOW)
    maker, approver = make_user(), make_user()
    # when a rerate is asked for, it tells its effect and changes nothing
    request = rerate.request(
        month=date(2026, 11, 1), reason="typing error", maker_id=maker.pk, now=NOW
    )
    assert request.preview[0]["gross"] == -9 * YUAN
    assert market.shares("acme") == {"award": 2_700_000, "paid": 24_300_000}
    # and its maker may not approve it
    with pytest.raises(rerate.UnableToApproveRerate):
        rerate.approve_and_run(request_id=request.pk, approver_id=maker.pk, now=NOW)
    # when somebody else does
    [difference] = rerate.approve_and_run(request_id=request.pk, approver_id=approver.pk, now=NOW)
    # then nine hours stand at 2 yuan, and a second run finds nothing to mend
    assert (difference.gross, difference.programme, difference.tenant) == (
        -9 * YUAN,
        -900_000,
        -8_100_000,
    )
    assert market.shares("acme") == {"award": 1_800_000, "paid": 16_200_000}
    assert list(rerate.preview(month=date(2026, 11, 1), now=NOW)) == []


def test_arrears_that_were_paid_meanwhile_come_back_to_a_lot() -> None:
    # given 10 h that nobody paid, and a top-up of 30 yuan that cleared them
    market = make_market(price_micro=YUAN)
    tenant = market.add_tenant("acme")
    market.report(use("job", 10))
    market.rate()
    market.top_up("acme", yuan=30)
    assert ledger_queries.arrears_by_cause(tenant_id=tenant.pk) == {}
    # when four hours are taken back
    market.report(correction("job", 0, 4))
    market.rate()
    # then the lot has 24 yuan again and nothing lies on the arrears
    assert balances(market)["paid"] == 24 * YUAN
    assert balances(market)["arrears"] == 0

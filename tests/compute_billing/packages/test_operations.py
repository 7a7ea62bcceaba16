"""Packages are sold, resized, renewed and ended: money, card time and capacity together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from compute_billing.ledger.models import CreditLot, LedgerBalance
from compute_billing.metering import operations as metering
from compute_billing.packages import operations
from compute_billing.packages.models import PackageChange, PackageRecognition, PackageTerm
from compute_billing.packages.operations import (
    CapacityExhausted,
    InsufficientBalance,
    PackageQuoteChanged,
    PackageUsedAlready,
    UnableToApproveOffer,
    UnableToChangePackage,
    UnableToOrderPackage,
    UnknownPackage,
    UnknownPackageOffer,
)
from kernel.models import AuditEntry, OutboxEvent
from tests.builders.accounts import make_user
from tests.builders.market import CARD_HOUR, YUAN, instant_ms
from tests.builders.packages import (
    NOW,
    TOMORROW,
    deferred,
    make_offer,
    make_shop,
)

pytestmark = pytest.mark.django_db
# A month from 9 April to 9 May 2023, as in the public example.
ORDERED = datetime(2023, 4, 8, 2, tzinfo=UTC)
CHANGED = datetime(2023, 4, 18, 2, tzinfo=UTC)
APRIL, MAY = date(2023, 4, 1), date(2023, 5, 1)


def lots_of(shop) -> list[tuple[date, int, int]]:
    """Return the month, what was granted and what is left of each lot of card time."""
    lots = CreditLot.objects.filter(tenant=shop.tenant, stage="in_kind").order_by("starts_at", "pk")
    return [
        (
            (lot.starts_at + timedelta(hours=8)).date(),
            lot.granted // CARD_HOUR,
            LedgerBalance.objects.get(account_id=lot.account_id).posted // CARD_HOUR,
        )
        for lot in lots
    ]


def test_an_order_moves_money_card_time_and_capacity():
    shop = make_shop()

    order = shop.order(cards=2, terms=2)

    assert (order.starts_on, order.ends_on) == (TOMORROW, date(2026, 12, 6))
    assert shop.money() == (1_000_000 - 2 * 2 * 1_750) * YUAN
    assert deferred(order) == 7_000 * YUAN
    assert lots_of(shop) == [
        (date(2026, 10, 6), 2 * 26 * 24, 2 * 26 * 24),
        (date(2026, 11, 1), 2 * 30 * 24, 2 * 30 * 24),
        (date(2026, 12, 1), 2 * 5 * 24, 2 * 5 * 24),
    ]
    days = (TOMORROW, date(2026, 12, 5), date(2026, 12, 6))
    assert [shop.free(day) for day in days] == [6, 6, 8]
    contract = PackageTerm.objects.get(order=order).contract
    assert contract.contract_no == f"{order.number}-1"
    assert contract.amount_micro == 7_000 * YUAN
    assert AuditEntry.objects.filter(action="packages.order", object_id=order.pk).count() == 1
    assert OutboxEvent.objects.get(kind="package.ordered").payload["ends_on"] == "2026-12-06"


def test_use_burns_the_package_before_any_money():
    # Given a package of two cards from 6 October on
    shop = make_shop()
    shop.order()
    map_account(shop)

    # When it is used after that, and other cards before
    shop.market.report(
        used(datetime(2026, 10, 7, tzinfo=UTC), hours=3),
        used(datetime(2026, 10, 3, tzinfo=UTC), hours=1),
    )
    shop.market.rate()

    # Then the package pays its time in card time, and money the rest
    shares = shop.market.shares("buyer")
    assert shares["in_kind"] == 6 * CARD_HOUR
    assert shares["paid"] == 2 * 2_430_000


def map_account(shop) -> None:
    """Let use of the account "buyer" be the tenant's."""
    shop.market.tenants["buyer"] = shop.tenant
    metering.map_account(source_id=shop.market.source.pk, account="buyer", tenant_id=shop.tenant.pk)


def used(started_at: datetime, *, hours: int, cards: int = 2) -> dict[str, object]:
    """Return what a source tells of a job of the tenant."""
    return {
        "account": "buyer",
        "milli_cards": cards * 1_000,
        "started_ms": instant_ms(started_at),
        "ended_ms": instant_ms(started_at + timedelta(hours=hours)),
    }


def test_a_resize_costs_what_the_public_example_says():
    shop = make_shop(now=ORDERED)
    order = shop.order(cards=1, starts_on=date(2023, 4, 9), now=ORDERED)

    shop.act(operations.resize_package, order, cards=2, now=CHANGED)

    change = PackageChange.objects.get(order=order, kind="resize")
    assert (change.starts_on, change.ends_on) == (date(2023, 4, 19), date(2023, 5, 9))
    assert (change.factor, change.amount_micro) == (6_581, 1_151_670_000)
    assert deferred(order) == 1_750 * YUAN + 1_151_670_000
    assert lots_of(shop) == [
        (date(2023, 4, 9), 22 * 24, 22 * 24),
        (date(2023, 4, 19), 12 * 24, 12 * 24),
        (date(2023, 5, 1), 8 * 24, 8 * 24),
        (date(2023, 5, 1), 8 * 24, 8 * 24),
    ]


def test_more_and_then_fewer_cards_on_one_day_come_to_nothing():
    shop = make_shop(now=ORDERED)
    order = shop.order(cards=1, starts_on=date(2023, 4, 9), now=ORDERED)
    before = (shop.money(), shop.free(date(2023, 4, 20)), deferred(order))

    shop.act(operations.resize_package, order, cards=4, now=CHANGED)
    shop.act(operations.resize_package, order, cards=1, now=CHANGED)

    assert (shop.money(), shop.free(date(2023, 4, 20)), deferred(order)) == before


def test_an_early_end_gives_back_the_rest_less_the_fee():
    # Given two cards of an offer that keeps a tenth
    shop = make_shop(now=ORDERED, fee_ppm=100_000)
    order = shop.order(cards=2, starts_on=date(2023, 4, 9), now=ORDERED)
    paid = shop.money()

    # When it is ended on 18 April
    shop.act(operations.end_package, order, now=CHANGED)

    # Then of 2 × 1750 × 0.6581 = 2303.35 yuan 2073.01 are given back, and all days are free
    change = PackageChange.objects.get(order=order, kind="end")
    assert (change.amount_micro, change.fee_micro) == (-2_073_010_000, 230_340_000)
    assert shop.money() == paid + 2_073_010_000
    assert (shop.free(date(2023, 4, 18)), shop.free(date(2023, 4, 19))) == (6, 8)
    order.refresh_from_db()
    assert (order.ends_on, order.ended_early) == (date(2023, 4, 19), True)
    april = (date(2023, 4, 9), 2 * 22 * 24, 2 * 10 * 24)
    may = (date(2023, 5, 1), 2 * 8 * 24, 0)
    assert lots_of(shop) == [april, may]
    with pytest.raises(UnableToChangePackage):
        shop.act(operations.resize_package, order, cards=3, now=CHANGED)


def test_months_earn_what_an_end_would_not_give_back():
    # Given a month from 9 April on, with another card from the 19th on
    shop = make_shop(now=ORDERED)
    order = shop.order(cards=1, starts_on=date(2023, 4, 9), now=ORDERED)
    shop.act(operations.resize_package, order, cards=2, now=CHANGED)

    # When both months are over
    operations.recognise_month(month=MAY, now=datetime(2023, 6, 2, tzinfo=UTC))

    # Then April earned all but what 8/31 = 0.2581 months of two cards are worth, and May the rest
    earned = PackageRecognition.objects.filter(order=order).order_by("month")
    waits = 2 * 1_750 * 2_581 * 100
    assert list(earned.values_list("month", "amount_micro")) == [
        (APRIL, 2_901_670_000 - waits),
        (MAY, waits),
    ]
    assert deferred(order) == 0
    # And doing it again changes nothing
    assert operations.recognise_month(month=MAY, now=datetime(2023, 6, 3, tzinfo=UTC)) == 0


def test_a_late_recognition_is_the_same():
    # Given two packages, and one of them is recognised in time
    amounts = []
    for is_late in (False, True):
        shop = make_shop(now=ORDERED)
        order = shop.order(cards=1, terms=3, starts_on=date(2023, 4, 9), now=ORDERED)
        if not is_late:
            operations.recognise_month(month=APRIL, now=datetime(2023, 5, 1, tzinfo=UTC))
        # When both are resized in May and then recognised
        shop.act(operations.resize_package, order, cards=3, now=datetime(2023, 5, 8, tzinfo=UTC))
        operations.recognise_month(month=date(2023, 7, 1), now=datetime(2023, 8, 1, tzinfo=UTC))
        earned = PackageRecognition.objects.filter(order=order).order_by("month")
        amounts.append(list(earned.values_list("month", "amount_micro")))
        assert deferred(order) == 0

    # Then each month earned the same
    assert amounts[0] == amounts[1]
    assert len(amounts[0]) == 4


def test_an_end_before_the_beginning_earns_the_fee_in_the_first_month():
    shop = make_shop(fee_ppm=50_000)
    order = shop.order(cards=2, starts_on=date(2026, 12, 1))
    shop.act(operations.end_package, order)

    operations.recognise_month(month=date(2026, 12, 1), now=datetime(2027, 1, 2, tzinfo=UTC))

    assert deferred(order) == 0
    assert PackageRecognition.objects.get(order=order).amount_micro == 175 * YUAN


def test_a_renewal_goes_on_at_the_price_that_holds_then():
    # Given a package from 31 January on, and a dearer offer meanwhile
    ordered = datetime(2027, 1, 20, tzinfo=UTC)
    shop = make_shop(now=ordered)
    order = shop.order(starts_on=date(2027, 1, 31), now=ordered)
    make_offer(shop.market, price_micro=2_000 * YUAN, valid_from=datetime(2027, 2, 2, tzinfo=UTC))

    # When it is renewed
    shop.act(operations.renew_package, order, terms=1, now=datetime(2027, 2, 10, tzinfo=UTC))

    # Then the end is reckoned from the first day, and the contract is one of its own
    order.refresh_from_db()
    assert order.ends_on == date(2027, 3, 31)
    renewal = PackageTerm.objects.get(order=order, term_no=2)
    assert (renewal.starts_on, renewal.price_micro) == (date(2027, 2, 28), 2_000 * YUAN)
    assert renewal.contract.contract_no == f"{order.number}-2"
    assert deferred(order) == 2 * (1_750 + 2_000) * YUAN

    # And a resize then touches both terms, each at its own price
    shop.act(operations.resize_package, order, cards=3, now=datetime(2027, 2, 10, tzinfo=UTC))
    resized = PackageChange.objects.filter(order=order, kind="resize").order_by("term_id")
    assert [change.factor for change in resized] == [6_071, 10_000]
    assert [change.amount_micro for change in resized] == [1_062_420_000, 2_000 * YUAN]


def test_no_card_is_sold_twice():
    shop = make_shop(sellable=3)
    shop.order(cards=2)

    with pytest.raises(CapacityExhausted) as refusal:
        shop.order(cards=2, starts_on=date(2026, 10, 20))

    assert refusal.value.details == {"day": "2026-10-20", "free": 1}
    assert deferred(shop.order(cards=2, starts_on=date(2026, 11, 6))) == 3_500 * YUAN


def test_days_that_nobody_offers_cannot_be_bought():
    shop = make_shop()

    with pytest.raises(CapacityExhausted):
        shop.order(terms=36, starts_on=TOMORROW + timedelta(days=300))


def test_who_has_too_little_money_buys_nothing():
    shop = make_shop(yuan=3_000)

    with pytest.raises(InsufficientBalance) as refusal:
        shop.order(cards=2)

    assert refusal.value.details == {"missing": "500.000000"}
    assert (shop.money(), shop.free(TOMORROW), lots_of(shop)) == (3_000 * YUAN, 8, [])


def test_what_was_used_cannot_be_given_back():
    # Given a package of two cards, of which 1,200 card-hours are used in its first days
    shop = make_shop()
    order = shop.order(cards=2)
    map_account(shop)
    shop.market.report(used(datetime(2026, 10, 7, tzinfo=UTC), hours=150, cards=8))
    shop.market.rate()

    # When one card is to be given back, then the month's time is not there any more
    with pytest.raises(PackageUsedAlready) as refusal:
        shop.act(operations.resize_package, order, cards=1, now=datetime(2026, 10, 14, tzinfo=UTC))
    assert refusal.value.details == {"month": "2026-10"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"cards": 0}, "cards"),
        ({"terms": 0}, "terms"),
        ({"terms": 37}, "terms"),
        ({"starts_on": date(2026, 10, 5)}, "starts_on"),
        ({"starts_on": date(2027, 10, 20)}, "starts_on"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(said, field):
    shop = make_shop()

    with pytest.raises(UnableToOrderPackage) as refusal:
        shop.order(**said)

    assert refusal.value.details["field"] == field


def test_an_offer_is_of_a_least_number_of_cards():
    shop = make_shop(cards_min=4)
    order = shop.order(cards=4)

    with pytest.raises(UnableToOrderPackage):
        shop.order(cards=3)
    with pytest.raises(UnableToChangePackage):
        shop.act(operations.resize_package, order, cards=3)
    with pytest.raises(UnableToChangePackage):
        shop.act(operations.resize_package, order, cards=4)


def test_what_was_seen_is_what_is_signed():
    shop = make_shop()

    with pytest.raises(PackageQuoteChanged):
        shop.order(cards=2, expected_micro=1)

    assert shop.order(cards=2, expected_micro=3_500 * YUAN).cards == 2


def test_an_offer_that_is_over_is_none():
    shop = make_shop()
    make_offer(shop.market, valid_from=NOW - timedelta(hours=1))

    with pytest.raises(UnknownPackageOffer):
        shop.order()


def test_a_strangers_package_is_none():
    shop, other = make_shop(), make_shop()
    order = shop.order()

    with pytest.raises(UnknownPackage):
        other.act(operations.end_package, order)


def test_who_proposes_an_offer_does_not_approve_it():
    shop, maker = make_shop(), make_user()
    draft = operations.propose_offer(
        proposal=operations.OfferProposal(
            cluster_id=shop.market.cluster.pk,
            meter_id=shop.market.meter.pk,
            term_kind="year",
            price_micro=1_500 * YUAN,
            cards_min=1,
            tax_class="vat_6",
            fee_ppm=0,
            valid_from=NOW + timedelta(days=1),
        ),
        maker_id=maker.pk,
        now=NOW,
    )

    with pytest.raises(UnableToApproveOffer):
        operations.approve_offer(draft_id=draft.public_id, approver_id=maker.pk, now=NOW)


def test_a_year_is_twelve_months_at_its_own_price():
    shop = make_shop()
    yearly = make_offer(shop.market, term_kind="year", price_micro=1_500 * YUAN)

    order = shop.order(offer_id=yearly.public_id, cards=1, terms=1)

    assert order.ends_on == date(2027, 10, 6)
    assert deferred(order) == 12 * 1_500 * YUAN

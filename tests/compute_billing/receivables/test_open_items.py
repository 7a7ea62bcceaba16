"""What is owed: bills of use on credit with due days, and arrears; what paid them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from compute_billing.disputes.models import UsageDispute
from compute_billing.invoices.models import Invoice
from compute_billing.ledger.models import CreditLot, LedgerBalance, Wallet
from compute_billing.ledger.queries import wallet_state
from compute_billing.receivables import queries
from tests.builders.disputes import dispute_use
from tests.builders.invoices import NOVEMBER, close, make_correction, make_use, the_bill
from tests.builders.market import PRICE_MICRO, YUAN, Market
from tests.builders.receivables import CODE, ISSUED, items, on_credit, owed, pay_in, tenant_of

pytestmark = pytest.mark.django_db

DECEMBER_2 = datetime(2026, 12, 2, 12, tzinfo=UTC)


def used_and_billed(market: Market, *, hours: int) -> Invoice:
    """Use one card for so many hours in October and close the month."""
    make_use(market, CODE, duration=timedelta(hours=hours))
    close(market, CODE, now=ISSUED)
    return the_bill(market, CODE)


def test_a_bill_of_use_on_credit_is_due_on_a_working_day() -> None:
    # Given terms of 30 days and a bill of 2 November: 2 December is a Wednesday
    market = on_credit()

    bill = used_and_billed(market, hours=10)

    assert bill.due_on == date(2026, 12, 2)
    [item] = items(market)
    assert (item.kind, item.reference) == ("bill", f"2026-{bill.number:06d}")
    assert (item.amount, item.open, item.due_on) == (24_300_000, 24_300_000, date(2026, 12, 2))
    assert (owed(market).owed, owed(market).unbilled) == (24_300_000, 0)


def test_a_due_day_on_a_weekend_moves_to_the_next_working_day() -> None:
    # Given terms of 26 days: 28 November is a Saturday
    market = on_credit()
    Wallet.objects.filter(tenant=tenant_of(market)).update(net_days=26)

    assert used_and_billed(market, hours=1).due_on == date(2026, 11, 30)


def test_what_was_paid_in_advance_has_no_due_day() -> None:
    market = on_credit()
    pay_in(market, micro=100 * YUAN, reference="ahead", now=ISSUED - timedelta(days=60))

    assert used_and_billed(market, hours=1).due_on is None
    assert queries.receivables_of(tenant_id=tenant_of(market).pk) == []


def test_a_payment_clears_the_oldest_bill_and_frees_the_credit() -> None:
    # Given two bills of 24.30 and 4.86
    market = on_credit()
    first = used_and_billed(market, hours=10)
    make_use(market, CODE, month=NOVEMBER, duration=timedelta(hours=2))
    close(market, CODE, month=NOVEMBER, now=DECEMBER_2)

    # When 25 yuan come in
    pay_in(market, micro=25 * YUAN, reference="one", now=DECEMBER_2 + timedelta(hours=1))

    # Then the first is paid and 0.70 went to the second; each traces to the posting
    [item] = items(market)
    assert (item.amount, item.open) == (4_860_000, 4_160_000)
    made = owed(market).allocations
    assert [one.amount for one in made] == [24_300_000, 700_000]
    assert made[0].key == f"bill:{first.pk}"
    assert made[0].posting_id == made[1].posting_id is not None
    assert wallet_state(tenant_id=tenant_of(market).pk).credit_used == 4_160_000


def test_what_is_paid_beyond_the_debts_stays_in_the_wallet() -> None:
    market = on_credit()
    used_and_billed(market, hours=10)

    pay_in(market, micro=100 * YUAN, reference="one", now=DECEMBER_2)

    assert items(market) == []
    lot = CreditLot.objects.get(tenant=tenant_of(market))
    assert LedgerBalance.objects.get(account_id=lot.account_id).posted == 75_700_000


def test_use_that_is_on_no_bill_yet_is_owed_and_not_asked_for() -> None:
    market = on_credit()
    make_use(market, CODE)

    assert items(market) == []
    assert owed(market).unbilled == PRICE_MICRO


def test_what_paid_use_ahead_of_its_bill_goes_to_that_bill() -> None:
    # Given use of two yuan and some, half paid before it is billed
    market = on_credit()
    make_use(market, CODE)
    pay_in(market, micro=YUAN, reference="early", now=ISSUED - timedelta(days=1))

    close(market, CODE, now=ISSUED)

    [item] = items(market)
    assert (item.amount, item.open) == (PRICE_MICRO, PRICE_MICRO - YUAN)


def test_a_credit_note_lowers_its_bill_and_what_was_paid_goes_back() -> None:
    # Given a bill of two hours that is paid
    market = on_credit()
    used = make_use(market, CODE)
    make_use(market, CODE)
    close(market, CODE, now=ISSUED)
    pay_in(market, micro=2 * PRICE_MICRO, reference="all", now=ISSUED + timedelta(days=1))
    assert items(market) == []

    # When one hour is taken back, before and after its credit note
    make_correction(market, CODE, corrects=used)
    before = owed(market)
    close(market, CODE, month=NOVEMBER, now=DECEMBER_2)
    after = owed(market)

    # Then the money is in the wallet at once, and nothing is asked for
    lot = CreditLot.objects.get(tenant=tenant_of(market))
    assert LedgerBalance.objects.get(account_id=lot.account_id).posted == PRICE_MICRO
    assert (before.owed, after.owed, after.items) == (0, 0, [])
    assert [one.amount for one in after.allocations] == [2 * PRICE_MICRO, -PRICE_MICRO]


def test_arrears_are_items_of_the_day_on_which_they_arose() -> None:
    # Given a credit limit of one yuan, and use of 2.43
    market = on_credit(limit_yuan=1)
    make_use(market, CODE)
    close(market, CODE, now=ISSUED)

    # Then 1 yuan is on the bill, and 1.43 are arrears of the day on which it was rated
    kinds = {item.kind: (item.open, item.since) for item in items(market)}
    assert kinds["bill"] == (YUAN, date(2026, 11, 2))
    assert kinds["arrears"] == (1_430_000, date(2026, 11, 20))

    # And money clears arrears first
    pay_in(market, micro=2 * YUAN, reference="some", now=DECEMBER_2)
    assert [(item.kind, item.open) for item in items(market)] == [("bill", 430_000)]


def test_what_is_disputed_is_not_asked_for() -> None:
    market = on_credit()
    used = make_use(market, CODE)
    make_use(market, CODE)
    close(market, CODE, now=ISSUED)

    dispute_use(market, tenant_of(market), external_id=used)

    assert UsageDispute.objects.count() == 1
    [item] = items(market)
    assert (item.open, item.disputed, item.asked) == (2 * PRICE_MICRO, PRICE_MICRO, PRICE_MICRO)


def test_items_age_by_the_days_behind_their_due_day() -> None:
    market = on_credit()
    used_and_billed(market, hours=1)
    [item] = items(market)

    days = [date(2026, 12, 2), date(2026, 12, 3), date(2027, 1, 1), date(2027, 1, 2)]
    assert [item.bucket(today=day) for day in days] == [
        "not_due",
        "days_1_30",
        "days_1_30",
        "days_31_60",
    ]
    assert owed(market).aged(today=date(2027, 6, 1))["days_over_90"] == PRICE_MICRO


def test_the_statement_closes_with_the_balance_of_the_books() -> None:
    # Given a bill of ten hours, 20 yuan paid, and an hour that is on no bill yet
    market = on_credit()
    used_and_billed(market, hours=10)
    pay_in(market, micro=20 * YUAN, reference="part", now=DECEMBER_2)
    make_use(market, CODE, month=NOVEMBER)
    tenant = tenant_of(market)
    whose = {"tenant_id": tenant.pk, "operator_id": market.operator.pk}

    whole = queries.account_statement(**whose, since=date(2026, 11, 1), until=date(2026, 12, 31))

    told = [(entry.kind, entry.amount, entry.allocated) for entry in whole.entries]
    assert told == [
        ("bill", -24_300_000, 0),
        ("payment", 20 * YUAN, 0),
        ("allocation", 0, 20 * YUAN),
    ]
    assert (whole.opening.balance, whole.opening.unbilled) == (0, 0)
    assert (whole.closing.balance, whole.closing.unbilled) == (-4_300_000, PRICE_MICRO)
    assert whole.closing.ledger == -wallet_state(tenant_id=tenant.pk).credit_used
    # And two halves meet
    head = queries.account_statement(**whose, since=date(2026, 11, 1), until=date(2026, 11, 30))
    tail = queries.account_statement(**whose, since=date(2026, 12, 1), until=date(2026, 12, 31))
    assert head.closing == tail.opening
    assert [*head.entries, *tail.entries] == list(whole.entries)

"""The judgement of entries, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from compute_billing.ledger.arrears import Portion, clearing
from compute_billing.ledger.transfers import (
    AMOUNT_MAX,
    Entry,
    Result,
    Standing,
    Status,
    Transfer,
    is_malformed,
    judge,
)

NOW = datetime(2026, 10, 1, tzinfo=UTC)
UNITS = {1: "CNY", 2: "CNY", 3: "CNY", 9: "CT:910B"}


def entry(*transfers: Transfer, reference: str = "r1", kind: str = "k") -> Entry:
    return Entry(kind=kind, reference=reference, occurred_at=NOW, transfers=transfers)


def pay(source: int, destination: int, amount: int) -> Transfer:
    return Transfer(source, destination, "CNY", amount)


def judged(*entries: Entry, available: dict[int, int] | None = None) -> list[Result]:
    return judge(entries, standing={}, units=UNITS, available=available or {})


@pytest.mark.parametrize(
    "malformed",
    [
        entry(),
        entry(pay(1, 2, 0)),
        entry(pay(1, 2, -5)),
        entry(pay(1, 2, AMOUNT_MAX + 1)),
        entry(pay(1, 1, 5)),
        entry(pay(1, 2, 5), reference=""),
        entry(pay(1, 2, 5), reference="r" * 201),
        entry(pay(1, 2, 5), kind=""),
        entry(pay(1, 2, 5), kind="k" * 33),
    ],
)
def test_what_no_books_could_hold_is_malformed(malformed):
    assert is_malformed(malformed)


def test_a_plain_entry_is_well_formed():
    assert not is_malformed(entry(pay(1, 2, AMOUNT_MAX), reference="r" * 200, kind="k" * 32))


def test_an_account_without_a_floor_may_owe():
    assert judged(entry(pay(1, 2, 10))) == [Result(status=Status.POSTED)]


def test_a_floored_account_falls_short_by_what_is_missing():
    assert judged(entry(pay(1, 2, 10)), available={1: 7}) == [
        Result(status=Status.OVERDRAFT, account_id=1, shortfall=3)
    ]


def test_within_an_entry_only_the_net_change_counts():
    through = entry(pay(3, 1, 10), pay(1, 2, 12))
    assert judged(through, available={1: 2}) == [Result(status=Status.POSTED)]


def test_entries_are_judged_in_their_order():
    spend = entry(pay(1, 2, 10), reference="spend")
    earn = entry(pay(3, 1, 10), reference="earn")
    again = entry(pay(1, 2, 10), reference="again")
    statuses = [result.status for result in judged(spend, earn, again, available={1: 0})]
    assert statuses == [Status.OVERDRAFT, Status.POSTED, Status.POSTED]


def test_a_refused_entry_takes_nothing():
    much = entry(pay(1, 2, 11), reference="much")
    little = entry(pay(1, 2, 10), reference="little")
    statuses = [result.status for result in judged(much, little, available={1: 10})]
    assert statuses == [Status.OVERDRAFT, Status.POSTED]


def test_a_refused_key_is_free_for_another_entry():
    refused = entry(pay(1, 2, 11))
    smaller = entry(pay(1, 2, 10))
    statuses = [result.status for result in judged(refused, smaller, available={1: 10})]
    assert statuses == [Status.OVERDRAFT, Status.POSTED]


def test_a_key_that_stands_is_a_repeat_or_reused():
    books = {("k", "r1"): Standing(transaction_id=70, transfers=(pay(1, 2, 5), pay(1, 3, 6)))}
    same = entry(pay(1, 3, 6), pay(1, 2, 5))
    other = entry(pay(1, 2, 5))
    results = judge([same, other], standing=books, units=UNITS, available={1: 0})
    assert results == [
        Result(status=Status.REPEATED, transaction_id=70),
        Result(status=Status.REFERENCE_REUSED, transaction_id=70),
    ]


@pytest.mark.parametrize("other", [pay(1, 3, 5), pay(3, 2, 5), pay(2, 1, 5), pay(1, 2, 6)])
def test_the_same_amount_between_other_accounts_is_other_content(other):
    books = {("k", "r1"): Standing(transaction_id=70, transfers=(pay(1, 2, 5),))}
    (result,) = judge([entry(other)], standing=books, units=UNITS, available={})
    assert result.status == Status.REFERENCE_REUSED


def test_a_repeat_in_one_batch_is_like_a_repeat_later():
    first = entry(pay(1, 2, 5))
    other = entry(pay(1, 2, 6))
    statuses = [result.status for result in judged(first, first, other, available={1: 5})]
    assert statuses == [Status.POSTED, Status.REPEATED, Status.REFERENCE_REUSED]


def test_an_unknown_account_is_named():
    assert judged(entry(pay(1, 404, 5))) == [Result(status=Status.UNKNOWN_ACCOUNT, account_id=404)]


def test_money_does_not_become_card_time():
    assert judged(entry(pay(1, 9, 5))) == [Result(status=Status.UNIT_MISMATCH, account_id=9)]


class TestClearing:
    def test_the_oldest_debt_is_paid_first(self):
        debts = [Portion(account_id=50, amount=30), Portion(account_id=51, amount=20)]
        transfers = clearing(debts=debts, lots=[Portion(account_id=1, amount=40)], unit="CNY")
        assert transfers == [pay(1, 50, 30), pay(1, 51, 10)]

    def test_lots_are_spent_in_their_order(self):
        lots = [Portion(account_id=1, amount=10), Portion(account_id=2, amount=90)]
        debts = [Portion(account_id=50, amount=25)]
        assert clearing(debts=debts, lots=lots, unit="CNY") == [pay(1, 50, 10), pay(2, 50, 15)]

    def test_debts_of_one_account_are_one_transfer(self):
        debts = [Portion(account_id=50, amount=3), Portion(account_id=50, amount=4)]
        lots = [Portion(account_id=1, amount=100)]
        assert clearing(debts=debts, lots=lots, unit="CNY") == [pay(1, 50, 7)]

    def test_without_money_or_debt_nothing_moves(self):
        one = [Portion(account_id=1, amount=5)]
        assert clearing(debts=[], lots=one, unit="CNY") == []
        assert clearing(debts=one, lots=[], unit="CNY") == []

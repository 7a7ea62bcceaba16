"""No balance is overspent, no account is opened twice, no key is posted twice: raced."""

from __future__ import annotations

import time
from functools import partial

import pytest

from compute_billing.ledger import operations, queries
from compute_billing.ledger.models import LedgerAccount, LedgerBalance, LedgerTransaction
from compute_billing.ledger.operations import CNY, Entry, Overdraft, Status, Transfer
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders.ledger import (
    NOW,
    make_account,
    make_debt,
    make_entry,
    make_floored_account,
    make_operator,
    make_tenant,
)
from tests.concurrency.racing import run_race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [15, pytest.param(250, marks=pytest.mark.soak)]
HOLD_SECONDS = 0.005

LIVE_AND_POSTED = """
    SELECT b.account_id, b.posted AS live, coalesce(sum(
        CASE WHEN p.destination_account_id = b.account_id THEN p.amount ELSE -p.amount END
    ), 0)::bigint AS posted
    FROM ledger_balance b LEFT JOIN ledger_posting p
        ON b.account_id IN (p.source_account_id, p.destination_account_id)
    GROUP BY b.account_id, b.posted
"""


def post(entry: Entry) -> int:
    with transaction():
        return operations.post(
            kind=entry.kind,
            reference=entry.reference,
            occurred_at=NOW,
            now=NOW,
            transfers=entry.transfers,
        )


def post_batch(entries: list[Entry]) -> list[Status]:
    with transaction():
        return [result.status for result in operations.post_batch(entries=entries, now=NOW)]


def assert_live_balances_are_their_postings() -> None:
    assert [row for row in rows(LIVE_AND_POSTED) if row["live"] != row["posted"]] == []


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_spenders_of_one_balance(rounds):
    shop = make_account()
    wallets = []

    def make_works(_: int):
        wallets.append(make_floored_account(amount=100))
        spend = Transfer(wallets[-1], shop, CNY, 60)
        return [partial(post, make_entry(spend)) for _ in range(2)]

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sum(isinstance(outcome, Overdraft) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    left = LedgerBalance.objects.filter(account_id__in=wallets).values_list("posted", flat=True)
    assert set(left) == {40}
    assert queries.balance(account_id=shop).posted == 60 * rounds
    assert_live_balances_are_their_postings()
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_many_askers_of_one_new_account(rounds):
    def ask(number: int) -> int:
        with transaction():
            account_id = operations.account(
                owner_kind="tenant", owner_id=number + 1, kind="paid", subject="raced"
            )
            time.sleep(HOLD_SECONDS)
            return account_id

    race = run_race(rounds=rounds, make_works=lambda number: [partial(ask, number)] * 4)

    assert all(len(set(outcomes)) == 1 for outcomes in race.rounds)
    assert LedgerAccount.objects.filter(subject="raced").count() == rounds
    assert LedgerBalance.objects.count() == rounds
    assert race.lock_waits > 0, "nobody ever waited for another's account"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_key_from_two_sides(rounds):
    """Between accounts without a floor no balance is locked: the key alone keeps it single."""
    bank, shop = make_account(), make_account()

    def post_slowly(entry: Entry) -> list[Status]:
        with transaction():
            results = operations.post_batch(entries=[entry], now=NOW)
            time.sleep(HOLD_SECONDS)
            return [result.status for result in results]

    def make_works(_: int):
        return [partial(post_slowly, make_entry(Transfer(bank, shop, CNY, 1)))] * 2

    race = run_race(rounds=rounds, make_works=make_works)

    for outcomes in race.rounds:
        assert sorted(map(str, outcomes)) == sorted([str([Status.POSTED]), str([Status.REPEATED])])
    assert queries.balance(account_id=shop).posted == rounds
    assert LedgerTransaction.objects.count() == rounds
    assert race.lock_waits > 0, "the two sides never met"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_one_key_with_its_last_money(rounds):
    """The second to come finds the money gone, and its own transaction in the books."""
    shop = make_account()

    def make_works(_: int):
        entry = make_entry(Transfer(make_floored_account(amount=60), shop, CNY, 60))
        return [partial(post, entry)] * 2

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=10 * rounds)

    assert all(len(set(outcomes)) == 1 for outcomes in race.rounds)
    assert queries.balance(account_id=shop).posted == 60 * len(race.rounds)
    assert race.lock_waits > 0, "the two sides never met"


@pytest.mark.parametrize("rounds", ROUNDS)
def test_batches_that_cross_do_not_block_each_other(rounds):
    accounts = [make_floored_account(amount=1_000_000) for _ in range(6)]
    shared = [make_entry(Transfer(accounts[0], accounts[5], CNY, 3)) for _ in range(5)]

    def batch(order: list[int]) -> list[Entry]:
        own = [
            make_entry(Transfer(source, destination, CNY, 1))
            for source in order
            for destination in order
            if source != destination
        ]
        return own + shared if order[0] == accounts[0] else shared[::-1] + own

    def make_works(_: int):
        return [
            partial(post_batch, batch(accounts)),
            partial(post_batch, batch(accounts[::-1])),
        ]

    race = run_race(rounds=rounds, make_works=make_works)

    told = [status for outcomes in race.rounds for statuses in outcomes for status in statuses]
    assert set(told) <= {Status.POSTED, Status.REPEATED}
    assert told.count(Status.POSTED) == rounds * 2 * 30 + 5
    assert queries.balance(account_id=accounts[5]).posted == 1_000_015
    assert_live_balances_are_their_postings()
    race.assert_they_met()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_payments_that_settle_one_debt(rounds):
    operator = make_operator()
    tenants = []

    def pay(tenant_id: int, reference: str) -> None:
        operations.top_up(
            tenant_id=tenant_id,
            operator_id=operator.pk,
            amount_micro=60,
            custody="bank",
            reference=reference,
            now=NOW,
        )

    def make_works(number: int):
        tenant = make_tenant()
        make_debt(tenant_id=tenant.pk, operator_id=operator.pk, amount=100)
        tenants.append(tenant.pk)
        return [partial(pay, tenant.pk, f"{number}-{racer}") for racer in range(3)]

    race = run_race(rounds=rounds, make_works=make_works, rounds_max=10 * rounds)

    for tenant_id in tenants:
        assert queries.arrears(tenant_id=tenant_id) == []
        (left,) = queries.tenant_balance(tenant_id=tenant_id, at=NOW)
        assert left.posted == 80
    assert_live_balances_are_their_postings()
    assert race.lock_waits > 0, "no payment waited for another"

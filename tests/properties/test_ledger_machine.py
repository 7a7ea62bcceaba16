"""The books against a model that is a dictionary: whatever is posted, in whatever batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from compute_billing.ledger import operations, queries
from compute_billing.ledger.operations import Entry, Result, Status, Transfer
from kernel.sql import rows
from kernel.transactions import transaction as unit_of_work
from tests.builders.ledger import NOW

pytestmark = pytest.mark.django_db

CARD_TIME = "CT:910B"
KINDS = [
    ("cash", "CNY"),
    ("paid", "CNY"),
    ("paid", "CNY"),
    ("promotion", "CNY"),
    ("compute_revenue", "CNY"),
    ("card_time_granted", CARD_TIME),
    ("in_kind", CARD_TIME),
    ("card_time_used", CARD_TIME),
]
FLOORED = {"paid", "promotion", "in_kind"}
PLACES = range(len(KINDS))

Leg = tuple[int, int, int]
"""(place of the source, place of the destination, amount)"""

legs = st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(0, 40))
plans = st.tuples(st.integers(0, 30), st.lists(legs, min_size=0, max_size=3))
"""(number of the reference, legs): few references, so that some come again"""


def open_accounts(subject: str) -> list[int]:
    with unit_of_work():
        return [
            operations.account(
                owner_kind="tenant", owner_id=1, kind=kind, subject=f"{subject}{place}", unit=unit
            )
            for place, (kind, unit) in enumerate(KINDS)
        ]


def entry(prefix: str, accounts: list[int], number: int, plan: list[Leg]) -> Entry:
    transfers = [
        Transfer(accounts[source], accounts[destination], KINDS[source][1], amount)
        for source, destination, amount in plan
    ]
    return Entry(kind="test", reference=f"{prefix}{number}", occurred_at=NOW, transfers=transfers)


class Model:
    """What the books should hold: one entry after the other, judged by hand."""

    def __init__(self) -> None:
        self.balances = dict.fromkeys(PLACES, 0)
        self.posted: dict[int, list[Leg]] = {}

    def post(self, number: int, plan: list[Leg]) -> Status:
        if not plan or any(amount == 0 or source == into for source, into, amount in plan):
            return Status.MALFORMED
        if number in self.posted:
            same = sorted(self.posted[number]) == sorted(plan)
            return Status.REPEATED if same else Status.REFERENCE_REUSED
        if any(KINDS[source][1] != KINDS[into][1] for source, into, _ in plan):
            return Status.UNIT_MISMATCH
        after = dict(self.balances)
        for source, into, amount in plan:
            after[source] -= amount
            after[into] += amount
        if any(
            KINDS[place][0] in FLOORED and after[place] < min(0, self.balances[place])
            for place in PLACES
        ):
            return Status.OVERDRAFT
        self.balances = after
        self.posted[number] = plan
        return Status.POSTED


class Books(RuleBasedStateMachine):
    """Posts plans alone and in batches, and compares each answer and each balance."""

    @initialize()
    def open(self) -> None:
        self.accounts = open_accounts("live")
        self.model = Model()
        self.told: list[tuple[int, list[Leg], Status]] = []

    def compare(self, plans: list[tuple[int, list[Leg]]], results: list[Result]) -> None:
        for (number, plan), result in zip(plans, results, strict=True):
            expected = self.model.post(number, plan)
            assert result.status == expected
            assert (result.transaction_id is None) == (expected not in IN_THE_BOOKS)
            self.told.append((number, plan, expected))

    @rule(plans=st.lists(plans, max_size=12))
    def post_a_batch(self, plans: list[tuple[int, list[Leg]]]) -> None:
        entries = [entry("live", self.accounts, number, plan) for number, plan in plans]
        with unit_of_work():
            results = operations.post_batch(entries=entries, now=NOW)
        self.compare(plans, results)

    @rule(plan=plans, repeats=st.integers(1, 2))
    def post_one(self, plan: tuple[int, list[Leg]], repeats: int) -> None:
        wanted = entry("live", self.accounts, *plan)
        for _ in range(repeats):
            expected = self.model.post(*plan)
            self.told.append((*plan, expected))
            refused = expected not in {Status.POSTED, Status.REPEATED}
            with expect_refusal(expected, refused=refused), unit_of_work():
                operations.post(
                    kind=wanted.kind,
                    reference=wanted.reference,
                    occurred_at=NOW,
                    now=NOW,
                    transfers=wanted.transfers,
                )

    @rule(place=st.sampled_from([1, 2, 3, 6]), amount=st.integers(1, 100), number=st.integers(31))
    def fill(self, place: int, amount: int, number: int) -> None:
        source = 5 if KINDS[place][1] == CARD_TIME else 0
        self.post_a_batch([(number, [(source, place, amount)])])

    @invariant()
    def the_books_are_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        found = [queries.balance(account_id=account_id) for account_id in self.accounts]
        assert [balance.posted for balance in found] == list(self.model.balances.values())
        assert all(b.available is None or b.available >= 0 for b in found)

    @invariant()
    def each_unit_sums_to_zero(self) -> None:
        totals: defaultdict[str, int] = defaultdict(int)
        for line in queries.trial_balance():
            totals[line.unit] += line.balance
        assert set(totals.values()) <= {0}

    @invariant()
    def live_balances_are_their_postings(self) -> None:
        assert rows(WRONG_BALANCES) == []

    def teardown(self) -> None:
        """Post everything again, to other accounts and in one batch: the same books."""
        if not getattr(self, "told", None):
            return
        accounts = open_accounts("replay")
        entries = [entry("replay", accounts, number, plan) for number, plan, _ in self.told]
        with unit_of_work():
            results = operations.post_batch(entries=entries, now=NOW)
        assert [result.status for result in results] == [status for _, _, status in self.told]
        found = [queries.balance(account_id=account_id).posted for account_id in accounts]
        assert found == list(self.model.balances.values())


IN_THE_BOOKS = {Status.POSTED, Status.REPEATED, Status.REFERENCE_REUSED}
WRONG_BALANCES = """
    SELECT b.account_id FROM ledger_balance b LEFT JOIN ledger_posting p
        ON b.account_id IN (p.source_account_id, p.destination_account_id)
    GROUP BY b.account_id, b.posted
    HAVING b.posted <> coalesce(sum(
        CASE WHEN p.destination_account_id = b.account_id THEN p.amount ELSE -p.amount END), 0)
"""


@contextmanager
def expect_refusal(status: Status, *, refused: bool) -> Iterator[None]:
    if not refused:
        yield
        return
    with pytest.raises(operations.UnableToPost) as refusal:
        yield
    assert refusal.value.details["reason"] == status


class IsolatedBooks(Books):
    """Each example in a transaction of its own that is rolled back, as a test case's is."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True
        self.block.__enter__()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            connection.set_rollback(True)
            self.block.__exit__(None, None, None)


@pytest.mark.parametrize("examples", [25, pytest.param(1000, marks=pytest.mark.soak)])
def test_whatever_is_posted_the_books_are_the_model(examples):
    run_state_machine_as_test(
        IsolatedBooks, settings=settings(max_examples=examples, stateful_step_count=20)
    )

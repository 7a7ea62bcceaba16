"""Entries in the books: what stands after posting, and what each refusal leaves untouched."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from compute_billing.ledger import operations, queries
from compute_billing.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerPosting,
    LedgerTransaction,
)
from compute_billing.ledger.operations import CNY, Overdraft, Status, Transfer
from kernel.transactions import MissingTransaction
from kernel.transactions import transaction as unit_of_work
from tests.builders.ledger import (
    NOW,
    make_account,
    make_entry,
    make_floored_account,
    make_operator,
    post_entries,
    post_entry,
)

pytestmark = pytest.mark.django_db


def run(text: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def posted(account_id: int) -> int:
    return queries.balance(account_id=account_id).posted


class TestAccounts:
    def test_a_floored_account_is_opened_with_its_balance(self):
        account_id = make_account(owner_kind="tenant", owner_id=7, kind="paid", subject="x")
        assert LedgerAccount.objects.get(id=account_id).has_floor
        balance = LedgerBalance.objects.get(account_id=account_id)
        assert (balance.posted, balance.held, balance.floor, balance.version) == (0, 0, 0, 0)

    def test_an_account_without_a_floor_has_no_balance_row(self):
        account_id = make_account(kind="cash")
        assert not LedgerBalance.objects.filter(account_id=account_id).exists()

    def test_the_same_key_is_the_same_account(self):
        first, second = make_operator().pk, make_operator().pk
        key = {"owner_kind": "tenant", "owner_id": 7, "kind": "arrears", "subject": "late_usage"}
        key["operator_id"] = first
        assert make_account(**key) == make_account(**key)
        assert make_account(**key) != make_account(**{**key, "unit": "CT:910B"})
        assert make_account(**key) != make_account(**{**key, "operator_id": second})
        assert LedgerAccount.objects.count() == 3

    def test_an_account_is_asked_for_inside_a_transaction(self):
        with pytest.raises(MissingTransaction):
            operations.account(owner_kind="tenant", owner_id=7, kind="paid")


class TestPost:
    def test_a_transaction_moves_its_amounts(self):
        bank, wallet = make_account(), make_floored_account()
        transaction_id = post_entry(
            Transfer(bank, wallet, CNY, 500), Transfer(bank, wallet, CNY, 11), reference="r1"
        )
        stored = LedgerTransaction.objects.get(id=transaction_id)
        assert (stored.kind, stored.reference) == ("test", "r1")
        assert (stored.occurred_at, stored.recorded_at) == (NOW, NOW)
        assert (posted(bank), posted(wallet)) == (-511, 511)
        assert LedgerBalance.objects.get(account_id=wallet).version == 1
        assert LedgerPosting.objects.filter(transaction_id=transaction_id).count() == 2

    def test_the_same_again_is_the_first_result(self):
        bank, wallet = make_account(), make_floored_account()
        first = post_entry(Transfer(bank, wallet, CNY, 500), reference="r1")
        assert post_entry(Transfer(bank, wallet, CNY, 500), reference="r1") == first
        assert posted(wallet) == 500

    def test_a_repeat_succeeds_though_its_money_is_gone(self):
        wallet, shop = make_floored_account(amount=500), make_account()
        first = post_entry(Transfer(wallet, shop, CNY, 500), reference="r1")
        assert post_entry(Transfer(wallet, shop, CNY, 500), reference="r1") == first
        assert posted(wallet) == 0

    def test_other_content_under_the_reference_is_refused(self):
        bank, wallet = make_account(), make_floored_account()
        post_entry(Transfer(bank, wallet, CNY, 500), reference="r1")
        with pytest.raises(operations.ReferenceReused) as refusal:
            post_entry(Transfer(bank, wallet, CNY, 501), reference="r1")
        assert refusal.value.details["reference"] == "r1"
        assert posted(wallet) == 500

    def test_an_overdraft_names_the_account_and_the_shortfall(self):
        wallet, shop = make_floored_account(amount=500), make_account()
        with pytest.raises(Overdraft) as refusal:
            post_entry(Transfer(wallet, shop, CNY, 501))
        assert refusal.value.details["account_id"] == wallet
        assert refusal.value.details["shortfall"] == 1
        assert (posted(wallet), posted(shop)) == (500, 0)

    def test_what_is_held_cannot_be_spent(self):
        wallet, shop = make_floored_account(amount=500), make_account()
        LedgerBalance.objects.filter(account_id=wallet).update(held=200)
        with pytest.raises(Overdraft) as refusal:
            post_entry(Transfer(wallet, shop, CNY, 301))
        assert refusal.value.details["shortfall"] == 1
        post_entry(Transfer(wallet, shop, CNY, 300))
        assert posted(wallet) == 200

    @pytest.mark.parametrize("amount", [0, -1, 2**63])
    def test_an_amount_is_positive_and_fits(self, amount):
        with pytest.raises(operations.UnableToPost) as refusal:
            post_entry(Transfer(make_account(), make_account(), CNY, amount))
        assert refusal.value.details["reason"] == "malformed"

    def test_units_are_not_mixed(self):
        money, card_time = make_account(), make_account(unit="CT:910B")
        with pytest.raises(operations.UnableToPost) as refusal:
            post_entry(Transfer(money, card_time, CNY, 5))
        assert refusal.value.details["reason"] == "unit_mismatch"
        assert LedgerTransaction.objects.count() == 0

    def test_texts_may_hold_what_copy_reads_as_signs(self):
        bank, wallet = make_account(), make_floored_account()
        reference = "a\tb\\c\nd\re\\N"
        first = post_entry(Transfer(bank, wallet, CNY, 5), reference=reference)
        assert LedgerTransaction.objects.get(id=first).reference == reference
        assert post_entry(Transfer(bank, wallet, CNY, 5), reference=reference) == first


class TestBatch:
    def test_a_refused_entry_leaves_the_rest_standing(self):
        bank, wallet, shop = make_account(), make_floored_account(), make_account()
        results = post_entries(
            [
                make_entry(Transfer(bank, wallet, CNY, 100), reference="in"),
                make_entry(Transfer(wallet, shop, CNY, 101), reference="too much"),
                make_entry(reference="nothing"),
                make_entry(Transfer(wallet, 0, CNY, 1), reference="nobody"),
                make_entry(Transfer(wallet, shop, "CT:x", 1), reference="unit"),
                make_entry(Transfer(wallet, shop, CNY, 60), reference="out"),
                make_entry(Transfer(wallet, shop, CNY, 60), reference="out"),
                make_entry(Transfer(wallet, shop, CNY, 61), reference="out"),
            ]
        )
        assert [result.status for result in results] == [
            Status.POSTED,
            Status.OVERDRAFT,
            Status.MALFORMED,
            Status.UNKNOWN_ACCOUNT,
            Status.UNIT_MISMATCH,
            Status.POSTED,
            Status.REPEATED,
            Status.REFERENCE_REUSED,
        ]
        assert results[1].shortfall == 1
        assert results[5].transaction_id == results[6].transaction_id
        assert (posted(bank), posted(wallet), posted(shop)) == (-100, 40, 60)
        assert LedgerBalance.objects.get(account_id=wallet).version == 2

    def test_a_batch_posted_again_changes_nothing(self):
        bank, wallet, shop = make_account(), make_floored_account(), make_account()
        entries = [
            make_entry(Transfer(bank, wallet, CNY, 100)),
            make_entry(Transfer(wallet, shop, CNY, 100)),
        ]
        first = post_entries(entries)
        again = post_entries(entries)
        assert [result.status for result in again] == [Status.REPEATED, Status.REPEATED]
        assert [r.transaction_id for r in again] == [r.transaction_id for r in first]
        assert (posted(wallet), posted(shop)) == (0, 100)

    def test_old_and_new_entries_come_in_one_batch(self):
        bank, wallet = make_account(), make_floored_account()
        old = make_entry(Transfer(bank, wallet, CNY, 100))
        post_entries([old])
        fresh = make_entry(Transfer(bank, wallet, CNY, 7))
        results = post_entries([old, fresh])
        assert [result.status for result in results] == [Status.REPEATED, Status.POSTED]
        assert posted(wallet) == 107

    def test_two_batches_share_a_database_transaction(self):
        bank, wallet = make_account(), make_floored_account()
        with unit_of_work():
            for amount in (1, 2):
                entry = make_entry(Transfer(bank, wallet, CNY, amount))
                operations.post_batch(entries=[entry], now=NOW)
        assert posted(wallet) == 3

    def test_an_empty_batch_is_nothing(self):
        assert post_entries([]) == []

    def test_a_batch_has_a_limit(self):
        entry = make_entry(Transfer(1, 2, CNY, 1))
        with pytest.raises(ValueError, match="at most"):
            post_entries([entry] * (operations.BATCH_MAX + 1))


class TestReading:
    def test_a_statement_runs_along_the_balance(self):
        bank, wallet, shop = make_account(), make_floored_account(), make_account()
        post_entry(Transfer(bank, wallet, CNY, 100), reference="in")
        post_entry(Transfer(wallet, shop, CNY, 30), reference="out")
        movements = queries.account_statement(account_id=wallet)
        told = [(m.reference, m.other_account_id, m.amount, m.balance_after) for m in movements]
        assert told == [("in", bank, 100, 100), ("out", shop, -30, 70)]
        rest = queries.account_statement(
            account_id=wallet, after_posting_id=movements[0].posting_id, limit=1
        )
        assert rest == movements[1:]

    def test_the_trial_balance_sums_to_zero_in_each_unit(self):
        wallet = make_floored_account(amount=100)
        make_floored_account(amount=9, kind="in_kind", unit="CT:910B")
        post_entry(Transfer(wallet, make_account(kind="compute_revenue"), CNY, 40))
        lines = [(line.unit, line.kind, line.balance) for line in queries.trial_balance()]
        assert lines == [
            ("CNY", "cash", -100),
            ("CNY", "compute_revenue", 40),
            ("CNY", "paid", 60),
            ("CT:910B", "cash", -9),
            ("CT:910B", "in_kind", 9),
        ]

    def test_an_unknown_account_has_no_balance(self):
        with pytest.raises(queries.AccountNotFound):
            queries.balance(account_id=0)


class TestRawSqlIsRefused:
    """What the database itself holds, whoever writes."""

    def test_a_balance_below_its_floor(self):
        wallet = make_floored_account(amount=5)
        with pytest.raises(IntegrityError, match="ledger_balance_never_below_floor"):
            run("UPDATE ledger_balance SET posted = -1 WHERE account_id = %s", wallet)

    def test_a_hold_of_what_is_not_there(self):
        wallet = make_floored_account(amount=5)
        with pytest.raises(IntegrityError, match="ledger_balance_never_below_floor"):
            run("UPDATE ledger_balance SET held = 6 WHERE account_id = %s", wallet)

    def test_a_negative_hold(self):
        wallet = make_floored_account(amount=5)
        with pytest.raises(IntegrityError, match="ledger_balance_held_not_negative"):
            run("UPDATE ledger_balance SET held = -1 WHERE account_id = %s", wallet)

    @pytest.mark.parametrize("amount", [0, -5])
    def test_a_posting_of_nothing(self, amount):
        with pytest.raises(IntegrityError, match="ledger_posting_amount_positive"):
            write_posting(make_account(), make_account(), CNY, amount)

    def test_a_posting_within_one_account(self):
        account_id = make_account()
        with pytest.raises(IntegrityError, match="ledger_posting_between_two_accounts"):
            write_posting(account_id, account_id, CNY, 5)

    def test_a_posting_out_of_another_unit(self):
        with pytest.raises(IntegrityError, match="as its source, which is no account of that unit"):
            write_posting(make_account(unit="CT:910B"), make_account(), CNY, 5)

    def test_a_posting_into_another_unit(self):
        with pytest.raises(
            IntegrityError, match="as its destination, which is no account of that unit"
        ):
            write_posting(make_account(), make_account(unit="CT:910B"), CNY, 5)

    def test_a_posting_into_no_account(self):
        with pytest.raises(IntegrityError, match="names account 999999999 as its destination"):
            write_posting(make_account(), 999_999_999, CNY, 5)

    def test_a_posting_of_no_transaction(self):
        with pytest.raises(IntegrityError, match="transaction 999999999, which does not exist"):
            run(
                "INSERT INTO ledger_posting"
                " (transaction_id, source_account_id, destination_account_id, unit, amount)"
                " VALUES (999999999, %s, %s, 'CNY', 5)",
                make_account(),
                make_account(),
            )

    @pytest.mark.parametrize(
        "change",
        ["UPDATE ledger_account SET unit = 'CT:910B'", "DELETE FROM ledger_account"],
    )
    def test_an_account_under_its_postings(self, owner_connection, change):
        account_id = make_account()
        post_entry(Transfer(account_id, make_account(), CNY, 5))
        with pytest.raises(IntegrityError, match="ledger_account is append-only"):
            run(f"{change} WHERE id = %s", account_id)

    def test_one_bad_posting_among_good_ones(self):
        transaction_id = post_entry(Transfer(make_account(), make_account(), CNY, 1))
        with pytest.raises(IntegrityError, match="is no account of that unit"):
            run(
                "INSERT INTO ledger_posting"
                " (transaction_id, source_account_id, destination_account_id, unit, amount)"
                " VALUES (%s, %s, %s, 'CNY', 5), (%s, %s, %s, 'CNY', 5)",
                transaction_id,
                make_account(),
                make_account(),
                transaction_id,
                make_account(),
                make_account(unit="CT:910B"),
            )

    def test_a_second_transaction_under_one_key(self):
        post_entry(Transfer(make_account(), make_account(), CNY, 5), reference="r1")
        with pytest.raises(IntegrityError, match="ledger_transaction_happens_once"):
            run(
                "INSERT INTO ledger_transaction (kind, reference, occurred_at, recorded_at)"
                " VALUES ('test', 'r1', now(), now())"
            )

    def test_an_account_whose_floor_does_not_suit_its_kind(self):
        with pytest.raises(IntegrityError, match="ledger_account_floor_follows_kind"):
            run(
                "INSERT INTO ledger_account (owner_kind, owner_id, kind, subject, unit, has_floor)"
                " VALUES ('tenant', 1, 'paid', '', 'CNY', false)"
            )

    def test_a_changed_posting(self, owner_connection):
        post_entry(Transfer(make_account(), make_account(), CNY, 5))
        with pytest.raises(IntegrityError, match="append-only"):
            run("UPDATE ledger_posting SET amount = 6")


def write_posting(source: int, destination: int, unit: str, amount: int) -> None:
    transaction_id = post_entry(Transfer(make_account(), make_account(), CNY, 1))
    run(
        "INSERT INTO ledger_posting"
        " (transaction_id, source_account_id, destination_account_id, unit, amount)"
        " VALUES (%s, %s, %s, %s, %s)",
        transaction_id,
        source,
        destination,
        unit,
        amount,
    )

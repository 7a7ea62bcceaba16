"""Constraint names become domain errors; advisory locks end with their transaction."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection

from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.locks import AdvisoryLock, acquire_xact_lock, advisory_key, try_xact_lock
from kernel.models import IdempotencyKey
from kernel.sql import execute, row, rows, statement
from kernel.transactions import MissingTransaction, transaction
from tests.builders.accounts import NOW


class Taken(DomainError):
    """The key is taken."""

    code = "taken"


def insert_key(**overrides):
    values = {"scope": "s", "key": "k", "request_hash": b"", "status": 200, "created_at": NOW}
    IdempotencyKey.objects.create(**{**values, **overrides})


@pytest.mark.django_db
class TestConstraintErrors:
    def test_a_named_constraint_raises_its_domain_error(self):
        refusal = Taken("taken")
        insert_key()
        with (
            pytest.raises(Taken) as raised,
            constraint_errors({"kernel_idempotency_key_pkey": refusal}),
            transaction(),
        ):
            insert_key()
        assert raised.value is refusal
        assert IdempotencyKey.objects.count() == 1

    def test_any_other_constraint_passes_through(self):
        with (
            pytest.raises(IntegrityError, match="kernel_idempotency_key_success"),
            constraint_errors({"kernel_idempotency_key_pkey": Taken("taken")}),
            transaction(),
        ):
            insert_key(status=500)


@pytest.mark.django_db
class TestStatements:
    def test_a_statement_is_read_from_its_package(self):
        assert "kernel_seal_entry" in statement("kernel", "unsealed_entries.sql")
        assert statement("kernel", "oldest_unsealed.sql") is statement(
            "kernel", "oldest_unsealed.sql"
        )

    def test_parameters_are_named_and_rows_come_by_column(self):
        found = rows("SELECT n, n * 2 AS twice FROM generate_series(1, %(n)s) AS n", n=2)
        assert found == [{"n": 1, "twice": 2}, {"n": 2, "twice": 4}]
        assert row("SELECT 1 AS n WHERE false") is None
        assert execute("SELECT 7 %% 4").fetchone() == (3,)


def test_keys_of_locks_differ_by_kind_and_subject():
    keys = {
        advisory_key(lock, subject)
        for lock in (AdvisoryLock.AUDIT_SEAL, AdvisoryLock.IDEMPOTENCY_KEY)
        for subject in ("", "a", "b")
    }
    assert len(keys) == 6
    assert all(-(2**63) <= key < 2**63 for key in keys)


@pytest.mark.django_db(transaction=True)
class TestAdvisoryLocks:
    def test_a_lock_needs_a_transaction(self):
        with pytest.raises(MissingTransaction):
            acquire_xact_lock(AdvisoryLock.AUDIT_SEAL)

    def test_a_lock_is_held_until_the_transaction_ends(self):
        held, finish = threading.Event(), threading.Event()

        def hold() -> None:
            try:
                with transaction():
                    acquire_xact_lock(AdvisoryLock.AUDIT_SEAL, "one")
                    held.set()
                    finish.wait(10)
            finally:
                connection.close()

        holder = threading.Thread(target=hold)
        holder.start()
        assert held.wait(10)
        with transaction():
            assert not try_xact_lock(AdvisoryLock.AUDIT_SEAL, "one")
            assert try_xact_lock(AdvisoryLock.AUDIT_SEAL, "another")
        finish.set()
        holder.join()
        with transaction():
            assert try_xact_lock(AdvisoryLock.AUDIT_SEAL, "one")

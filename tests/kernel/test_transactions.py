"""One operation, one transaction: what nests, what must not, what waits for the commit."""

from __future__ import annotations

import pytest
from django.db import connection

from kernel.models import OutboxEvent
from kernel.outbox import publish
from kernel.transactions import (
    MissingTransaction,
    in_transaction,
    run_after_commit,
    savepoint,
    transaction,
    transaction_if_not_already,
    transaction_required,
)
from tests.builders.accounts import NOW


def publish_in_savepoint_and_fail() -> None:
    with savepoint():
        publish(kind="undone", payload={}, now=NOW)
        raise ZeroDivisionError


@transaction
def hear_and_fail(heard: list[object]) -> None:
    run_after_commit(lambda: heard.append("rolled back"))
    raise ZeroDivisionError


@pytest.mark.django_db
class TestInsideATestCase:
    def test_the_transaction_of_the_test_does_not_count(self):
        assert connection.in_atomic_block
        assert not in_transaction()
        with pytest.raises(MissingTransaction), transaction_required():
            pass

    def test_a_transaction_does_not_nest(self):
        with transaction(), pytest.raises(RuntimeError), transaction():
            pass

    def test_required_code_runs_inside_one_and_joining_code_in_both(self):
        @transaction
        def outer() -> int:
            with transaction_if_not_already():
                return inner()

        @transaction_required
        def inner() -> int:
            assert in_transaction()
            return 7

        assert outer() == 7
        with transaction_if_not_already():
            assert inner() == 7
        with pytest.raises(MissingTransaction):
            inner()

    def test_a_savepoint_gives_back_only_its_own_writes(self):
        with transaction():
            publish(kind="kept", payload={}, now=NOW)
            with pytest.raises(ZeroDivisionError):
                publish_in_savepoint_and_fail()
        assert list(OutboxEvent.objects.values_list("kind", flat=True)) == ["kept"]

    def test_callbacks_run_once_after_the_commit(self):
        heard = []
        with transaction():
            run_after_commit(lambda: heard.append("committed"))
            assert heard == []
        assert heard == ["committed"]
        with transaction():
            pass
        assert heard == ["committed"]

    def test_a_callback_needs_a_transaction(self):
        with pytest.raises(MissingTransaction):
            run_after_commit(lambda: None)


@pytest.mark.django_db(transaction=True)
class TestWithRealCommits:
    def test_callbacks_run_after_the_commit_and_not_after_a_rollback(self):
        heard = []
        with transaction():
            run_after_commit(lambda: heard.append(in_transaction()))
        with pytest.raises(ZeroDivisionError):
            hear_and_fail(heard)
        assert heard == [False]

    def test_a_transaction_does_not_nest(self):
        with transaction(), pytest.raises(RuntimeError), transaction():
            pass

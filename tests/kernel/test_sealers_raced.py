"""Several sealers and writers at once: every entry is sealed once, and the chain does not fork."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from kernel.audit import Actor, record
from kernel.locks import AdvisoryLock, acquire_xact_lock
from kernel.models import AuditEntry, Seal, SealEntry
from kernel.seals import seal_entries, verify
from kernel.transactions import transaction
from tests.builders.accounts import NOW

ROUNDS = 200
SEALERS = 2
PATIENCE_SECONDS = 30


def write_entry() -> None:
    record(action="test.act", object_type="thing", object_id=1, actor=Actor.system(), now=NOW)


def running(work: Callable[..., None], *arguments: object) -> threading.Thread:
    def run() -> None:
        try:
            work(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_raced_sealers_share_the_entries_out():
    """Given commits out of id order, when sealers race, then each entry has one seal."""
    barrier = threading.Barrier(SEALERS + 2)
    sealed: list[int] = []
    chance = random.Random(20261001)
    pauses = [[chance.random() / 500 for _ in range(ROUNDS)] for _ in range(2)]

    def write(pauses_seconds: list[float]) -> None:
        for pause in pauses_seconds:
            barrier.wait(PATIENCE_SECONDS)
            with transaction():
                write_entry()
                # The row has its id by now and becomes visible only after the pause.
                threading.Event().wait(pause)

    def seal() -> None:
        for number in range(ROUNDS):
            barrier.wait(PATIENCE_SECONDS)
            made = seal_entries(now=NOW + timedelta(seconds=number))
            sealed.append(0 if made is None else made.entry_count)

    threads = [running(write, pauses_seconds) for pauses_seconds in pauses]
    threads += [running(seal) for _ in range(SEALERS)]
    for thread in threads:
        thread.join()
    while seal_entries(now=NOW + timedelta(days=1)) is not None:
        pass

    assert AuditEntry.objects.count() == SealEntry.objects.count() == 2 * ROUNDS
    assert verify() == []
    assert sealed.count(0) > 0, "no sealer ever went away empty: the race did not take place"
    assert Seal.objects.count() > 1


@pytest.mark.django_db(transaction=True)
class TestOneStepAtATime:
    def test_an_entry_that_commits_after_a_higher_id_was_sealed_is_sealed_next(self):
        written, finish = threading.Event(), threading.Event()

        def write_slowly() -> None:
            with transaction():
                write_entry()
                written.set()
                finish.wait(PATIENCE_SECONDS)

        slow = running(write_slowly)
        assert written.wait(PATIENCE_SECONDS)
        with transaction():
            write_entry()
        first = seal_entries(now=NOW)
        finish.set()
        slow.join()
        second = seal_entries(now=NOW)

        assert (first.entry_count, second.entry_count) == (1, 1)
        seals = list(SealEntry.objects.order_by("entry_id").values_list("seal_id", flat=True))
        assert seals == [2, 1]
        assert verify() == []

    def test_a_second_sealer_goes_away_and_leaves_the_entries_to_the_first(self):
        held, finish = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction():
                acquire_xact_lock(AdvisoryLock.AUDIT_SEAL)
                held.set()
                finish.wait(PATIENCE_SECONDS)

        with transaction():
            write_entry()
        first = running(hold)
        assert held.wait(PATIENCE_SECONDS)
        assert seal_entries(now=NOW) is None
        finish.set()
        first.join()
        assert seal_entries(now=NOW).entry_count == 1

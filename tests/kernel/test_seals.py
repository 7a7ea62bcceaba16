"""The seal chain: whatever is altered, removed or recomputed is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db import transaction as django_transaction

from kernel import seals
from kernel.audit import Actor, record
from kernel.models import AuditEntry, Seal, SealEntry
from kernel.seals import GENESIS_HASH, SealHead, UnableToReadSealHead, seal_entries, verify
from kernel.transactions import transaction
from tests.builders.accounts import NOW

pytestmark = pytest.mark.django_db


def write_entries(number: int) -> None:
    with transaction():
        for position in range(number):
            record(
                action="test.act",
                object_type="thing",
                object_id=position,
                actor=Actor.system(),
                now=NOW,
                detail={"position": position},
            )


@pytest.fixture
def chain(db):
    """Three seals over two, three and one entries."""
    for number in (2, 3, 1):
        write_entries(number)
        seal_entries(now=NOW + timedelta(seconds=30))
    return list(Seal.objects.order_by("seal_no"))


def tamper(statement: str, *parameters: object) -> None:
    """Do what only the owner of the database could do: with triggers and foreign keys off."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET ROLE suanji_app")


def problems(**arguments: object) -> list[tuple[int, str]]:
    return [(finding.seal_no, finding.problem) for finding in verify(**arguments)]


def test_each_seal_follows_the_one_before(chain):
    assert [seal.entry_count for seal in chain] == [2, 3, 1]
    assert bytes(chain[0].prev_hash) == GENESIS_HASH
    assert bytes(chain[2].prev_hash) == bytes(chain[1].hash)
    assert seals.head() == SealHead(3, bytes(chain[2].hash))
    assert verify(published=[SealHead(1, bytes(chain[0].hash)), seals.head()]) == []


def test_an_entry_is_sealed_once_and_nothing_is_left_to_seal(chain):
    assert SealEntry.objects.count() == AuditEntry.objects.count() == 6
    assert seal_entries(now=NOW) is None
    assert Seal.objects.count() == 3


def test_a_batch_is_limited_and_the_rest_is_sealed_next():
    write_entries(5)
    assert seal_entries(now=NOW, limit=3).entry_count == 3
    assert seal_entries(now=NOW, limit=3).entry_count == 2
    assert verify() == []


def test_lag_is_the_age_of_the_oldest_unsealed_entry():
    assert seals.lag(now=NOW) == timedelta(0)
    write_entries(1)
    assert seals.lag(now=NOW + timedelta(seconds=45)) == timedelta(seconds=45)
    seal_entries(now=NOW)
    assert seals.lag(now=NOW + timedelta(seconds=90)) == timedelta(0)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'test.other'",
        "object_id = '99'",
        "actor_kind = 'user', actor_id = 1",
        "organisation_id = 1",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 second'",
        "detail_hash = sha256('x')",
    ],
)
def test_an_altered_entry_is_found(chain, change):
    entry = SealEntry.objects.get(seal_id=2, position=2).entry_id
    tamper(f"UPDATE kernel_audit_entry SET {change} WHERE id = %s", entry)
    assert (2, "its entries do not give its hash") in problems()
    assert {seal_no for seal_no, _ in problems()} == {2}


def test_an_altered_detail_is_found_with_its_entry(chain):
    entry = SealEntry.objects.get(seal_id=2, position=2).entry_id
    tamper("UPDATE kernel_audit_entry SET detail = '{\"position\": 7}' WHERE id = %s", entry)
    assert [(finding.seal_no, finding.entry_id, finding.problem) for finding in verify()] == [
        (2, entry, "the detail was altered")
    ]


@pytest.mark.parametrize(
    "removal",
    [
        "DELETE FROM kernel_audit_entry WHERE id = %s",
        "DELETE FROM kernel_seal_entry WHERE entry_id = %s",
    ],
)
def test_a_removed_entry_is_found(chain, removal):
    entry = SealEntry.objects.get(seal_id=2, position=3).entry_id
    tamper(removal, entry)
    assert (2, "entries are missing or added") in problems()
    # The end of the test checks foreign keys, which the tampering passed by.
    tamper("DELETE FROM kernel_seal_entry WHERE entry_id = %s", entry)


def test_a_removed_seal_is_found(chain):
    tamper("DELETE FROM kernel_seal_entry WHERE seal_no = %s", 2)
    tamper("DELETE FROM kernel_seal WHERE seal_no = %s", 2)
    assert problems() == [
        (2, "seals 2 to 2 are missing"),
        (3, "does not follow the seal before it"),
    ]


def test_swapped_entries_are_found(chain):
    tamper(
        "UPDATE kernel_seal_entry SET position = CASE position WHEN 1 THEN 102 ELSE 101 END"
        " WHERE seal_no = %s",
        1,
    )
    tamper("UPDATE kernel_seal_entry SET position = position - 100 WHERE seal_no = %s", 1)
    assert problems() == [(1, "its entries do not give its hash")]


def test_a_tail_cut_off_is_found_by_a_published_head_alone(chain):
    published = seals.head()
    tamper("DELETE FROM kernel_seal_entry WHERE seal_no = %s", 3)
    tamper("DELETE FROM kernel_seal WHERE seal_no = %s", 3)
    assert verify() == []
    assert problems(published=[published]) == [(3, "published head is not in the chain")]


def test_a_recomputed_chain_is_found_by_a_published_head_alone(chain):
    published = seals.head()
    entry = SealEntry.objects.get(seal_id=2, position=1).entry_id
    tamper("UPDATE kernel_audit_entry SET action = 'test.forged' WHERE id = %s", entry)
    tamper("DELETE FROM kernel_seal_entry WHERE seal_no >= %s", 2)
    tamper("DELETE FROM kernel_seal WHERE seal_no >= %s", 2)
    for seal in chain[1:]:
        seal_entries(now=seal.sealed_at, limit=seal.entry_count)
    assert verify() == []
    assert problems(published=[published]) == [(3, "differs from published head")]


def test_a_head_is_printed_and_read_again(chain):
    text = seals.head().to_text()
    assert text == f"3:{bytes(chain[2].hash).hex()}"
    assert SealHead.from_text(text.upper()) == seals.head()
    for wrong in ("", "3", "0:" + "a" * 64, "3:" + "a" * 63, "3:" + "g" * 64):
        with pytest.raises(UnableToReadSealHead):
            SealHead.from_text(wrong)


def test_the_chain_cannot_fork(chain):
    with pytest.raises(Exception, match="kernel_seal_no_fork"), django_transaction.atomic():
        Seal.objects.create(
            seal_no=4, prev_hash=chain[1].hash, hash=bytes(32), entry_count=1, sealed_at=NOW
        )

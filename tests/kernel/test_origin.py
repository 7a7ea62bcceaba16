"""From where somebody acted: proven while it is kept, forgotten without breaking a seal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.db import transaction as django_transaction

from kernel.audit import (
    Actor,
    PersonalDataInAudit,
    forget_origins,
    forget_origins_of,
    origin_of,
    state_hash,
)
from kernel.canonical import canonical_hash
from kernel.models import AuditEntry, AuditOrigin
from kernel.origin import Origin, acting_from, current, origin_hash
from kernel.seals import entry_digest, seal_entries, told_by, verify
from kernel.transactions import transaction
from tests import database
from tests.builders.accounts import NOW
from tests.builders.audit import make_decision

pytestmark = pytest.mark.django_db
HERE = Origin(address="2001:db8::7", user_agent="Mozilla/5.0 (X11; Linux)")


def made_from(origin: Origin, **overrides) -> AuditEntry:
    with acting_from(origin):
        return make_decision(**overrides)


def problems() -> list[str]:
    return [finding.problem for finding in verify()]


def test_an_entry_says_from_where_by_a_salted_hash_alone():
    first, second = made_from(HERE), made_from(HERE)

    kept = AuditOrigin.objects.get(entry=first)
    assert origin_of(AuditEntry.objects.get(pk=first.pk)) == HERE
    assert bytes(first.origin_hash) == origin_hash(HERE, salt=bytes(kept.salt))
    assert bytes(first.origin_hash) != bytes(second.origin_hash), "salted: two of one are not alike"
    assert "2001:db8" not in str(told_by(first))
    assert current() is None


def test_without_a_request_there_is_no_origin():
    entry = make_decision()

    assert entry.origin_hash is None
    assert origin_of(entry) is None


def test_entries_without_hashes_keep_the_digest_they_always_had():
    entry = make_decision("claim:7")

    moment = int(NOW.timestamp()) * 1_000_000
    told = [entry.pk, moment, moment, "system", None, None, "test.act", "claim", "7"]
    assert entry_digest(entry) == canonical_hash([*told, canonical_hash({}).hex()])


def test_origins_are_forgotten_after_their_time_and_every_seal_holds():
    old = made_from(HERE)
    young = made_from(HERE, now=NOW + timedelta(days=2))
    seal_entries(now=NOW)

    with transaction():
        assert forget_origins(before=NOW + timedelta(days=1)) == 1

    assert origin_of(AuditEntry.objects.get(pk=old.pk)) is None
    assert origin_of(AuditEntry.objects.get(pk=young.pk)) == HERE
    assert problems() == []


def test_what_somebody_did_stays_when_from_where_is_forgotten():
    his = made_from(HERE, actor=Actor.user(3))
    made_from(HERE, actor=Actor.user(4))
    made_from(HERE, actor=Actor.api_key(3))
    seal_entries(now=NOW)

    with transaction():
        assert forget_origins_of(actor=Actor.user(3)) == 1

    assert AuditEntry.objects.filter(pk=his.pk).exists()
    assert AuditOrigin.objects.count() == 2
    assert problems() == []


@pytest.mark.parametrize("change", ["address = '192.0.2.1'", "user_agent = ''", "salt = '\\x00'"])
def test_an_altered_origin_is_found(owner_connection, change):
    made_from(HERE)
    seal_entries(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE kernel_audit_origin SET {change}")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert problems() == ["the origin was altered"]


def test_an_origin_cannot_be_changed_by_anybody():
    made_from(HERE)
    change = "UPDATE kernel_audit_origin SET user_agent = 'x'"
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        django_transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    with (
        database.as_owner(),
        pytest.raises(IntegrityError, match="append-only"),
        django_transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_states_are_kept_by_hash_and_sealed():
    entry = make_decision(before={"state": "draft"}, after={"state": "paid", "amount": 12})
    seal_entries(now=NOW)

    assert bytes(entry.before_hash) == canonical_hash({"state": "draft"})
    assert bytes(entry.after_hash) == state_hash({"amount": 12, "state": "paid"})
    assert bytes(entry.before_hash).hex() in told_by(entry)
    assert "draft" not in str(AuditEntry.objects.values().get())
    with pytest.raises(PersonalDataInAudit):
        make_decision(after={"email": "li.wei@example.com"})

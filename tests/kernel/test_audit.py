"""Audit entries: with the act or not at all, and nothing personal."""

from __future__ import annotations

import pytest

from kernel.audit import Actor, PersonalDataInAudit, record
from kernel.canonical import canonical_hash
from kernel.models import AuditEntry
from kernel.transactions import MissingTransaction, transaction
from tests.builders.accounts import NOW

pytestmark = pytest.mark.django_db


def write(**overrides):
    values = {
        "action": "subsidies.approve",
        "object_type": "application",
        "object_id": 12,
        "actor": Actor.user(3),
        "now": NOW,
        "organisation_id": 5,
        "detail": {"amount_micro": 1_000_000, "programme": "bj-2023"},
    }
    return record(**{**values, **overrides})


@transaction
def write_and_fail() -> None:
    write()
    raise ZeroDivisionError


def test_an_entry_says_who_did_what_to_what():
    with transaction():
        entry = write()
    stored = AuditEntry.objects.get(id=entry.id)
    assert (stored.action, stored.object_type, stored.object_id) == (
        "subsidies.approve",
        "application",
        "12",
    )
    assert (stored.actor_kind, stored.actor_id, stored.organisation_id) == ("user", 3, 5)
    assert stored.occurred_at == stored.recorded_at == NOW
    assert bytes(stored.detail_hash) == canonical_hash(stored.detail)


def test_the_house_itself_needs_no_id():
    with transaction():
        assert write(actor=Actor.system()).actor_id is None
        assert write(actor=Actor.api_key(9)).actor_kind == "api_key"


def test_an_entry_is_part_of_the_act():
    with pytest.raises(MissingTransaction):
        write()
    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "detail",
    [
        {"email": 1},
        {"applicant": {"Phone": "x"}},
        {"note": "write to li.wei@example.com"},
        {"note": ["call 13812345678"]},
        {"note": "id 11010519491231002X"},
        {"note": "x" * 501},
    ],
)
def test_personal_data_is_refused(detail):
    with transaction(), pytest.raises(PersonalDataInAudit):
        write(detail=detail)
    assert not AuditEntry.objects.exists()


def test_figures_and_references_are_not_taken_for_personal_data():
    detail = {"usage_id": 13812345678, "run": "0199a1b2-0000-7000-8000-13812345678a", "sum": "1.50"}
    with transaction():
        assert write(detail=detail).detail == detail

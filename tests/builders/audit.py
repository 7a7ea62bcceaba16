"""Decisions for tests, written by the real operation in a transaction of their own."""

from __future__ import annotations

from typing import Any

from kernel.audit import Actor, record
from kernel.models import AuditEntry
from kernel.transactions import transaction
from tests.builders.accounts import NOW


def make_decision(subject: str = "thing:1", **overrides: Any) -> AuditEntry:
    """Write down that the house did something to `type:id`, or somebody else something."""
    object_type, _, object_id = subject.partition(":")
    values = {
        "action": "test.act",
        "object_type": object_type,
        "object_id": object_id,
        "actor": Actor.system(),
        "now": NOW,
    }
    with transaction():
        return record(**{**values, **overrides})

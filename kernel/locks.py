"""Advisory locks for what has no row yet. Take them before any row lock.

They belong to the transaction, so a killed process leaves none behind.
"""

import hashlib
from enum import IntEnum

from kernel.sql import execute
from kernel.transactions import transaction_required


class AdvisoryLock(IntEnum):
    """Every advisory lock of the house. Never reuse or renumber a value."""

    AUDIT_SEAL = 1
    IDEMPOTENCY_KEY = 2
    EMBEDDED_MIGRATION = 3
    TENANT_CLOSE = 4
    SETTLEMENT = 5
    OUTBOX_RELAY = 6
    PROGRAMME = 7
    CERTIFICATE = 8


def advisory_key(lock: AdvisoryLock, subject: str) -> int:
    """Return the signed 64-bit key of one subject of one kind of lock."""
    digest = hashlib.sha256(f"{lock.value}:{subject}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@transaction_required
def acquire_xact_lock(lock: AdvisoryLock, subject: str = "") -> None:
    """Wait for the lock and hold it until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(%(key)s)", key=advisory_key(lock, subject))


@transaction_required
def try_xact_lock(lock: AdvisoryLock, subject: str = "") -> bool:
    """Take the lock until the transaction ends, or return False at once if it is taken."""
    cursor = execute("SELECT pg_try_advisory_xact_lock(%(key)s)", key=advisory_key(lock, subject))
    return bool(cursor.fetchone()[0])

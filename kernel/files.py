"""Bytes of people's files: stored outside the database by Django's storage, known by a row.

The storage may be another machine, so nothing here writes or reads bytes inside a transaction:
`put` comes before it, `forget` deletes the bytes after its commit. Bytes whose row was never
written are an orphan under a name that nobody knows, and harm nobody.
"""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kernel.identifiers import uuid7
from kernel.models import StoredFile
from kernel.transactions import in_transaction, run_after_commit, transaction_required


def put(*, content: bytes, folder: str) -> str:
    """Store bytes under a name that tells nothing of them, and return it.

    Raises:
        RuntimeError: a transaction is open.
    """
    _refuse_transaction()
    return str(default_storage.save(f"{folder}/{uuid7()}", ContentFile(content)))


def drop(*, storage_key: str) -> None:
    """Delete bytes that no row came to know.

    Raises:
        RuntimeError: a transaction is open.
    """
    _refuse_transaction()
    default_storage.delete(storage_key)


def read(*, storage_key: str) -> bytes:
    """Return the bytes.

    Raises:
        OSError: the storage has lost them or is away.
        RuntimeError: a transaction is open.
    """
    _refuse_transaction()
    with default_storage.open(storage_key, "rb") as file:
        return bytes(file.read())


@transaction_required
def record(
    *,
    storage_key: str,
    content: bytes,
    content_type: str,
    organisation_id: int | None,
    now: datetime,
) -> StoredFile:
    """Write the row of stored bytes, with their SHA-256, in the open transaction."""
    return StoredFile.objects.create(
        organisation_id=organisation_id,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        content_type=content_type,
        storage_key=storage_key,
        created_at=now,
    )


@transaction_required
def forget(*, file: StoredFile) -> None:
    """Delete the row now and the bytes once that is certain."""
    key = file.storage_key
    file.delete()
    run_after_commit(lambda: default_storage.delete(key))


def _refuse_transaction() -> None:
    if in_transaction():
        message = "Bytes are stored and read outside transactions."
        raise RuntimeError(message)

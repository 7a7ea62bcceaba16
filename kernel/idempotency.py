"""The first answer to a key is the answer to the key.

The key row and the answer are written in the transaction of the effect, and an advisory
lock stands for "in flight". So there is no started-but-unfinished row that a crash could
leave behind, and a refusal leaves nothing: the same key may be tried again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.errors import DomainError
from kernel.locks import AdvisoryLock, try_xact_lock
from kernel.models import IdempotencyKey
from kernel.transactions import transaction


class RequestInFlight(DomainError):
    """Another request with the same key is at work now."""

    code = "idempotency_key_in_flight"


class IdempotencyKeyReused(DomainError):
    """The key was used for another request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered: an HTTP status of success and a JSON body."""

    status: int
    body: Any


def request_hash(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts of a request, each by its length and content."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def answer_once(
    *,
    scope: str,
    key: str,
    request_hash: bytes,
    now: datetime,
    perform: Callable[[], Answer],
) -> Answer:
    """Run `perform` once for (scope, key) and give its answer to every repetition.

    `perform` runs inside this transaction, which is the outermost one: what it calls must
    not open another (`transaction_required`, or `transaction_if_not_already`).

    Raises:
        RequestInFlight: the same key is at work in another transaction.
        IdempotencyKeyReused: the key was answered for a request with another hash.
    """
    with transaction():
        if not try_xact_lock(AdvisoryLock.IDEMPOTENCY_KEY, f"{scope}\n{key}"):
            message = "A request with this Idempotency-Key is at work: ask again shortly."
            raise RequestInFlight(message)
        stored = _stored_answer(scope=scope, key=key, request_hash=request_hash)
        if stored is not None:
            return stored
        answer = perform()
        IdempotencyKey.objects.create(
            scope=scope,
            key=key,
            request_hash=request_hash,
            status=answer.status,
            body=answer.body,
            created_at=now,
        )
        return answer


def _stored_answer(*, scope: str, key: str, request_hash: bytes) -> Answer | None:
    stored = IdempotencyKey.objects.filter(scope=scope, key=key).first()
    if stored is None:
        return None
    if bytes(stored.request_hash) != request_hash:
        message = "This Idempotency-Key was used for another request: send a new key."
        raise IdempotencyKeyReused(message)
    return Answer(status=stored.status, body=stored.body)


def forget_keys(*, before: datetime) -> int:
    """Delete keys made before a moment and return how many; they may then be used again."""
    with transaction():
        deleted, _ = IdempotencyKey.objects.filter(created_at__lt=before).delete()
    return deleted

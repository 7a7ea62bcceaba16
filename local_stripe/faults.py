"""Faults on demand: what a network or Stripe itself does on a bad day, for the next requests."""

from dataclasses import dataclass
from typing import Final

from local_stripe.store import Store

# The work is not done: the connection ends, Stripe fails, or says that it is too much.
BEFORE: Final = frozenset({"drop_before", "error_500", "error_429"})
# The work is done and committed: only its answer is lost, late, or a failure.
AFTER: Final = frozenset({"drop_after", "error_500_after"})
KINDS: Final = BEFORE | AFTER | {"slow"}
RETRY_AFTER_SECONDS: Final = 1


@dataclass(frozen=True)
class Fault:
    """A fault that happens to this request."""

    kind: str
    seconds: float


def add(
    store: Store,
    *,
    kind: str,
    times: int = 1,
    method: str | None = None,
    path: str | None = None,
    seconds: float = 0,
) -> None:
    """Have the next requests fail, or those of a method whose address begins with a path.

    Raises:
        ValueError: there is no such fault.
    """
    if kind not in KINDS:
        message = f"There is no fault {kind!r}; there are {', '.join(sorted(KINDS))}."
        raise ValueError(message)
    store.rows(
        "INSERT INTO fault (kind, method, path, remaining, seconds) VALUES (?, ?, ?, ?, ?)",
        kind,
        method,
        path,
        times,
        seconds,
    )


def clear(store: Store) -> None:
    """Have no more faults."""
    store.rows("DELETE FROM fault")


def take(store: Store, *, method: str, path: str) -> Fault | None:
    """Return the oldest fault that is meant for a request, and count it."""
    with store.transaction():
        found = store.rows(
            "SELECT number, kind, seconds FROM fault WHERE coalesce(method, ?1) = ?1"
            " AND (path IS NULL OR substr(?2, 1, length(path)) = path)"
            " ORDER BY number LIMIT 1",
            method,
            path,
        )
        if not found:
            return None
        number, kind, seconds = found[0]
        store.rows("UPDATE fault SET remaining = remaining - 1 WHERE number = ?", number)
        store.rows("DELETE FROM fault WHERE remaining < 1")
        return Fault(kind, seconds)

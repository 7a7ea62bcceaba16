"""The clock of this process: the machine's, moved ahead on demand."""

import time

from local_stripe.store import Store


def now(store: Store) -> int:
    """Return the time in seconds."""
    return int(time.time()) + int(store.noted("clock_ahead", 0))


def advance(store: Store, *, seconds: int) -> int:
    """Move the clock ahead for good; return the new time."""
    store.note("clock_ahead", int(store.noted("clock_ahead", 0)) + seconds)
    return now(store)

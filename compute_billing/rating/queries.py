"""Read what was rated and what waits."""

from compute_billing.rating.waterfall import ROOM
from kernel.sql import rows, statement


def waiting() -> dict[str, int]:
    """Return how many records wait to be rated, by what they wait for ('' is a worker)."""
    return {row["parked_reason"]: row["n"] for row in rows(statement(ROOM, "waiting.sql"))}

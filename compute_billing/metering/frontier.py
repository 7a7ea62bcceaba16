"""The frontier of a job that is metered in slices, and how corrections move it back. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from compute_billing.metering.coverage import Coverage, Signed


class Frontier(NamedTuple):
    """Until when a job has been metered, and how long it had run by then."""

    until_ms: int
    elapsed_ms: int


class Recorded(NamedTuple):
    """One record of a job; a correction has a negative quantity."""

    started_ms: int
    ended_ms: int
    milli_cards: int
    quantity: int


def pulled_back(frontier: Frontier, *, recorded: Sequence[Recorded]) -> Frontier:
    """Return the frontier after the corrections among `recorded`, which is in order of arrival.

    What was taken back up to the frontier did not happen, so that the job's next report counts it
    anew. What was taken back before it, the report of a whole job cannot bring again.
    """
    net = Coverage(
        Signed(1 if record.quantity > 0 else -1, record.started_ms, record.ended_ms)
        for record in recorded
    )
    corrections = [record for record in reversed(recorded) if record.quantity < 0]
    until, elapsed = frontier
    while net.end is None or net.end < until:
        last = next((found for found in corrections if found.ended_ms == until), None)
        if last is None:
            break
        until, elapsed = last.started_ms, elapsed + last.quantity // last.milli_cards
    return Frontier(until, max(0, elapsed))

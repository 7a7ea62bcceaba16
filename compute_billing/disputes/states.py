"""The life of a dispute about use: the operator answers, and the house once more if asked."""

from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class DisputeState(StrEnum):
    """Where a dispute about use is. A stored value: never rename one.

    `granted` waits for its correction to be charged; `settled` is charged; `rejected` is the
    operator's no, which may be escalated, and `upheld` is the house's, which is the last word.
    """

    OPEN = "open"
    GRANTED = "granted"
    SETTLED = "settled"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Final = Transitions(
    {
        DisputeState.OPEN: frozenset(
            {DisputeState.GRANTED, DisputeState.REJECTED, DisputeState.WITHDRAWN}
        ),
        DisputeState.GRANTED: frozenset({DisputeState.SETTLED}),
        DisputeState.SETTLED: frozenset({DisputeState.ESCALATED}),
        DisputeState.REJECTED: frozenset({DisputeState.ESCALATED}),
        DisputeState.ESCALATED: frozenset(
            {
                DisputeState.GRANTED,
                DisputeState.UPHELD,
                # Taken back: the operator's answer stands.
                DisputeState.REJECTED,
                DisputeState.SETTLED,
            }
        ),
        DisputeState.UPHELD: frozenset(),
        DisputeState.WITHDRAWN: frozenset(),
    }
)
# Somebody has still to answer, or what was granted is still to be charged: nobody is dunned for it.
PENDING: Final = (DisputeState.OPEN, DisputeState.ESCALATED, DisputeState.GRANTED)
# Who waits for whom: the operator's queue, and that of the house.
WAITING: Final = (DisputeState.OPEN, DisputeState.ESCALATED)
